// Trains on real tables with no setting of its own, and scikit-learn with its default settings on the same rows; prints a Markdown table.
//   WELLFIT_DATA=… node bench/tabular.ts --python python [--sets adult,titanic] [--seeds 5] [--who wellfit,peers] [--out folder]
// Every score is kept in the folder at once: started again, only what is missing is measured.
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { type Dataset, split } from '../src/data/index.ts';
import { type LoadedData, loadData } from '../src/data/readers/index.ts';
import { trainEnsemble } from '../src/ensemble/index.ts';
import { resolve } from '../src/train/index.ts';
import { machine } from './machine.ts';
import { type Score, type SetScores, scoreTable } from './tabularScores.ts';

/** File and target of each set, those that are quick first. */
const sets: Readonly<Record<string, readonly [file: string, target: string]>> = {
  'auto-mpg': ['auto-mpg.csv', 'mpg'],
  titanic: ['titanic.csv', 'Survived'],
  'wine-quality-red': ['wine-quality-red.csv', 'quality'],
  penguins: ['penguins.csv', 'species'],
  iris: ['iris.csv', 'species'],
  wine: ['wine.csv', 'class'],
  'breast-cancer': ['breast-cancer-wdbc.csv', 'diagnosis'],
  'wine-quality-white': ['wine-quality-white.csv', 'quality'],
  'california-housing': ['california-housing.csv', 'median_house_value'],
  adult: ['adult.csv.gz', 'income'],
  diamonds: ['diamonds.csv', 'price'],
};

const { values } = parseArgs({
  options: {
    python: { type: 'string', default: 'python3' },
    sets: { type: 'string', default: Object.keys(sets).join(',') },
    seeds: { type: 'string', default: '5' },
    who: { type: 'string', default: 'wellfit,peers' },
    out: { type: 'string', default: join(tmpdir(), 'wellfit-tables') },
  },
});
const { WELLFIT_DATA: data } = process.env;
if (!data) throw new Error('set WELLFIT_DATA to the folder whose folder "tabular" has the tables');
mkdirSync(values.out, { recursive: true });

/** One file for Wellfit and one for the peers, so that either can be thrown away and measured again. */
const fileOf = (who: string): string => join(values.out, `${who}.json`);
const read = (who: string): Record<string, SetScores> =>
  existsSync(fileOf(who)) ? JSON.parse(readFileSync(fileOf(who), 'utf8')) : {};

function keep(who: string, set: string, { rows, metric }: SetScores, seed: number, scores: Record<string, Score>) {
  const all = read(who);
  all[set] ??= { rows, metric, seeds: {} };
  all[set].seeds[seed] = { ...all[set].seeds[seed], ...scores };
  writeFileSync(fileOf(who), JSON.stringify(all, null, 1));
  for (const [name, { score, seconds }] of Object.entries(scores))
    console.error(`${set}, seed ${seed}, ${name}: ${metric} ${score.toFixed(4)} in ${seconds.toFixed(1)} s`);
}

/** What `wellfit train TABLE --target T` does, for another split and other weights with each seed. */
async function trainOwn(loaded: LoadedData, seed: number, metric: string): Promise<Score> {
  const { dataset, data: settings } = loaded;
  const run = await trainEnsemble(dataset, { data: settings, split: { seed }, seed });
  if (String(run.rows.test) !== String(testRowsOf(loaded, seed))) throw new Error('the peers have other test rows');
  const { metrics } = run.test!;
  return { score: metrics[metric as keyof typeof metrics]!, seconds: run.seconds, metrics };
}

/** The test rows of a training with this seed. */
const testRowsOf = ({ dataset, data: settings }: LoadedData, seed: number): Int32Array => {
  const { split: options } = resolve({ data: settings, split: { seed }, seed }, dataset).settings;
  return split(dataset, options).test;
};

/** The peers read the file themselves; that they read the same rows is checked by the targets of the test rows. */
function trainPeers(file: string, { dataset, table }: LoadedData, test: Int32Array, seed: number) {
  const { targetName, table: columns, rows } = dataset;
  const tested = new Set(test);
  const others = Array.from({ length: rows }, (_, row) => row).filter((row) => !tested.has(row));
  const numbersOf = (chosen: Iterable<number>) => Array.from(chosen, (row) => table!.rowNumbers[row]);
  const job = {
    file,
    target: targetName,
    classes: dataset.targets.kind === 'classes',
    numbers: columns!.filter(({ kind }) => kind === 'number').map(({ name }) => name),
    categories: columns!.filter(({ kind }) => kind === 'category').map(({ name }) => name),
    train: numbersOf(others),
    test: numbersOf(test),
    truth: truthOf(dataset, test),
    seed,
  };
  const path = join(values.out, 'job.json');
  writeFileSync(path, JSON.stringify(job));
  const script = join(import.meta.dirname, 'tabular.py');
  const { status, stdout, stderr } = spawnSync(values.python, [script, path], { encoding: 'utf8' });
  if (status !== 0) throw new Error(`${values.python} ${script} failed: ${stderr}`);
  return JSON.parse(stdout) as Record<string, Score>;
}

const truthOf = ({ targets }: Dataset, rows: Int32Array): (string | number)[] =>
  Array.from(rows, (row) => (targets.kind === 'classes' ? targets.classes[targets.data[row]] : targets.data[row]));

const chosen = values.sets.split(',');
const asked = values.who.split(',');
const seeds = Array.from({ length: Number(values.seeds) }, (_, seed) => seed);
for (const set of chosen) {
  const [file, target] = sets[set];
  const path = join(data, 'tabular', file);
  const loaded = await loadData({ table: path, target });
  const { dataset } = loaded;
  if (dataset.table?.some(({ kind }) => kind === 'date'))
    throw new Error(`${set} has dates, which the peers cannot read`);
  const scores: SetScores = {
    rows: dataset.rows,
    metric: dataset.targets.kind === 'classes' ? 'accuracy' : 'r2',
    seeds: {},
  };
  for (const who of asked)
    for (const seed of seeds) {
      if (read(who)[set]?.seeds[seed]) continue;
      const measured =
        who === 'wellfit'
          ? { wellfit: await trainOwn(loaded, seed, scores.metric) }
          : trainPeers(path, loaded, testRowsOf(loaded, seed), seed);
      keep(who, set, scores, seed, measured);
    }
}
const { cpu, cores, memoryGB, system, node, date } = machine();
const page = `${date}: ${cpu}, ${cores} cores, ${memoryGB} GB, ${system}, Node ${node}\n\n${scoreTable(Object.keys(sets), read('wellfit'), read('peers'))}\n`;
writeFileSync(join(values.out, 'TABLE.md'), page);
console.log(page);
