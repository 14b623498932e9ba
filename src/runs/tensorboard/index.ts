import { encode } from '../codec.ts';
import type { RecordedFinding } from '../replay.ts';
import type { Network } from '../series.ts';
import { encodeHeader, encodeSummary, type Summary } from './event.ts';
import { tfRecord } from './tfrecord.ts';

/** TensorBoard looks for "tfevents" in the name, and sorts by the seconds; `began`: milliseconds since 1970. */
export const eventFileName = (began: number): string => `events.out.tfevents.${Math.floor(began / 1000)}.wellfit`;

/**
 * The event file of one network, record by record: every number by its update or epoch, as float32, histograms, the settings and what was found
 * as texts. A histogram without any finite value is left out. `began`: milliseconds since 1970.
 */
export function* eventFile(network: Network, began: number): Generator<Uint8Array> {
  yield tfRecord(encodeHeader(began));
  for (const summary of summariesOf(network, began)) yield tfRecord(encodeSummary(summary));
}

function* summariesOf({ start, numbers, histograms, findings }: Network, began: number): Generator<Summary> {
  if (start) yield { time: began, step: 0, tag: 'settings', value: { text: settingsText(start.settings) } };
  for (const { name: tag, by, points } of numbers)
    for (const { time, value, [by]: step = 0 } of points) yield { time, step, tag, value: { number: value } };
  for (const { name: tag, by, points } of histograms)
    for (const { time, value, [by]: step = 0 } of points)
      if (value.low <= value.high) yield { time, step, tag, value: { histogram: value } };
  for (const finding of findings)
    yield {
      time: finding.time,
      step: finding.update ?? 0,
      tag: ['finding', finding.rule, ...(finding.layer === undefined ? [] : [finding.layer])].join('/'),
      value: { text: findingText(finding) },
    };
}

const settingsText = (settings: unknown): string =>
  ['```json', JSON.stringify(JSON.parse(encode(settings)), null, 2), '```'].join('\n');

const findingText = ({ severity, saw, why, try: ideas, proved }: RecordedFinding): string =>
  [`**${severity}${proved ? ', proved' : ''}**: ${saw}`, why, ideas.map((words) => `- try: ${words}`).join('\n')].join(
    '\n\n',
  );
