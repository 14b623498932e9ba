import { describe, expect, test } from 'vitest';
import { Random } from '../../src/base/index.ts';
import { type Dataset, type Fold, type FoldOptions, folds } from '../../src/data/index.ts';
import { readGolden, type StoredTensor, tensorOf } from '../golden/read.ts';
import { messageOf } from './support.ts';

const usual: FoldOptions = { folds: 5, seed: 7, stratify: false };

interface Made extends Pick<Partial<Dataset>, 'groups' | 'times' | 'testRows'> {
  rows: number;
  labels?: ArrayLike<number>;
}

/** A data set of classes where labels are given, else of numbers. */
function make({ rows, labels, ...rest }: Made): Dataset {
  const count = labels ? Math.max(...Array.from(labels)) + 1 : 0;
  const classes = Array.from({ length: count }, (_, label) => `class ${label}`);
  const targets = labels
    ? ({ kind: 'classes', data: Int32Array.from(labels), classes } as const)
    : ({ kind: 'numbers', data: new Float32Array(rows), width: 1 } as const);
  return { name: 'made', rows, shape: [1], features: new Float32Array(rows), targets, ...rest };
}

const range = (start: number, end: number): number[] => Array.from({ length: end - start }, (_, i) => start + i);
const ascending = (rows: Iterable<number>): number[] => [...rows].sort((a, b) => a - b);
const validated = (made: Fold[]): number[] => ascending(made.flatMap(({ validation }) => [...validation]));
const spread = (numbers: number[]): number => Math.max(...numbers) - Math.min(...numbers);

const countClasses = (labels: ArrayLike<number>, rows: Int32Array): number[] => {
  const counts = new Array<number>(Math.max(...Array.from(labels)) + 1).fill(0);
  for (const row of rows) counts[labels[row]]++;
  return counts;
};

/** Sum over folds and classes of (rows - expected)² / expected. */
function chiSquare(counts: number[][]): number {
  const totals = counts[0].map((_, label) => counts.reduce((sum, fold) => sum + fold[label], 0) / counts.length);
  return counts.flatMap((fold) => fold.map((n, i) => (n - totals[i]) ** 2 / totals[i])).reduce((a, b) => a + b, 0);
}

/** Data sets of many sizes with groups, times (some of them equal) and labels, the last rows sometimes the publisher's. */
const random = range(0, 60).map((seed) => {
  const draw = new Random(seed, 99);
  const rows = 30 + draw.below(300);
  const testRows = seed % 3 === 0 ? draw.below(10) : undefined;
  const groups = Int32Array.from({ length: rows }, () => draw.below(25) * 1000 - 7000);
  const times = Float64Array.from({ length: rows }, () => draw.below(80) / 4);
  const labels = Int32Array.from({ length: rows }, () => draw.below(3));
  const k = 2 + draw.below(5);
  return { seed, k, pool: rows - (testRows ?? 0), dataset: make({ rows, labels, groups, times, testRows }) };
});

describe.each(['row', 'group'] as const)('folds by %s', (by) => {
  test.each([false, true])('stratify %s: each row is validated once and trains in all other folds', (stratify) => {
    for (const { seed, k, pool, dataset } of random) {
      const made = folds(dataset, { folds: k, seed, stratify, by });
      expect(made.length).toBe(k);
      expect(validated(made)).toEqual(range(0, pool));
      for (const { train, validation } of made) {
        expect(validation.length).toBeGreaterThan(0);
        expect(ascending([...train, ...validation])).toEqual(range(0, pool));
        expect(train).toEqual(train.toSorted());
        expect(validation).toEqual(validation.toSorted());
      }
    }
  });

  test('depend on the seed and on nothing else', () => {
    const { dataset } = random[0];
    const options = { ...usual, by };
    expect(folds(dataset, options)).toEqual(folds({ ...dataset, features: new Float32Array(0) }, options));
    expect(folds(dataset, { ...options, seed: 8 })).not.toEqual(folds(dataset, options));
  });
});

