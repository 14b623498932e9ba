import { hashText, Random } from '../../base/index.ts';
import type { Dataset } from '../../data/index.ts';

/** How often shuffled targets fit the inputs as well as their own do: near 0 where there is a relation, anything where there is none. */
export interface Relation {
  /** The rows that are most alike have targets that are alike. */
  readonly neighbours: number;
  /** Some feature alone goes with the target. */
  readonly feature: number;
}

const shuffles = 199;
/** Neighbours of each row. */
const k = 5;
/** Features that are compared; of more, evenly spaced ones. */
const mostFeatures = 400;
const stream = hashText('relation');

/** Permutation tests of the rows' targets against their nearest neighbours, and against each feature; their p values. */
export function relationOf(
  dataset: Dataset,
  rows: Int32Array,
  seed: number,
  progress: (done: number) => void = () => {},
): Relation {
  const columns = columnsOf(dataset, rows);
  const aims = aimsOf(dataset, rows);
  const near = nearest(columns, rows.length, (done) => progress(0.7 * done));
  const likeness = (order: Int32Array) => alike(near, aims, order);
  const strength = (order: Int32Array) => strongest(columns, aims, order);
  const random = new Random(seed, stream);
  const own = Int32Array.from(rows.keys());
  const [alikeness, strongness] = [likeness(own), strength(own)];
  let [asAlike, asStrong] = [1, 1];
  for (let i = 0; i < shuffles; i++) {
    const order = random.shuffle(own.slice());
    if (likeness(order) >= alikeness) asAlike++;
    if (strength(order) >= strongness) asStrong++;
    progress(0.7 + (0.3 * i) / shuffles);
  }
  return { neighbours: asAlike / (shuffles + 1), feature: asStrong / (shuffles + 1) };
}

/** A column that differs: numbers of mean 0 and deviation 1, a category as one such column for each of its frequent values. */
type Column = Float32Array;

function columnsOf({ features, shape, table }: Dataset, rows: Int32Array): Column[] {
  const width = shape.reduce((n, size) => n * size, 1);
  const step = Math.max(1, Math.ceil(width / mostFeatures));
  const columns: Column[] = [];
  for (let at = 0; at < width; at += step) {
    const raw = Float64Array.from(rows, (row) => features[row * width + at]);
    if (table?.[at].kind === 'category')
      columns.push(...frequent(raw).map((value) => scaled(raw.map((x) => Number(x === value)))));
    else columns.push(scaled(ranked(raw)));
  }
  return columns.filter((column) => column.some((x) => x !== 0));
}

/** The ten most frequent values. */
function frequent(values: Float64Array): number[] {
  const counts = new Map<number, number>();
  for (const value of values) counts.set(value, (counts.get(value) ?? 0) + 1);
  return [...counts]
    .toSorted((a, b) => b[1] - a[1])
    .slice(0, 10)
    .map(([value]) => value);
}

/** The place of each number among all, so that no far one outweighs the others; equal numbers share one, missing ones have the middle. */
function ranked(values: Float64Array): Float64Array {
  const known = [...values.keys()].filter((i) => !Number.isNaN(values[i])).sort((a, b) => values[a] - values[b]);
  const ranks = new Float64Array(values.length).fill((known.length - 1) / 2);
  for (let first = 0; first < known.length; ) {
    let end = first;
    while (end < known.length && values[known[end]] === values[known[first]]) end++;
    for (let i = first; i < end; i++) ranks[known[i]] = (first + end - 1) / 2;
    first = end;
  }
  return ranks;
}

function scaled(values: Float64Array): Column {
  const mean = values.reduce((sum, x) => sum + x, 0) / values.length;
  const deviation = Math.sqrt(values.reduce((sum, x) => sum + (x - mean) ** 2, 0) / values.length);
  return Float32Array.from(values, (x) => (deviation > 0 ? (x - mean) / deviation : 0));
}

/** What is to be foretold, as columns: one for each class, or the ranks of each number. */
function aimsOf({ targets }: Dataset, rows: Int32Array): Column[] {
  if (targets.kind === 'numbers')
    return Array.from({ length: targets.width }, (_, at) =>
      scaled(ranked(Float64Array.from(rows, (row) => targets.data[row * targets.width + at]))),
    );
  const own = Float64Array.from(rows, (row) => targets.data[row]);
  return targets.classes.slice(0, 20).map((_, label) => scaled(own.map((x) => Number(x === label))));
}

/** The k rows nearest to each row, one after the other. */
function nearest(columns: readonly Column[], count: number, progress: (done: number) => void): Int32Array {
  const found = new Int32Array(count * k);
  const distance = new Float64Array(count);
  for (let row = 0; row < count; row++) {
    distance.fill(0);
    for (const column of columns) {
      const own = column[row];
      for (let other = 0; other < count; other++) distance[other] += (column[other] - own) ** 2;
    }
    distance[row] = Number.POSITIVE_INFINITY;
    for (let i = 0; i < k; i++) {
      let best = 0;
      for (let other = 1; other < count; other++) if (distance[other] < distance[best]) best = other;
      found[row * k + i] = best;
      distance[best] = Number.POSITIVE_INFINITY;
    }
    if (row % 50 === 0) progress(row / count);
  }
  return found;
}

/** Correlation of the targets of neighbours, summed over the columns of the target. */
function alike(near: Int32Array, aims: readonly Column[], order: Int32Array): number {
  let sum = 0;
  for (const aim of aims)
    for (let row = 0; row < order.length; row++) {
      const own = aim[order[row]];
      for (let i = 0; i < k; i++) sum += own * aim[order[near[row * k + i]]];
    }
  return sum;
}

/** The strongest squared correlation of any feature with any column of the target. */
function strongest(columns: readonly Column[], aims: readonly Column[], order: Int32Array): number {
  let best = 0;
  for (const aim of aims) {
    const moved = Float32Array.from(order, (at) => aim[at]);
    for (const column of columns) {
      let sum = 0;
      for (let row = 0; row < moved.length; row++) sum += column[row] * moved[row];
      best = Math.max(best, sum * sum);
    }
  }
  return best;
}
