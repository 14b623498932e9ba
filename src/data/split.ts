import { grouped, hashText, Random, WellfitError } from '../base/index.ts';
import type { Dataset } from './dataset.ts';
import {
  checkBy,
  type Group,
  groupsOf,
  inTime,
  placeGroups,
  range,
  type SplitBy,
  shuffledByClass,
  timeBorders,
} from './divide.ts';

export type SplitName = 'train' | 'validation' | 'test';

/** Row indices of a data set, each list ascending. No row stands in two lists. */
export type Split = Readonly<Record<SplitName, Int32Array>>;

export interface SplitOptions {
  /** Fraction of the rows, 0 ≤ validation < 1. Where the publisher defined the test set: of the other rows. */
  readonly validation: number;
  /** Fraction of the rows, 0 ≤ test < 1. Ignored where the publisher of the data defined the test set. */
  readonly test: number;
  readonly seed: number;
  /**
   * Give every split its share of each class, as near as whole groups allow. Means nothing where the targets are
   * numbers; refused by time, where the order decides.
   */
  readonly stratify: boolean;
  /** 'row' where it is left out. */
  readonly by?: SplitBy;
  /** Keep only so many rows of a split, drawn at random (stratified if the split is). */
  readonly limit?: Readonly<Partial<Record<SplitName, number>>>;
}

/** The rows of each split, class by class (or in one piece), shuffled. */
type Pieces = Record<SplitName, Int32Array[]>;
type Shares = Readonly<Record<SplitName, number>>;

const names = ['train', 'validation', 'test'] as const;
const stream = hashText('split');

/**
 * Divides the rows of a data set into train, validation and test, depending on the data set and the options alone.
 * By row and stratified, each class is within one row of its share in every split and has at least one row in train.
 * By group, each group stands in one split, and no group moved to another split would bring the sizes (stratified: and
 * the classes) nearer to their shares. By time, train ends before validation begins and validation before test; rows of
 * one time stand in one split. Groups and times do not move rows into or out of a test set that the publisher defined.
 *
 * @throws WellfitError for fractions out of range, an empty split that was asked for, groups too large for the
 * fractions, too few different times, a class without a row to train on, and a limit above the rows there are
 */
export function split(dataset: Dataset, options: SplitOptions): Split {
  const testRows = dataset.testRows ?? 0;
  const pool = dataset.rows - testRows;
  const shares = fractions(options, testRows > 0);
  checkBy(dataset, options);

  const pieces = ways[options.by ?? 'row'](dataset, pool, options, shares);
  if (testRows > 0) pieces.test = shuffledByClass(dataset, range(pool, dataset.rows), options, stream, pool);
  checkNotEmpty(dataset.name, pieces, shares, pool);
  checkClasses(dataset, pieces.train, options);

  const rowsOf = (name: SplitName) => join(limited(name, pieces[name], options.limit?.[name])).sort();
  return { train: rowsOf('train'), validation: rowsOf('validation'), test: rowsOf('test') };
}

/** Ways to divide the first `pool` rows. */
const ways: Record<SplitBy, (dataset: Dataset, pool: number, options: SplitOptions, shares: Shares) => Pieces> = {
  row: (dataset, pool, options, shares) => divide(shuffledByClass(dataset, range(0, pool), options, stream, 0), shares),

  group(dataset, pool, options, shares) {
    const groups = groupsOf(dataset, pool, options.stratify);
    // In random order: largest first would keep the large groups from ever being validation or test.
    const order = new Random(options.seed, stream).shuffle([...groups.keys()]);
    const places = placeGroups(groups, Object.values(shares), order);
    const sizes = names.map(() => 0);
    for (const [i, group] of groups.entries()) sizes[places[i]] += group.rows.length;
    checkGroupSizes(dataset.name, groups, sizes, shares, pool);
    return piecesOf(dataset, options, (place) => groups.flatMap(({ rows }, i) => (places[i] === place ? rows : [])));
  },

  time(dataset, pool, options, shares) {
    const rows = inTime(dataset, pool);
    const asked = names.filter((name) => shares[name] > 0);
    let end = 0;
    const ends = asked.slice(0, -1).map((name) => (end += shares[name] * pool));
    const borders = [0, ...timeBorders(dataset, rows, ends), pool];
    return piecesOf(dataset, options, (place) => {
      const i = asked.indexOf(names[place]);
      return i < 0 ? [] : rows.subarray(borders[i], borders[i + 1]);
    });
  },
};