describe('folds by row', () => {
  test('differ by one row at most', () => {
    for (const { seed, k, dataset } of random)
      for (const stratify of [false, true])
        expect(spread(folds(dataset, { folds: k, seed, stratify }).map((f) => f.validation.length))).toBeLessThan(2);
  });

  test('stratified: each class is within one row of its share in every fold', () => {
    for (const { seed, k, dataset } of random) {
      const counts = folds(dataset, { folds: k, seed, stratify: true }).map(({ validation }) =>
        countClasses(dataset.targets.data, validation),
      );
      for (const label of [0, 1, 2]) expect(spread(counts.map((fold) => fold[label]))).toBeLessThan(2);
    }
  });

  test('are drawn at random and not in blocks', () => {
    const [{ validation }] = folds(make({ rows: 1000 }), usual);
    expect(validation[0]).toBeLessThan(100);
    expect(validation.at(-1)).toBeGreaterThan(900);
  });

  test('as many as rows: leave one out', () => {
    expect(folds(make({ rows: 4 }), { ...usual, folds: 4 }).map(({ validation }) => validation.length)).toEqual([
      1, 1, 1, 1,
    ]);
  });

  test('a class without a row does not stand in the way of stratified folds', () => {
    const dataset = make({ rows: 20, labels: range(0, 20).map((row) => 2 * (row % 2)) });
    expect(validated(folds(dataset, { ...usual, stratify: true }))).toEqual(range(0, 20));
  });
});

test('folds by group never divide a group', () => {
  for (const { seed, k, dataset } of random)
    for (const stratify of [false, true])
      for (const { train, validation } of folds(dataset, { folds: k, seed, stratify, by: 'group' })) {
        const learned = new Set(Array.from(train, (row) => dataset.groups![row]));
        expect([...validation].filter((row) => learned.has(dataset.groups![row]))).toEqual([]);
      }
});

describe('folds by time', () => {
  test('each trains on all that came before what it validates, and trains on more than the fold before', () => {
    for (const { k, pool, dataset } of random) {
      const made = folds(dataset, { ...usual, folds: k, by: 'time' });
      expect(made.length).toBe(k);
      const timesOf = (rows: Int32Array) => Array.from(rows, (row) => dataset.times![row]);
      for (const [i, { train, validation }] of made.entries()) {
        expect(Math.min(...timesOf(validation))).toBeGreaterThan(Math.max(...timesOf(train)));
        const next = i + 1 < k ? [...made[i + 1].train] : range(0, pool);
        expect(ascending([...train, ...validation])).toEqual(next);
      }
    }
  });

  test('take borders as near to equal blocks as equal times allow', () => {
    const times = Float64Array.of(0, 0, 1, 1, 1, 1, 2, 3, 4);
    const made = folds(make({ rows: 9, times }), { ...usual, folds: 2, by: 'time' });
    // Blocks of three would begin at rows 3 and 6; row 3 lies in the time 1, whose rows 2 … 5 stay together.
    expect(made.map(({ validation }) => [...validation])).toEqual([
      [2, 3, 4, 5],
      [6, 7, 8],
    ]);
  });
});

describe("scikit-learn's", () => {
  interface Golden {
    rows: { folds: number; rows: number; sizes: number[] }[];
    stratified: { folds: number; labels: StoredTensor; counts: StoredTensor }[];
    groups: { folds: number; groups: StoredTensor; labels: StoredTensor; sizes: number[]; counts: StoredTensor }[];
    times: { folds: number; rows: number; validation: [number, number][] }[];
  }
  const golden = readGolden<Golden>('sklearn-splits.json');
  const grouped = ({ labels, groups }: Golden['groups'][number]): Dataset => {
    const data = tensorOf(labels).data;
    return make({ rows: data.length, labels: data, groups: Int32Array.from(tensorOf(groups).data) });
  };
  const rowsOf = ({ shape, data }: { shape: readonly number[]; data: ArrayLike<number> }): number[][] =>
    range(0, shape[0]).map((row) => Array.from(data).slice(row * shape[1], (row + 1) * shape[1]));

  test.each(golden.rows)('KFold: $folds folds of $rows rows have the same sizes', ({ rows, sizes, ...options }) => {
    const made = folds(make({ rows }), { ...usual, ...options });
    expect(made.map(({ validation }) => validation.length)).toEqual(sizes);
  });

  test.each(golden.stratified)('StratifiedKFold: $folds folds have the same rows of each class', (stored) => {
    const labels = tensorOf(stored.labels).data;
    const made = folds(make({ rows: labels.length, labels }), { ...usual, folds: stored.folds, stratify: true });
    expect(made.map(({ validation }) => countClasses(labels, validation))).toEqual(rowsOf(tensorOf(stored.counts)));
  });

  test('GroupKFold: folds of whole groups have the same sizes, whatever the seed', () => {
    for (const stored of golden.groups)
      for (const seed of range(0, 3)) {
        const made = folds(grouped(stored), { folds: stored.folds, seed, stratify: false, by: 'group' });
        const sizes = made.map(({ validation }) => validation.length);
        expect(ascending(sizes)).toEqual(ascending(stored.sizes));
      }
  });

  test('StratifiedGroupKFold: over many data sets, the classes are shared out as evenly', () => {
    const gains = golden.groups.map((stored) => {
      const dataset = grouped(stored);
      const made = folds(dataset, { folds: stored.folds, seed: 0, stratify: true, by: 'group' });
      const counts = made.map(({ validation }) => countClasses(dataset.targets.data, validation));
      return Math.log1p(chiSquare(rowsOf(tensorOf(stored.counts)))) - Math.log1p(chiSquare(counts));
    });
    // Each is greedy, and either may be lucky: as evenly in the mean, within a twentieth.
    expect(gains.reduce((sum, gain) => sum + gain, 0) / gains.length).toBeGreaterThan(-0.05);
  });

  test.each(golden.times)('TimeSeriesSplit: $folds folds of $rows rows have the same borders', (stored) => {
    const times = Float64Array.from(range(0, stored.rows));
    const made = folds(make({ rows: stored.rows, times }), { ...usual, folds: stored.folds, by: 'time' });
    expect(made.map(({ validation }) => [...validation])).toEqual(stored.validation.map(([a, b]) => range(a, b)));
    expect(made.map(({ train }) => [...train])).toEqual(stored.validation.map(([a]) => range(0, a)));
  });
});

