import { grouped, short } from '../../base/index.ts';
import { type Examination, type Finding, isGrave, type Proof } from '../../doctor/index.ts';

/** As soon as it is seen, before anything is known of its cause. */
export const findingLine = ({ severity, rule, layer, since, saw }: Finding): string => {
  const place = placeOf(layer, since);
  return `${severity}: ${rule}${place ? ` (${place})` : ''}: ${saw}`;
};

const placeOf = (layer: string | undefined, since: number): string =>
  [layer && `"${layer}"`, since > 0 && `since update ${grouped(since)}`].filter(Boolean).join(', ');

/** What was found, what it means, and what to do; the lines that follow the first are set in. */
export function findingLines(finding: Finding): string[] {
  const { severity, rule, layer, since, saw, why, proved, rootCause } = finding;
  const place = placeOf(layer, since);
  const head = rootCause ? `${severity}, the ${proved && isSure(proved) ? '' : 'likely '}cause` : severity;
  return [
    `${head}: ${rule}${place ? ` (${place})` : ''}`,
    `  saw: ${saw}`,
    `  why: ${why}`,
    ...finding.try.map((words, i) => `  ${i === 0 ? 'try:' : '    '} ${words}`),
    ...(proved ? [`  proof: ${proofWords(proved)}`] : []),
  ];
}

/** One seed may be luck, unless the effect is far beyond noise. */
const isSure = ({ better, seeds, errors }: Proof): boolean => better === seeds && (seeds > 1 || errors > 4);

const proofWords = ({ change, measure, without, with: after, better, seeds, epochs }: Proof): string =>
  `${change}: ${measure} ${figure(without)} -> ${figure(after)} in probes of ${grouped(epochs)} ${epochs === 1 ? 'epoch' : 'epochs'}, better with ${better} of ${seeds} ${seeds === 1 ? 'seed' : 'seeds'}`;

export const suppressedLine = ({ rule, reason }: { rule: string; reason: string }): string =>
  `suppressed: ${rule}, because ${reason}`;

/** The chain, what was tried, and what was repaired. */
export function examinationLines({ findings, suppressed, trials, repair, words }: Examination): string[] {
  return [
    ...chainLines(findings, 'healthy: nothing was found that hurts this training'),
    ...suppressed.map(suppressedLine),
    ...(trials.length > 0 ? ['', 'what was tried:'] : []),
    ...trials.map(({ changes, measure, without, with: after, helps, epochs }) => {
      const what = changes.map(({ what: each }) => each).join(', and ');
      if (Number.isNaN(after)) return `  ${what}: cannot be built`;
      const effect = `${measure} ${figure(without)} -> ${figure(after)} after ${grouped(epochs)} ${epochs === 1 ? 'epoch' : 'epochs'}`;
      return `  ${what}: ${effect}${helps ? '' : ', no help'}`;
    }),
    ...(words ? ['', words] : []),
    ...(repair ? ['', repair.words, ...(repair.kept ? repair.what.map((change) => `  ${change}`) : [])] : []),
  ];
}

/** The head in full, and in a line each what may come of it, or hurts beside it. */
export function chainLines(findings: readonly Finding[], otherwise?: string): string[] {
  const [head, ...rest] = findings.filter(isGrave);
  if (!head) return otherwise ? [otherwise] : [];
  return [
    ...findingLines(head),
    ...(rest.length > 0 ? ['', rest.length > 1 ? 'what comes with it:' : 'which comes with it:'] : []),
    ...rest.map((finding) => `  ${findingLine(finding)}`),
  ];
}

/** A network whose answers are no numbers has no value. */
const figure = (value: number): string => (Number.isFinite(value) ? short(value) : 'none');
