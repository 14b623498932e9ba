import type { Command as Parser } from 'commander';
import { WellfitError } from '../base/index.ts';
import { optimizers } from '../optim/index.ts';
import { numberOption } from './command.ts';
import { readExperiment } from './experiment.ts';

type Experiment = Record<string, unknown>;

/** What every command that takes an experiment understands. */
export const experimentOptions = (parser: Parser): Parser =>
  parser
    .argument('[experiment]', 'experiment file: .json, or .ts/.js with a default export')
    .option('--dataset <name>', 'built in: digits, iris; found or downloaded: mnist, fashion-mnist, cifar-10')
    .option('--model <name>', 'linear, mlp or cnn')
    .option('--epochs <n>', 'most passes over the training rows', numberOption('epochs'))
    .option('--batch-size <n>', 'rows in one update', numberOption('batch-size'))
    .option('--optimizer <name>', Object.keys(optimizers).join(', '))
    .option('--lr <rate>', 'learning rate, or "auto" to find it by a range test', rateOption)
    .option('--seed <n>', 'decides the first weights, the order of the rows and every mask', numberOption('seed'))
    .option(
      '--set <path=value>',
      'any setting of the experiment, as in regularize.l2=0.001 or schedule=oneCycle; may be repeated',
      (text: string, before: string[] = []) => [...before, text],
    );

/** The same, and where the work is computed. */
export const engineOptions = (parser: Parser): Parser =>
  parser
    .option('--threads <n>', 'threads inside one operator; 0: one a core', numberOption('threads'), 0)
    .option('--engine <name>', 'cpu, webgpu, cuda or reference', 'cpu');

export const jsonOption = (parser: Parser): Parser =>
  parser.option('--json', 'one JSON object on stdout, everything else on stderr');

const rateOption = (text: string): number | 'auto' => (text === 'auto' ? text : numberOption('lr')(text));

/** The experiment file, overridden by the options of the command line, then by `--set`; `--lr` goes to the optimizer that comes of it. */
export async function experimentFrom(
  path: string | undefined,
  options: Readonly<Record<string, unknown>>,
): Promise<Experiment> {
  let experiment: Experiment = path ? await readExperiment(path) : {};
  if (options.dataset !== undefined) experiment.data = { dataset: options.dataset };
  for (const key of ['model', 'epochs', 'batchSize', 'seed'] as const)
    if (options[key] !== undefined) experiment[key] = options[key];
  if (options.optimizer !== undefined) experiment.optimizer = options.optimizer;
  for (const text of (options.set ?? []) as string[]) experiment = withSetting(experiment, text);
  if (options.lr !== undefined) experiment.optimizer = withRate(experiment.optimizer ?? 'adam', options.lr);
  return experiment;
}

function withRate(optimizer: unknown, lr: unknown): unknown {
  if (typeof optimizer === 'string') return { [optimizer]: { lr } };
  const named = Object.entries(optimizer ?? {});
  // What is no optimizer is refused with everything else, when the settings are read.
  return named.length === 1 ? { [named[0][0]]: { ...named[0][1], lr } } : optimizer;
}

/** "a.b=value" into a copy of the experiment; the value is JSON where it can be read as JSON, else text. */
function withSetting(experiment: Experiment, text: string): Experiment {
  const at = text.indexOf('=');
  const path = text.slice(0, at).split('.');
  if (at < 1 || path.includes(''))
    throw new WellfitError('option', '--set needs a path and a value', {
      expected: '--set path.to.setting=value',
      received: text,
      fix: 'as in: --set regularize.l2=0.001, --set schedule=oneCycle, --set augment=\'["horizontalFlip"]\'',
    });
  const put = (into: unknown, [key, ...rest]: string[]): unknown => {
    const next = (inner: unknown) => (rest.length === 0 ? parsed(text.slice(at + 1)) : put(inner, rest));
    if (Array.isArray(into) && Number(key) < into.length) return into.with(Number(key), next(into[Number(key)]));
    // A name alone, as in schedule=cosine, gives way to its options, as in schedule.cosine.warmup=100.
    const object = typeof into === 'object' && into !== null && !Array.isArray(into) ? (into as Experiment) : {};
    return { ...object, [key]: next(object[key]) };
  };
  return put(experiment, path) as Experiment;
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}