describe('folds are refused', () => {
  const dataset = make({
    rows: 20,
    labels: range(0, 20).map((row) => (row < 3 ? 1 : 0)),
    groups: Int32Array.from(range(0, 20), (row) => row % 4),
    times: Float64Array.from(range(0, 20), (row) => row % 5),
  });

  test.each([1, 0, -3, 2.5, Number.NaN, 21])('%s of them', async (count) => {
    const message = await messageOf(() => folds(dataset, { ...usual, folds: count }));
    expect(message).toContain(`"made" cannot be divided into ${count} folds`);
    expect(message).toContain('from 2 to 20, the number of rows');
  });

  test("where the publisher's test rows leave fewer rows than folds", async () => {
    expect(await messageOf(() => folds({ ...dataset, testRows: 16 }, usual))).toContain(
      'from 2 to 4, the number of row',
    );
  });

  test('where a class has fewer rows than there are folds', async () => {
    const message = await messageOf(() => folds(dataset, { ...usual, stratify: true }));
    expect(message).toContain('class "class 1" of "made" does not reach into every fold');
    expect(message).toContain('at least 5 rows of every class');
    expect(message).toContain('received  3 rows');
    expect(message).toContain('take 3 folds or fewer, or use stratify: false');
    expect(folds(dataset, { ...usual, folds: 3, stratify: true }).length).toBe(3);
  });

  test('where there are fewer groups than folds', async () => {
    const message = await messageOf(() => folds(dataset, { ...usual, by: 'group' }));
    expect(message).toContain('from 2 to 4, the number of groups');
  });

  test('where a class stands in fewer groups than there are folds', async () => {
    const message = await messageOf(() => folds(dataset, { ...usual, folds: 4, stratify: true, by: 'group' }));
    expect(message).toContain('at least 4 groups of every class, for 4 stratified folds');
    expect(message).toContain('received  3 groups');
  });

  test('where there are too few different times', async () => {
    const message = await messageOf(() => folds(dataset, { ...usual, by: 'time' }));
    expect(message).toContain('at least 6 different times');
    expect(message).toContain('5 among 20 rows');
  });

  test.each(['group', 'time'] as const)('by %s, where the data set does not say it', async (by) => {
    const message = await messageOf(() => folds(make({ rows: 20 }), { ...usual, by }));
    expect(message).toContain(`"made" cannot be divided by ${by}`);
    expect(message).toContain(`without ${by}s`);
  });

  test('stratified by time', async () => {
    const message = await messageOf(() => folds(dataset, { ...usual, by: 'time', stratify: true }));
    expect(message).toContain('cannot be stratified');
  });

  test('by something else: the nearest is suggested', async () => {
    const by = 'groups' as 'group';
    expect(await messageOf(() => folds(dataset, { ...usual, by }))).toContain('did you mean "group"?');
  });
});
