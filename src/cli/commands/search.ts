import { existsSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import type { Command as Parser } from 'commander';
import { forShell, WellfitError } from '../../base/index.ts';
import { onnxRuntimeEngine } from '../../engine/index.ts';
import { modelFile } from '../../export/index.ts';
import { carryOut, planSearch, type SearchResult } from '../../search/index.ts';
import { type Command, numberOption } from '../command.ts';
import { loadFor } from '../experiment.ts';
import { experimentFrom, experimentOptions, jsonOption } from '../options.ts';
import { openOutput, runName } from '../output.ts';
import { closingLines } from '../search/closing.ts';
import { searchReporter } from '../search/progress.ts';
import { type Kept, openSession, readStudy } from '../search/session.ts';
import { summaryOf, winnerExperiment } from '../search/summary.ts';
import { storeOption, storePlace } from '../store.ts';
import { columnLines } from '../terminal/columns.ts';

/** Where the winners are. */
const searchesFolder = join('.wellfit', 'searches');

export const search: Command = {
  summary:
    'search for better settings: tries many, ends what is hopeless early, trains the best again, and says what mattered',
  examples: [
    'wellfit search customers.csv --target churned --time 5m',
    'wellfit search --dataset digits --trials 30',
    'wellfit search experiment.json --trials 100 --sampler tpe --pruner asha',
    `wellfit search --dataset digits --set 'optimizer.adam.lr={"log":[1e-4,1e-1]}' --set 'regularize.l2={"log":[1e-7,1e-2]}'`,
    'wellfit search experiment.json --objective accuracy,parameters --trials 60',
    'wellfit search experiment.json --stages 3 --folds 5 --json',
  ],
  define: (parser) => jsonOption(storeOption(searchOptions(experimentOptions(parser)))),

  async run(paths, options, io) {
    const resume = options.resume as string | undefined;
    if (options.extend && resume === undefined)
      throw new WellfitError('option', '--extend goes on with a study', {
        fix: 'name it, as in: wellfit search --resume customers --extend --trials 100',
      });
    for (const name of ['finalists', 'finalSeeds'] as const)
      if (!(Number.isInteger(options[name]) && (options[name] as number) >= 1))
        throw new WellfitError(
          'option',
          `--${name === 'finalists' ? name : 'final-seeds'} must be a whole number of 1 or more`,
          { received: String(options[name]), fix: '--no-final leaves it out' },
        );
    const asked = resume === undefined ? await experimentFrom(paths, options, true) : undefined;
    const kept = resume === undefined ? undefined : await goOn(resume, paths, options);
    const given = asked ?? (kept!.plan.template as Record<string, unknown>);
    const loaded = await loadFor(given, io);
    const { dataset, experiment } = loaded;
    for (const line of loaded.table ? columnLines(loaded.table) : []) io.say(line);
    for (const { path: file, why } of (loaded.broken ?? []).slice(0, 10)) io.say(`skipped ${file}: ${why}`);
    const name = resume ?? (options.name as string | undefined) ?? freshName(dataset.name);
    const budget = budgetOf(options);
    const plan = kept
      ? { ...kept.plan, ...(budget && { budget }) }
      : planSearch(dataset, experiment, { name, budget, ...planOptions(options), stack: await stackOf(options) });
    const workers = await workersOf(options.workers, options.store);
    const folder = (options.out as string | undefined) ?? join(searchesFolder, name);
    const output = await openOutput(folder, dataset.name);
    const session = await openSession(dataset, plan, resume !== undefined, { store: options.store, workers, io }).catch(
      async (error) => {
        await output.discard();
        throw error;
      },
    );
    let ending: Parameters<typeof session.close>[0] = 'failed';
    let summary: object | undefined;
    try {
      const result = await carryOut(dataset, plan, {
        ...session.options,
        // While the winner is trained as a whole, nobody else works.
        engine: onnxRuntimeEngine(),
        final:
          options.final === false
            ? false
            : { finalists: options.finalists as number, seeds: options.finalSeeds as number },
        extend: options.extend === true,
        signal: io.signal,
        onEvent: searchReporter(io, workers),
      });
      io.redraw('');
      const files = await save(result, output, given);
      for (const line of closingLines(result)) io.say(line);
      for (const [what, path] of Object.entries(files)) io.say(`${what}: ${path}`);
      if (files.model && loaded.table) io.say(`predict with it: npx wellfit predict ${files.model} <new data>`);
      const { ended } = result;
      if (options.extend && result.study.stages.length === kept!.record.stages.length)
        io.say('note: no range was widened: the best do not crowd at an end of one');
      if (ended.ending === 'interrupted') io.say(`continue with: wellfit search --resume ${forShell(name)}`);
      const { trials: _, ...rest } = summaryOf(result);
      summary = rest;
      io.result({ ...summaryOf(result), files });
      await output.close();
      if (ended.ending === 'failing')
        throw new WellfitError('data', ended.words, {
          fix: 'train one of them alone to see why: wellfit train, with the settings above',
        });
      ending = ended.ending === 'interrupted' ? 'interrupted' : 'finished';
      return ended.ending === 'interrupted' ? 130 : 0;
    } catch (error) {
      await output.discard();
      throw error;
    } finally {
      await session.close(ending, summary);
    }
  },
};

/** What may stand beside --resume: how long to go on, and with whom. */
const besideResume = [
  'resume',
  'extend',
  'trials',
  'time',
  'updates',
  'workers',
  'store',
  'out',
  'json',
  'final',
  'finalists',
  'finalSeeds',
];

/** The study that goes on; its settings are those it began with. */
async function goOn(name: string, paths: readonly string[], options: Options): Promise<Kept> {
  const usual = { sampler: 'auto', pruner: 'auto', stages: 1 } as Options;
  const other = Object.keys(options).filter((key) => !besideResume.includes(key) && options[key] !== usual[key]);
  if (paths.length > 0 || other.length > 0)
    throw new WellfitError('option', 'a study goes on with the space, the data and the settings it began with', {
      expected:
        'beside --resume only --trials, --time, --updates, --extend, --workers, --store, --out, --finalists, --final-seeds, --no-final and --json',
      received: paths[0] ?? other.map((key) => `--${key}`).join(', '),
      fix: 'leave it out, or begin another study without --resume',
    });
  return readStudy(name, options.store);
}

const searchOptions = (parser: Parser): Parser =>
  parser
    .option(
      '--trials <n>',
      'settings to try; default: 50, where no time and no updates are given',
      numberOption('trials'),
    )
    .option('--time <duration>', 'how long all of it may take, as in 90s, 5m or 2h', readDuration)
    .option('--updates <n>', 'updates that all trials together may make', numberOption('updates'))
    .option('--sampler <name>', 'auto, grid, random, sobol, tpe, gp or cmaes; or JSON with options', nameOrJson, 'auto')
    .option(
      '--pruner <name>',
      'auto, none, median, percentile, asha, hyperband or wilcoxon; or JSON with options',
      nameOrJson,
      'auto',
    )
    .option('--objective <names>', 'loss, the metric, parameters, seconds or updates; several with commas')
    .option(
      '--stages <n>',
      'from coarse to fine in so many stages: short trials first, then longer ones where the best lie',
      numberOption('stages'),
      1,
    )
    .option('--folds <k>', 'cross-validation in each trial', numberOption('folds'))
    .option('--workers <n>', 'trials at the same time; default: one a core', numberOption('workers'))
    .option('--resume <study>', 'go on with a study: its name')
    .option('--extend', 'with --resume: with wider ranges, where the best trials crowd at an end')
    .option('--name <study>', 'how the study is called; default: the time and the data set')
    .option(
      '--control <share>',
      'share of the trials that are never pruned, to see what pruning costs',
      numberOption('control'),
    )
    .option('--ensemble', 'also let the trials answer together that do so best, as one model file')
    .option('--repeats', 'the same settings may be tried again')
    .option(
      '--stack <n>',
      'so many trials in a row share an architecture and are trained as one graph; default: 8 for small networks, or 1',
      numberOption('stack'),
    )
    .option('--finalists <n>', 'how many of the best are trained again', numberOption('finalists'), 3)
    .option('--final-seeds <n>', 'with how many new seeds each', numberOption('final-seeds'), 3)
    .option('--no-final', 'leave that out, and the final network')
    .option('--out <folder>', 'where the winner goes; default: .wellfit/searches/<study>');

type Options = Readonly<Record<string, unknown>>;

function budgetOf({ trials, time, updates }: Options) {
  const budget = { trials, seconds: time, updates } as { trials?: number; seconds?: number; updates?: number };
  for (const [name, value] of Object.entries(budget))
    if (value !== undefined && !(value > 0))
      throw new WellfitError('option', `--${name === 'seconds' ? 'time' : name} must be above 0`, {
        received: String(value),
      });
  const given = Object.fromEntries(Object.entries(budget).filter(([, value]) => value !== undefined));
  return Object.keys(given).length > 0 ? given : undefined;
}

const planOptions = ({ sampler, pruner, objective, stages, folds, control, repeats, ensemble, seed }: Options) => ({
  ...{ sampler: sampler as string, pruner: pruner as string, stages: stages as number },
  ...(objective !== undefined && { objectives: String(objective).split(',') }),
  folds: folds as number | undefined,
  control: control as number | undefined,
  repeats: repeats === true,
  ensemble: ensemble === true,
  seed: seed as number | undefined,
});

/** Two searches that begin in the same second get two names. */
function freshName(dataset: string): string {
  const name = runName(`${dataset}-search`);
  for (let i = 1; ; i++) {
    const candidate = i === 1 ? name : `${name}-${i}`;
    if (!existsSync(join(searchesFolder, candidate))) return candidate;
  }
}

/** How many trials are trained as one graph, where that is not left to the plan. */
async function stackOf({ stack, store }: Options): Promise<number | undefined> {
  const { isPostgres } = await import('../../runs/store/index.ts');
  const asked = stack as number | undefined;
  if (!isPostgres(storePlace(store))) return asked;
  if (asked !== undefined && asked > 1)
    throw new WellfitError('option', 'a server hands out one trial at a time', {
      received: `--stack ${asked}`,
      fix: 'leave --stack out, or --store',
    });
  return 1;
}

async function workersOf(asked: unknown, store: unknown): Promise<number> {
  const { isPostgres } = await import('../../runs/store/index.ts');
  const count = (asked as number | undefined) ?? availableParallelism();
  if (count === 0 && !isPostgres(storePlace(store)))
    throw new WellfitError('option', 'without workers nothing is tried', {
      received: '--workers 0',
      fix: 'name a server that workers of other machines share, --store postgres://…, or use one worker or more',
    });
  if (Number.isInteger(count) && count >= 0 && count <= 256) return count;
  throw new WellfitError(
    'option',
    '--workers must be a whole number from 0 (with a server, where others work) to 256',
    { received: String(count) },
  );
}

const units: Readonly<Record<string, number>> = { s: 1, m: 60, min: 60, h: 3600, d: 86_400 };

/** "90s", "5m", "2h" or plain seconds. */
export function readDuration(text: string): number {
  const [, number, unit = 's'] = /^(\d+(?:\.\d+)?)\s*(s|m|min|h|d)?$/.exec(text.trim()) ?? [];
  if (number === undefined)
    throw new WellfitError('option', '--time must be a duration', { received: text, fix: 'as in 90s, 5m or 2h' });
  return Number(number) * units[unit];
}

/** A name, or { "name": { options } } as JSON. */
function nameOrJson(text: string): unknown {
  if (!text.trimStart().startsWith('{')) return text;
  try {
    return JSON.parse(text);
  } catch {
    throw new WellfitError('option', 'this is no JSON', {
      received: text,
      fix: `as in '{ "asha": { "reduction": 3 } }'`,
    });
  }
}

/** The network and the experiment of the winner, and everything that was tried. */
async function save(
  result: SearchResult,
  output: Awaited<ReturnType<typeof openOutput>>,
  asked: Record<string, unknown>,
) {
  const { run, together } = result;
  const experiment = winnerExperiment(result, asked);
  return {
    ...(run && { model: await output.write('model.onnx', modelFile(run)) }),
    ...(together && { ensemble: await output.write('ensemble.onnx', modelFile(together.run)) }),
    ...(experiment && { experiment: await output.write('experiment.json', experiment) }),
    result: await output.write('result.json', summaryOf(result)),
  };
}
