import { grouped, hashText, Random, WellfitError } from '../base/index.ts';
import type { Dataset } from './dataset.ts';

export type SplitName = 'train' | 'validation' | 'test';

/** Row indices of a data set, each list ascending. No row stands in two lists. */
export type Split = Readonly<Record<SplitName, Int32Array>>;

export interface SplitOptions {
  /** Fraction of the rows, 0 ≤ validation < 1. Where the publisher defined the test set: of the other rows. */
  readonly validation: number;
  /** Fraction of the rows, 0 ≤ test < 1. Ignored where the publisher of the data defined the test set. */
  readonly test: number;
  readonly seed: number;
  /** Give every split its share of each class. Means nothing where the targets are numbers. */
  readonly stratify: boolean;
  /** Keep only so many rows of a split, drawn at random (stratified if the split is). */
  readonly limit?: Readonly<Partial<Record<SplitName, number>>>;
}

/** The rows of each split, class by class (or in one piece), shuffled. */
type Pieces = Record<SplitName, Int32Array[]>;

const names = ['train', 'validation', 'test'] as const;
const stream = hashText('split');

/**
 * Divides the rows of a data set into train, validation and test, depending on the data set and the options alone.
 * Stratified, each class is within one row of its share in every split and has at least one row in train.
 *
 * @throws WellfitError for fractions out of range, an empty split that was asked for, a class without a row to train
 * on, and a limit above the rows there are
 */
export function split(dataset: Dataset, options: SplitOptions): Split {
  const testRows = dataset.testRows ?? 0;
  const pool = dataset.rows - testRows;
  const shares = fractions(options, testRows > 0);

  const pieces = divide(shuffledGroups(dataset, 0, pool, options), shares);
  if (testRows > 0) pieces.test = shuffledGroups(dataset, pool, dataset.rows, options);
  checkNotEmpty(dataset.name, pieces, shares, pool);
  checkClasses(dataset, pieces.train, options.stratify);

  const rowsOf = (name: SplitName) => join(limited(name, pieces[name], options.limit?.[name])).sort();
  return { train: rowsOf('train'), validation: rowsOf('validation'), test: rowsOf('test') };
}

function fractions(options: SplitOptions, testIsGiven: boolean): Record<SplitName, number> {
  const { validation } = options;
  const test = testIsGiven ? 0 : options.test;
  for (const [name, fraction] of Object.entries({ validation, test }))
    if (!(fraction >= 0 && fraction < 1))
      throw new WellfitError('option', `the fraction of rows for ${name} is out of range`, {
        expected: '0 or more and less than 1',
        received: String(fraction),
        likely: fraction > 1 ? 'a percentage or a number of rows' : undefined,
        fix:
          fraction > 1 && fraction < 100 ? `write ${fraction / 100} for ${fraction} %` : 'write 0.1 for one row in ten',
      });
  if (validation + test >= 1)
    throw new WellfitError('option', 'validation and test leave no rows to train on', {
      expected: 'fractions whose sum is less than 1',
      received: `${validation} + ${test}`,
      fix: 'lower one of them; 0.1 each is usual',
    });
  return { train: 1 - validation - test, validation, test };
}

/** The rows from `start` to `end` by class (or all in one list), each list shuffled by a stream of its own. */
function shuffledGroups(dataset: Dataset, start: number, end: number, options: SplitOptions): Int32Array[] {
  const { targets } = dataset;
  const count = options.stratify && targets.kind === 'classes' ? targets.classes.length : 1;
  const groups = Array.from({ length: count }, (): number[] => []);
  for (let row = start; row < end; row++) groups[count === 1 ? 0 : targets.data[row]].push(row);
  return groups.map((rows, i) => new Random(options.seed, stream, start, i).shuffle(Int32Array.from(rows)));
}

