import { hashText, Random } from '../base/index.ts';
import type { Dataset } from './dataset.ts';
import { type SplitBy, shuffledByClass } from './divide.ts';
import type { Split } from './split.ts';

export interface BagOptions {
  readonly seed: number;
  readonly stratify: boolean;
  readonly by: SplitBy;
}

const stream = hashText('bag');

/**
 * The rows of one of several networks that answer together: what is not test is cut into as many folds as the validation rows fit into it, network i
 * is validated on fold i and trains on the others, so that together they learn from all. By group whole groups stand in a fold. By time, and
 * without validation rows, all networks have the same rows.
 */
export function bagRows(dataset: Dataset, rows: Split, { seed, stratify, by }: BagOptions, member: number): Split {
  const { train, validation, test } = rows;
  if (by === 'time' || validation.length === 0) return rows;
  const pool = joinRows(train, validation);
  const ids = by === 'group' ? [...new Set(Array.from(pool, (row) => dataset.groups![row]))] : undefined;
  // No more folds than there are groups to stand in them.
  const most = Math.max(2, Math.round(pool.length / validation.length));
  const folds = Math.min(most, ids?.length ?? most);
  const fold = member % folds;
  const placeOf = ids ? byGroup(dataset, pool, ids, seed, folds) : byRow(dataset, pool, { seed, stratify }, folds);
  return {
    train: pool.filter((row) => placeOf.get(row) !== fold),
    validation: pool.filter((row) => placeOf.get(row) === fold),
    test,
  };
}

/** Both lists as one, ascending. */
export const joinRows = (a: Int32Array, b: Int32Array): Int32Array => {
  const both = new Int32Array(a.length + b.length);
  both.set(a);
  both.set(b, a.length);
  return both.sort();
};

/** Dealt out class by class, so that each fold has its share of each. */
function byRow(
  dataset: Dataset,
  pool: Int32Array,
  options: Omit<BagOptions, 'by'>,
  folds: number,
): Map<number, number> {
  const order = shuffledByClass(dataset, pool, options, stream).flatMap((rows) => [...rows]);
  return new Map(order.map((row, i) => [row, i % folds]));
}

function byGroup(
  { groups }: Dataset,
  pool: Int32Array,
  ids: number[],
  seed: number,
  folds: number,
): Map<number, number> {
  const places = new Map([...new Random(seed, stream).shuffle(ids)].map((id, i) => [id, i % folds]));
  return new Map(Array.from(pool, (row) => [row, places.get(groups![row])!]));
}
