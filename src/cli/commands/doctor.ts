import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import { WellfitError } from '../../base/index.ts';
import { examineOn, Historian, type History, rules } from '../../doctor/index.ts';
import type { TrainEvent } from '../../train/index.ts';
import { type Command, numberOption } from '../command.ts';
import { chooseEngine, loadFor } from '../experiment.ts';
import { engineOptions, experimentFrom, experimentOptions, jsonOption } from '../options.ts';
import { chooseRun, noStore, storeOption, withStore } from '../store.ts';
import { reporter } from '../terminal/events.ts';
import { examinationLines } from '../terminal/findings.ts';
import { failOption, fails, suppressedRules, suppressOption } from '../verdict.ts';

export const doctor: Command = {
  summary: 'say what is wrong with a training, prove it, and repair it',
  examples: [
    'wellfit doctor last',
    'wellfit doctor experiment.json',
    'wellfit doctor customers.csv --target churned --repair',
    'wellfit doctor last --json --fail-on warning',
    'wellfit doctor last --suppress "imbalance=rare classes do not matter here"',
  ],
  define: (parser) =>
    jsonOption(suppressOption(failOption(storeOption(engineOptions(experimentOptions(parser))), 'warning')))
      .option('--repair', 'train again with what helps, and keep it only where it is better')
      .option(
        '--times <n>',
        'most passes over the training rows for it, in whole trainings, the first not counted; default: 2',
        numberOption('times'),
      ),

  async run(paths, options, io) {
    const { repair, times } = options as { repair?: boolean; times?: number };
    const suppress = suppressedRules(options.suppress, rules);
    const engine = chooseEngine(options.engine as string, options.threads as number);
    const saved = await savedRun(paths, options);
    const asked = saved?.settings ?? (await experimentFrom(paths, options));
    const loaded = await loadFor(asked as Record<string, unknown>, io);
    const report = reporter(io, engine.name);
    const onEvent = (event: TrainEvent) => {
      if (event.kind === 'search' || !saved || repair) report(event);
    };
    const examination = await examineOn(loaded.dataset, loaded.experiment as object, {
      ...{ engine, signal: io.signal, history: saved, repair, times, suppress, onEvent },
    });
    io.redraw('');
    for (const line of ['', ...examinationLines(examination)]) io.say(line);
    const { run: _, events: __, ...told } = examination;
    io.result(told);
    if (io.signal.aborted) return 130;
    return fails(examination.findings, options.failOn) ? 1 : 0;
  },
};

/** What the store knows of a run; undefined where an experiment or data is named. */
async function savedRun(
  paths: readonly string[],
  { store, dataset }: Parameters<Command['run']>[1],
): Promise<History | undefined> {
  const [given] = paths;
  if (paths.length !== 1 || dataset !== undefined) return undefined;
  const found = await withStore(store, async ({ runs, events }) => {
    const all = await runs();
    const isFile = existsSync(given) && !all.some(({ folder }) => folder === resolve(given));
    if (isFile) return undefined;
    const run = chooseRun(all, given);
    const historian = new Historian();
    for (const { kind, body } of await events(run.id)) historian.observe({ kind, ...(body as object) } as TrainEvent);
    return { history: historian.history, name: run.name };
  });
  // No file, and no store that could hold a run.
  if (!found && !existsSync(given)) throw noStore(store);
  if (!found) return undefined;
  if (found.history) return found.history;
  throw new WellfitError('option', `nothing was recorded of the run "${found.name}" that can be looked at`, {
    likely: 'it ended before its first update',
    fix: 'train it again, or give the experiment itself',
  });
}
