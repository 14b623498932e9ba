import { duration, grouped, short } from '../../base/index.ts';
import { dataName } from '../../data/index.ts';
import type { Settings, TrainEvent } from '../../train/index.ts';
import type { Io } from '../command.ts';
import { bar } from './bar.ts';
import { epochHeader, epochRow, formatMetric, metricName } from './table.ts';

type Event<K extends TrainEvent['kind']> = Extract<TrainEvent, { kind: K }>;

/** Shows a training as it goes: a line for each epoch of a single network, a line for each of several networks. */
export function reporter(io: Io, engine: string): (event: TrainEvent) => void {
  const started = performance.now();
  let settings: Settings;
  let member: Event<'member'> | undefined;
  let known = false;
  /** Share of the work that an earlier process did. */
  let before: number | undefined;
  return (event) => {
    if (event.kind === 'member') {
      before ??= (event.index - 1) / event.of;
      member = event;
    } else if (event.kind === 'start') {
      settings = event.settings;
      for (const line of known ? [] : opening(event, engine)) io.say(line);
      if (!member) io.say(epochHeader(metricName(settings)));
      known = true;
    } else if (event.kind === 'epoch') {
      if (!member) io.say(epochRow(event.record, metricName(settings), event.best));
    } else if (event.kind === 'progress') {
      const seconds = (performance.now() - started) / 1000;
      io.redraw(member ? memberProgress(event, settings, member, seconds, before ?? 0) : progress(event, settings));
    } else if (event.kind === 'end') {
      if (member) io.say(memberLine(event, metricName(settings), member));
    } else if (event.kind === 'fit') io.redraw(`fitting ${event.step} ${bar(event.done)}`);
    else if (event.kind === 'recovered') io.say(`note: ${event.why}`);
    else if (event.kind === 'search') io.redraw(`looking for the ${event.what} ${bar(event.done)}`);
  };
}

const doneOf = ({ epoch, rowsDone, rowsTotal }: Event<'progress'>, { epochs }: Settings): number =>
  (epoch - 1 + rowsDone / rowsTotal) / epochs;

function progress(event: Event<'progress'>, settings: Settings): string {
  const { epoch, loss, metric, samplesPerSecond, secondsLeft } = event;
  const name = metricName(settings);
  const measured = metric === undefined ? '' : `${name} ${formatMetric(name, metric)}  `;
  return `epoch ${epoch}/${settings.epochs} ${bar(doneOf(event, settings), 14)} loss ${short(loss)}  ${measured}${grouped(Math.round(samplesPerSecond))} rows/s  ${duration(secondsLeft)} left`;
}

/** Of all networks together. */
function memberProgress(
  event: Event<'progress'>,
  settings: Settings,
  { what, index, of }: Event<'member'>,
  seconds: number,
  before: number,
): string {
  const done = (index - 1 + doneOf(event, settings)) / of;
  return `${what} ${index}/${of} ${bar(done, 14)} epoch ${event.epoch}/${settings.epochs}  loss ${short(event.loss)}  ${grouped(Math.round(event.samplesPerSecond))} rows/s  ${duration((seconds / (done - before)) * (1 - done))} left`;
}

function memberLine(
  { best, epochs, stopped }: Event<'end'>,
  metric: string,
  { what, index, of }: Event<'member'>,
): string {
  const name = `${what} ${index} of ${of}:`;
  if (!best?.validation) return `${name} ${best ? `${epochs} epochs` : stopped.words}`;
  const { loss, metric: value } = best.validation;
  return `${name} ${epochs} epochs, kept epoch ${best.epoch}: validation ${metric} ${formatMetric(metric, value)}, loss ${short(loss)}`;
}

function opening({ settings, chosen, notes, parameters, rows }: Event<'start'>, engine: string): string[] {
  const automatic = chosen.map(
    ({ setting, value, why }) =>
      `  ${setting} = ${typeof value === 'string' ? value : JSON.stringify(value)}  (${why})`,
  );
  return [
    `${dataName(settings.data)}: ${grouped(rows.train)} rows to train on, ${grouped(rows.validation)} for validation, ${grouped(rows.test)} for the test`,
    `model: ${layersOf(settings)}, ${grouped(parameters)} parameters; engine: ${engine}; seed ${settings.seed}`,
    ...(automatic.length > 0 ? ['chosen for you:', ...automatic] : []),
    ...notes.map((note) => `note: ${note}`),
    '',
  ];
}

/** The layers by kind, in order. */
function layersOf({ model, from }: Settings): string {
  const names = model.map((layer) => Object.keys(layer as object)[0]);
  return [...(from ? [from.model] : []), ...names].join(' - ');
}