function fractions(options: SplitOptions, testIsGiven: boolean): Shares {
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

/** Cuts every list into the three splits. What rounding denied a split in one list counts for it in the next. */
function divide(lists: Int32Array[], shares: Shares): Pieces {
  const pieces: Pieces = { train: [], validation: [], test: [] };
  const owed = [0, 0, 0];
  for (const rows of lists) {
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

function checkNotEmpty(dataset: string, pieces: Pieces, shares: Shares, pool: number): void {
  const name = names.find((name) => shares[name] > 0 && countRows(pieces[name]) === 0);
  if (name === undefined) return;
  throw new WellfitError('data', `${name} has no rows`, {
    expected: `a fraction ${shares[name]} of the rows`,
    received: `${grouped(pool)} rows of "${dataset}" to divide`,
    likely: 'the data set is too small for these fractions',
    fix: name === 'train' ? 'give more rows' : `give more rows, a larger fraction for ${name}, or 0`,
  });
}

function checkClasses({ name, rows, targets, testRows }: Dataset, train: Int32Array[], options: SplitOptions): void {
  if (targets.kind !== 'classes') return;
  const trainable = new Set<number>();
  for (const piece of train) for (const row of piece) trainable.add(targets.data[row]);
  const missing = targets.data.find((label) => !trainable.has(label));
  if (missing === undefined) return;
  const count = targets.data.reduce((sum, label) => sum + (label === missing ? 1 : 0), 0);
  const testAlone = targets.data.indexOf(missing) >= rows - (testRows ?? 0);
  const reason: Record<SplitBy, string> = {
    row: 'the class is rare and the split is not stratified',
    group: 'the class stands in few groups',
    time: 'the class occurs in the later rows alone',
  };
  const stratify = 'use stratify: true';
  const fix: Record<SplitBy, string> = {
    row: stratify,
    group: options.stratify ? 'give more groups with rows of the class, or remove it' : stratify,
    time: 'lower the fractions for validation and test, or remove the class',
  };
  throw new WellfitError('data', `class "${targets.classes[missing]}" of "${name}" has no row to train on`, {
    expected: 'at least one row of every class in train',
    received: `${grouped(count)} of ${grouped(rows)} rows are of this class, none of them in train`,
    likely: testAlone ? 'the class occurs in the test rows alone' : reason[options.by ?? 'row'],
    fix: testAlone ? 'remove the class or give rows of it to train on' : fix[options.by ?? 'row'],
  });
}

/** Every split within a factor of two of its fraction: else the groups, and not the fractions, would decide. */
function checkGroupSizes(
  dataset: string,
  groups: readonly Group[],
  sizes: number[],
  shares: Shares,
  pool: number,
): void {
  const at = names.findIndex((name, i) => {
    const exact = shares[name] * pool;
    return sizes[i] < exact / 2 || sizes[i] > exact * 2;
  });
  if (at < 0) return;
  const { id, rows } = groups.reduce((a, b) => (b.rows.length > a.rows.length ? b : a));
  const least = groups.reduce((size, { rows }) => Math.min(size, rows.length), pool);
  throw new WellfitError('data', `whole groups of "${dataset}" do not give ${names[at]} its fraction of the rows`, {
    expected: `about ${grouped(Math.round(shares[names[at]] * pool))} rows, within a factor of two`,
    received: `${grouped(sizes[at])} rows`,
    likely:
      `the ${grouped(groups.length)} groups are too large: they have ${grouped(least)} to ${grouped(rows.length)} of ` +
      `${grouped(pool)} rows (the largest is group ${id})`,
    fix: 'choose fractions that whole groups can give, or give more and smaller groups',
  });
}

function piecesOf(dataset: Dataset, options: SplitOptions, rowsAt: (place: number) => ArrayLike<number>): Pieces {
  const [train, validation, test] = names.map((_, i) => shuffledByClass(dataset, rowsAt(i), options, stream, i));
  return { train, validation, test };
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
