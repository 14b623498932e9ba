import { duration, grouped, short } from '../../base/index.ts';
import type { Settings, TrainEvent } from '../../train/index.ts';
import type { Io } from '../command.ts';
import { bar } from './bar.ts';
import { epochHeader, epochRow, formatMetric, metricName } from './table.ts';

type Start = Extract<TrainEvent, { kind: 'start' }>;

/** Shows a training as it goes; of several networks only the first says everything. */
export function reporter(io: Io, engine: string): (event: TrainEvent) => void {
  let settings: Settings;
  let part = '';
  let known = false;
  return (event) => {
    if (event.kind === 'member') {
      part = `${event.what} ${event.index}/${event.of} `;
      if (known) io.say('');
      io.say(`${event.what} ${event.index} of ${event.of}`);
    } else if (event.kind === 'start') {
      settings = event.settings;
      for (const line of known ? [] : opening(event, engine)) io.say(line);
      io.say(epochHeader(metricName(settings)));
      known = true;
    } else if (event.kind === 'epoch') io.say(epochRow(event.record, metricName(settings), event.best));
    else if (event.kind === 'progress') io.redraw(part + progress(event, settings));
    else if (event.kind === 'fit') io.redraw(`fitting ${event.step} ${bar(event.done)}`);
    else io.redraw(`looking for the ${event.what} ${bar(event.done)}`);
  };
}

function progress(
  {
    epoch,
    rowsDone,
    rowsTotal,
    loss,
    metric,
    samplesPerSecond,
    secondsLeft,
  }: Extract<TrainEvent, { kind: 'progress' }>,
  settings: Settings,
): string {
  const done = (epoch - 1 + rowsDone / rowsTotal) / settings.epochs;
  const name = metricName(settings);
  const measured = metric === undefined ? '' : `${name} ${formatMetric(name, metric)}  `;
  return `epoch ${epoch}/${settings.epochs} ${bar(done, 14)} loss ${short(loss)}  ${measured}${grouped(Math.round(samplesPerSecond))} rows/s  ${duration(secondsLeft)} left`;
}

function opening({ settings, chosen, notes, parameters, rows }: Start, engine: string): string[] {
  const automatic = chosen.map(
    ({ setting, value, why }) =>
      `  ${setting} = ${typeof value === 'string' ? value : JSON.stringify(value)}  (${why})`,
  );
  return [
    `${settings.data.dataset}: ${grouped(rows.train)} rows to train on, ${grouped(rows.validation)} for validation, ${grouped(rows.test)} for the test`,
    `model: ${settings.model.map((layer) => Object.keys(layer as object)[0]).join(' - ')}, ${grouped(parameters)} parameters; engine: ${engine}; seed ${settings.seed}`,
    ...(automatic.length > 0 ? ['chosen for you:', ...automatic] : []),
    ...notes.map((note) => `note: ${note}`),
    '',
  ];
}
