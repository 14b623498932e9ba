import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import type { Command as Parser } from 'commander';
import { WellfitError } from '../../base/index.ts';
import { onnxRuntimeEngine } from '../../engine/index.ts';
import { modelFile } from '../../export/index.ts';
import { carryOut, planSearch, type SearchResult, setupOf } from '../../search/index.ts';
import { type Command, numberOption } from '../command.ts';
import { loadFor } from '../experiment.ts';
import { experimentFrom, experimentOptions, jsonOption } from '../options.ts';
import { openOutput, runName } from '../output.ts';
import { closingLines } from '../search/closing.ts';
import { searchReporter } from '../search/progress.ts';
import { summaryOf, winnerExperiment } from '../search/summary.ts';

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
  define: (parser) => jsonOption(searchOptions(experimentOptions(parser))),

  async run(paths, options, io) {
    const asked = await experimentFrom(paths, options);
    const loaded = await loadFor(asked, io);
    const { dataset, experiment } = loaded;
    const workers = workersOf(options.workers);
    const name = (options.name as string | undefined) ?? runName(`${dataset.name}-search`);
    const plan = planSearch(dataset, experiment, { name, ...planOptions(options) });
    const output = await openOutput(
      (options.out as string | undefined) ?? join('.wellfit', 'searches', name),
      dataset.name,
    );
    const { processWorkers } = await import('../../search/workers/index.ts');
    const pool = processWorkers(setupOf(dataset, plan), workers);
    try {
      const result = await carryOut(dataset, plan, {
        workers: pool,
        engine: onnxRuntimeEngine({ threads: workers > 1 ? 0 : 1 }),
        final:
          options.final === false
            ? false
            : { finalists: options.finalists as number, seeds: options.finalSeeds as number },
        signal: io.signal,
        onEvent: searchReporter(io, workers),
      });
      io.redraw('');
      const files = await save(result, output, asked);
      for (const line of closingLines(result)) io.say(line);
      for (const [what, path] of Object.entries(files)) io.say(`${what}: ${path}`);
      io.result({ ...summaryOf(result), files });
      await output.close();
      if (result.ended.ending === 'failing')
        throw new WellfitError('option', result.ended.words, {
          fix: 'train one of them alone: wellfit train, with the settings above',
        });
      return result.ended.ending === 'interrupted' ? 130 : 0;
    } catch (error) {
      await output.discard();
      throw error;
    } finally {
      await Promise.all(pool.map((worker) => worker.close?.()));
    }
  },
};

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
    .option('--name <study>', 'how the study is called; default: the time and the data set')
    .option(
      '--control <share>',
      'share of the trials that are never pruned, to see what pruning costs',
      numberOption('control'),
    )
    .option('--ensemble', 'also let the trials answer together that do so best, as one model file')
    .option('--repeats', 'the same settings may be tried again')
    .option('--finalists <n>', 'how many of the best are trained again', numberOption('finalists'), 3)
    .option('--final-seeds <n>', 'with how many new seeds each', numberOption('final-seeds'), 3)
    .option('--no-final', 'leave that out, and the final network')
    .option('--out <folder>', 'where the winner goes; default: .wellfit/searches/<study>');

type Options = Readonly<Record<string, unknown>>;

function planOptions({
  trials,
  time,
  updates,
  sampler,
  pruner,
  objective,
  stages,
  folds,
  control,
  repeats,
  ensemble,
  seed,
}: Options) {
  const budget = { trials, seconds: time, updates } as { trials?: number; seconds?: number; updates?: number };
  for (const [name, value] of Object.entries(budget))
    if (value !== undefined && !(value > 0))
      throw new WellfitError('option', `--${name === 'seconds' ? 'time' : name} must be above 0`, {
        received: String(value),
      });
  const given = Object.fromEntries(Object.entries(budget).filter(([, value]) => value !== undefined));
  return {
    ...(Object.keys(given).length > 0 && { budget: given }),
    sampler: sampler as string,
    pruner: pruner as string,
    ...(objective !== undefined && { objectives: String(objective).split(',') }),
    stages: stages as number,
    folds: folds as number | undefined,
    control: control as number | undefined,
    repeats: repeats === true,
    ensemble: ensemble === true,
    seed: seed as number | undefined,
  };
}

function workersOf(asked: unknown): number {
  const count = (asked as number | undefined) ?? availableParallelism();
  if (Number.isInteger(count) && count >= 1 && count <= 256) return count;
  throw new WellfitError('option', '--workers must be a whole number from 1 to 256', { received: String(count) });
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
