import { hashText, Random, sizeOf } from '../../base/index.ts';
import type { Dataset } from '../../data/index.ts';
import type { Predictions } from '../../nn/index.ts';
import type { FeatureImportance, Importance } from '../data.ts';
import { deviation, mean } from '../statistics.ts';
import type { Judge } from './judge.ts';
import { sample } from './residuals.ts';

interface Asked {
  /** A table whose features have names. */
  readonly dataset: Dataset;
  readonly rows: Int32Array;
  readonly judge: Judge;
  readonly metric: (predictions: Predictions) => number;
  readonly better: 'higher' | 'lower';
  readonly seed: number;
}

const repeats = 5;
/** Rows that are measured, fewer where columns are many. */
const mostRows = 2000;
const leastRows = 100;
/** Numbers that are changed and judged in all: seconds, not minutes. */
const mostInAll = 1_000_000_000;
/** Tables with more columns are not measured. */
export const mostColumns = 2000;
/** The same at once. */
const mostAtOnce = 4_000_000;

/**
 * Permutation importance (Breiman 2001; Fisher, Rudin and Dominici 2019): by how much the metric gets worse when the values of one column are exchanged
 * between rows at random. Mean and standard deviation over 5 permutations, as scikit-learn's permutation_importance.
 */
export async function permutationImportance(asked: Asked): Promise<Importance> {
  const { dataset, judge, metric, better, seed } = asked;
  const columns = dataset.columns ?? [];
  const affordable = Math.floor(mostInAll / (repeats * columns.length ** 2));
  const most = Math.min(mostRows, Math.max(leastRows, affordable));
  const random = new Random(seed, hashText('importance'));
  const rows = sample(asked.rows.length, most, random).map((i) => asked.rows[i]);
  const plain = metric(await judge(dataset, rows));
  const sign = better === 'higher' ? 1 : -1;
  const jobs = columns.flatMap((_, column) =>
    Array.from({ length: repeats }, () => ({ column, order: random.shuffle(all(rows.length)) })),
  );
  const at = Math.max(1, Math.floor(mostAtOnce / (rows.length * sizeOf(dataset.shape))));
  const drops: number[] = [];
  for (let start = 0; start < jobs.length; start += at) {
    const part = jobs.slice(start, start + at);
    const judged = await judge(permuted(dataset, rows, part), all(rows.length * part.length));
    for (const i of part.keys()) drops.push(sign * (plain - metric(slice(judged, i * rows.length, rows.length))));
  }
  const features = columns.map((name, i): FeatureImportance => {
    const own = drops.slice(i * repeats, (i + 1) * repeats);
    return { feature: name, drop: mean(own), deviation: deviation(own) };
  });
  return { rows: rows.length, repeats, features: features.sort((a, b) => b.drop - a.drop) };
}

const all = (rows: number): Int32Array => Int32Array.from({ length: rows }, (_, i) => i);

interface Job {
  readonly column: number;
  /** Which row the values of the column come from, for each row. */
  readonly order: Int32Array;
}

/** The rows once for each job, its column permuted. */
function permuted(dataset: Dataset, rows: Int32Array, jobs: readonly Job[]): Dataset {
  const { name, shape, features, targets, columns, table } = dataset;
  const width = sizeOf(shape);
  const perRow = targets.kind === 'classes' ? 1 : targets.width;
  const total = rows.length * jobs.length;
  const copy = features instanceof Uint8Array ? new Uint8Array(total * width) : new Float32Array(total * width);
  const truth = targets.kind === 'classes' ? new Int32Array(total) : new Float32Array(total * perRow);
  for (const [j, { column, order }] of jobs.entries())
    for (const [i, row] of rows.entries()) {
      const to = j * rows.length + i;
      copy.set(features.subarray(row * width, (row + 1) * width), to * width);
      copy[to * width + column] = features[rows[order[i]] * width + column];
      for (let k = 0; k < perRow; k++) truth[to * perRow + k] = targets.data[row * perRow + k];
    }
  return {
    name,
    rows: total,
    shape,
    columns,
    table,
    features: copy,
    targets: { ...targets, data: truth } as Dataset['targets'],
  };
}

const slice = (judged: Predictions, from: number, rows: number): Predictions => {
  const part = (list: ArrayLike<number>) => {
    const perRow = list.length / judged.rows;
    return Float64Array.from({ length: rows * perRow }, (_, i) => list[from * perRow + i]);
  };
  return { ...judged, rows, outputs: part(judged.outputs), targets: part(judged.targets) };
};