/** Cuts every group into the three splits. What rounding denied a split in one group counts for it in the next. */
function divide(groups: Int32Array[], shares: Record<SplitName, number>): Pieces {
  const pieces: Pieces = { train: [], validation: [], test: [] };
  const owed = [0, 0, 0];
  for (const rows of groups) {
    const exact = names.map((name) => shares[name] * rows.length);
    // A class always has a row to learn from, so that train goes first while it has none.
    const claims = owed.map((debt, i) => (i === 0 && exact[0] < 1 ? Number.POSITIVE_INFINITY : debt));
    const counts = apportion(rows.length, exact, claims);
    let start = 0;
    for (const [i, name] of names.entries()) {
      owed[i] += exact[i] - counts[i];
      pieces[name].push(rows.subarray(start, (start += counts[i])));
    }
  }
  return pieces;
}

/** Whole numbers within one of `exact` that sum to `total`: the largest remainders (plus claims) are rounded up. */
function apportion(total: number, exact: number[], claims: number[] = exact.map(() => 0)): number[] {
  const counts = exact.map(Math.floor);
  const left = total - counts.reduce((sum, count) => sum + count, 0);
  const priority = exact.map((share, i) => share - counts[i] + claims[i]);
  const candidates = [...exact.keys()].filter((i) => exact[i] > counts[i]);
  candidates.sort((a, b) => (priority[a] === priority[b] ? a - b : priority[b] - priority[a]));
  for (const i of candidates.slice(0, left)) counts[i]++;
  return counts;
}

function limited(name: SplitName, pieces: Int32Array[], limit: number | undefined): Int32Array[] {
  if (limit === undefined) return pieces;
  const rows = countRows(pieces);
  if (!Number.isInteger(limit) || limit < 1 || limit > rows)
    throw new WellfitError('option', `the limit for ${name} does not fit its rows`, {
      expected: rows === 0 ? `no limit: ${name} has no rows` : `a whole number from 1 to ${grouped(rows)}`,
      received: String(limit),
      fix: `lower the limit, or leave it out to use all ${grouped(rows)} rows`,
    });
  const exact = pieces.map((piece) => (limit * piece.length) / rows);
  const counts = apportion(limit, exact);
  return pieces.map((piece, i) => piece.subarray(0, counts[i]));
}

function checkNotEmpty(dataset: string, pieces: Pieces, shares: Record<SplitName, number>, pool: number): void {
  const name = names.find((name) => shares[name] > 0 && countRows(pieces[name]) === 0);
  if (name === undefined) return;
  throw new WellfitError('data', `${name} has no rows`, {
    expected: `a fraction ${shares[name]} of the rows`,
    received: `${grouped(pool)} rows of "${dataset}" to divide`,
    likely: 'the data set is too small for these fractions',
    fix: name === 'train' ? 'give more rows' : `give more rows, a larger fraction for ${name}, or 0`,
  });
}

function checkClasses({ name, rows, targets }: Dataset, train: Int32Array[], stratify: boolean): void {
  if (targets.kind !== 'classes') return;
  const trainable = new Set<number>();
  for (const piece of train) for (const row of piece) trainable.add(targets.data[row]);
  const missing = targets.data.find((label) => !trainable.has(label));
  if (missing === undefined) return;
  const count = targets.data.reduce((sum, label) => sum + (label === missing ? 1 : 0), 0);
  throw new WellfitError('data', `class "${targets.classes[missing]}" of "${name}" has no row to train on`, {
    expected: 'at least one row of every class in train',
    received: `${grouped(count)} of ${grouped(rows)} rows are of this class, none of them in train`,
    likely: stratify ? 'the class occurs in the test rows alone' : 'the class is rare and the split is not stratified',
    fix: stratify ? 'remove the class or give rows of it to train on' : 'use stratify: true',
  });
}

const countRows = (pieces: Int32Array[]): number => pieces.reduce((sum, piece) => sum + piece.length, 0);

function join(pieces: Int32Array[]): Int32Array {
  const rows = new Int32Array(countRows(pieces));
  let at = 0;
  for (const piece of pieces) {
    rows.set(piece, at);
    at += piece.length;
  }
  return rows;
}
