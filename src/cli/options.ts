import { readFile, stat } from 'node:fs/promises';
import type { Command as Parser } from 'commander';
import { WellfitError } from '../base/index.ts';
import { columnKinds } from '../data/index.ts';
import { optimizers } from '../optim/index.ts';
import { readSpace } from '../search/index.ts';
import { recipes } from '../train/index.ts';
import { numberOption } from './command.ts';
import { readExperiment } from './experiment.ts';

type Experiment = Record<string, unknown>;

/** What every command that takes an experiment understands. */
export const experimentOptions = (parser: Parser): Parser =>
  parser
    .argument('[data...]', 'tables (.csv, .tsv, .jsonl, .parquet, also .gz), a folder of images, or an experiment file')
    .option('--target <column>', 'the column of the table to learn')
    .option('--task <name>', 'binary, classes or regression; inferred from the target where it is left out')
    .option(
      '--column <name=kind>',
      `what a column is: ${Object.keys(columnKinds).slice(0, 4).join(', ')} or ignore`,
      repeated,
    )
    .option('--where <condition>', 'which rows of the table, in SQL, as in "age > 18"')
    .option('--sql <query>', 'a whole query; the table is called data')
    .option('--from <model>', 'go on from a model: an .onnx file, or the name of a run')
    .option('--images <path>', 'a table of paths and labels, or a folder with one folder for each class')
    .option('--dataset <name>', 'built in: digits, iris; found or downloaded: mnist, fashion-mnist, cifar-10')
    .option('--model <name>', Object.keys(recipes).join(', '))
    .option('--epochs <n>', 'most passes over the training rows', numberOption('epochs'))
    .option('--batch-size <n>', 'rows in one update', numberOption('batch-size'))
    .option('--optimizer <name>', Object.keys(optimizers).join(', '))
    .option('--lr <rate>', 'learning rate, or "auto" to find it by a range test', rateOption)
    .option('--seed <n>', 'decides the first weights, the order of the rows and every mask', numberOption('seed'))
    .option(
      '--set <path=value>',
      'any setting of the experiment, as in regularize.l2=0.001 or schedule=oneCycle; may be repeated',
      repeated,
    );

const repeated = (text: string, before: string[] = []): string[] => [...before, text];

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
  paths: readonly string[],
  options: Readonly<Record<string, unknown>>,
  /** Whether ranges may stand in it. */
  ranges = false,
): Promise<Experiment> {
  let experiment: Experiment = await experimentAt(paths);
  if (options.dataset !== undefined) experiment.data = { dataset: options.dataset };
  if (options.images !== undefined) experiment.data = { images: options.images };
  experiment.data = withColumns(experiment.data, options);
  for (const key of ['model', 'epochs', 'batchSize', 'seed'] as const)
    if (options[key] !== undefined) experiment[key] = options[key];
  if (options.optimizer !== undefined) experiment.optimizer = options.optimizer;
  if (options.from !== undefined) experiment.from = { ...(experiment.from as object), model: options.from };
  for (const text of (options.set ?? []) as string[]) experiment = withSetting(experiment, text);
  if (options.lr !== undefined) experiment.lr = options.lr;
  const [range] = ranges ? [] : readSpace(experiment);
  if (range)
    throw new WellfitError('option', `${range.name} is a range`, {
      expected: 'one value for each setting',
      fix: 'ranges are for "wellfit search", which finds the value; or put one value there',
    });
  return experiment;
}

const tableFile = /\.(csv|tsv|txt|jsonl|ndjson|parquet|xlsx?|ods)(\.gz|\.zst)?$|[*?[]/i;

/** What a path on the command line means: a folder of images, a table, or a file that describes an experiment. */
async function experimentAt(paths: readonly string[]): Promise<Experiment> {
  if (paths.length === 0) return {};
  // A shell has made a list of a glob.
  if (paths.length > 1) {
    const odd = paths.find((path) => !tableFile.test(path));
    if (odd === undefined) return { data: { table: [...paths] } };
    throw new WellfitError('option', 'several files are only for tables', {
      expected: 'one experiment, one folder of images, or one or more tables',
      received: paths.join(' '),
      fix: `leave out all but one, or "${odd}" among the tables`,
    });
  }
  const [path] = paths;
  const kind = await stat(path).catch(() => undefined);
  if (kind?.isDirectory()) return { data: { images: path } };
  if (tableFile.test(path) || /\.json\.gz$/i.test(path)) return { data: { table: path } };
  // A list of rows is a table, an object an experiment.
  if (/\.json$/i.test(path) && kind && /^\s*\[/.test((await readFile(path, 'utf8')).slice(0, 100)))
    return { data: { table: path } };
  return readExperiment(path);
}

/** The options that say something of a table. */
function withColumns(data: unknown, options: Readonly<Record<string, unknown>>): unknown {
  const given = Object.fromEntries(
    (['target', 'task', 'where', 'sql'] as const).flatMap((key) =>
      options[key] === undefined ? [] : [[key, options[key]]],
    ),
  );
  const columns = Object.fromEntries(((options.column ?? []) as string[]).map(columnOption));
  const told = [...Object.keys(given), ...(Object.keys(columns).length > 0 ? ['column'] : [])];
  if (told.length === 0) return data;
  if (typeof data !== 'object' || data === null || !('table' in data))
    throw new WellfitError('option', `--${told[0]} needs a table`, {
      received: data === undefined ? 'no data' : JSON.stringify(data),
      fix: 'as in: wellfit train customers.csv --target churned',
    });
  const before = (data as { columns?: object }).columns;
  return { ...data, ...given, ...(told.includes('column') && { columns: { ...before, ...columns } }) };
}

function columnOption(text: string): [string, string] {
  const at = text.lastIndexOf('=');
  if (at > 0) return [text.slice(0, at), text.slice(at + 1)];
  throw new WellfitError('option', '--column needs a name and a kind', {
    expected: '--column name=kind',
    received: text,
    fix: 'as in: --column zip=category, --column notes=ignore',
  });
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
