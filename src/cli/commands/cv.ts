import { join } from 'node:path';
import { duration, short } from '../../base/index.ts';
import { type CrossValidation, crossValidateOn } from '../../train/index.ts';
import { type Command, type Io, numberOption } from '../command.ts';
import { chooseEngine, loadFor } from '../experiment.ts';
import { engineOptions, experimentFrom, experimentOptions, jsonOption } from '../options.ts';
import { runName, runsFolder } from '../output.ts';
import { openRecorder } from '../recorder.ts';
import { storeOption } from '../store.ts';
import { reporter } from '../terminal/events.ts';
import { formatMetric, metricName } from '../terminal/table.ts';

export const cv: Command = {
  summary: 'k-fold cross-validation: how well the experiment does on rows it has not seen, and how sure that is',
  examples: [
    'wellfit cv --dataset iris',
    'wellfit cv --dataset digits --folds 10 --set regularize.l2=0.001',
    'wellfit cv experiment.json --json',
  ],
  define: (parser) =>
    jsonOption(
      storeOption(engineOptions(experimentOptions(parser))).option(
        '--folds <k>',
        'parts of the rows',
        numberOption('folds'),
        5,
      ),
    ),

  async run(paths, options, io) {
    const given = await experimentFrom(paths, options);
    const engine = chooseEngine(options.engine as string, options.threads as number);
    const { dataset, experiment } = await loadFor(given, io);
    const started = performance.now();
    const name = runName(`${dataset.name}-cv`);
    const facts = { name, folder: join(runsFolder, name), dataset: dataset.name };
    const recorder = openRecorder({ ...facts, store: options.store as string | undefined }, io);
    const report = reporter(io, engine.name);
    let ending: Parameters<typeof recorder.finish>[0] = 'failed';
    let result: CrossValidation;
    try {
      result = await crossValidateOn(dataset, experiment, options.folds as number, {
        engine,
        signal: io.signal,
        onEvent(event) {
          report(event);
          recorder.onEvent(event);
        },
      });
      ending = result.interrupted ? 'interrupted' : 'finished';
    } finally {
      await recorder.finish(ending);
    }
    print(result, (performance.now() - started) / 1000, io);
    io.result(result);
    return result.interrupted ? 130 : 0;
  },
};

function print(
  { folds, loss, metric, metrics, settings, interrupted }: CrossValidation,
  seconds: number,
  io: Io,
): void {
  const name = metricName(settings);
  const line = (cells: readonly string[]) => cells.map((cell, i) => cell.padStart([6, 8, 8, 12, 12, 8][i])).join(' ');
  io.say('');
  io.say(`${line(['fold', 'train', 'held', 'held loss', name, 'epochs'])}`);
  for (const { fold, rows, held, epochs } of folds)
    io.say(
      line([
        String(fold),
        String(rows.train),
        String(rows.held),
        short(held.loss),
        formatMetric(name, held.metric),
        String(epochs),
      ]),
    );
  io.say('');
  if (interrupted) io.say(`interrupted after ${folds.length} folds`);
  if (folds.length < 2) return;
  const words = (what: string, value: { mean: number; standardError: number }) =>
    `${what} ${formatMetric(what, value.mean)} ± ${formatMetric(what, value.standardError)}`;
  io.say(`${words(name, metric)} (mean ± standard error over ${folds.length} folds), ${words('loss', loss)}`);
  const others = Object.entries(metrics).filter(([other]) => other !== name);
  if (others.length > 0) io.say(others.map(([other, value]) => words(other, value)).join('; '));
  io.say(`done in ${duration(seconds)}`);
}
