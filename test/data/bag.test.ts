import { describe, expect, test } from 'vitest';
import { Random } from '../../src/base/index.ts';
import { type BagOptions, bagRows } from '../../src/data/bag.ts';
import { type Dataset, type Split, type SplitBy, split } from '../../src/data/index.ts';

const range = (start: number, end: number): number[] => Array.from({ length: end - start }, (_, i) => start + i);
const ascending = (rows: Iterable<number>): number[] => [...rows].sort((a, b) => a - b);

/** Classes of very different sizes, groups of several rows and times. */
function make(seed: number, rows: number, groupCount = 40): Dataset {
  const random = new Random(seed, 77);
  const labels = Int32Array.from({ length: rows }, () => [0, 0, 0, 0, 1, 1, 2][random.below(7)]);
  return {
    name: 'made',
    rows,
    shape: [1],
    features: new Float32Array(rows),
    targets: { kind: 'classes', data: labels, classes: ['a', 'b', 'c'] },
    groups: Int32Array.from({ length: rows }, () => 10 * random.below(groupCount) - 50),
    times: Float64Array.from({ length: rows }, (_, i) => i),
  };
}

/** A data set, its split, and the rows of each of several networks. */
function bagged(dataset: Dataset, members: number, options: BagOptions, shares = { validation: 0.16, test: 0.2 }) {
  const rows = split(dataset, { ...shares, ...options });
  const pool = ascending([...rows.train, ...rows.validation]);
  const bags = range(0, members).map((member) => bagRows(dataset, rows, options, member));
  return { rows, pool, bags };
}

const usual = (by: SplitBy, stratify = false, seed = 3): BagOptions => ({ by, stratify, seed });
const foldCount = ({ train, validation }: Split) => Math.round((train.length + validation.length) / validation.length);

const cases: [SplitBy, boolean][] = [
  ['row', false],
  ['row', true],
  ['group', false],
  ['group', true],
];

describe.each(cases)('by %s, stratified: %s', (by, stratify) => {
  const seeds = range(0, 20);

  test('each row that is not test is validated by one network and trains all others', () => {
    for (const seed of seeds) {
      const dataset = make(seed, 60 + 17 * seed);
      const { rows } = bagged(dataset, 0, usual(by, stratify, seed));
      const folds = foldCount(rows);
      const { pool, bags } = bagged(dataset, folds, usual(by, stratify, seed));
      expect(folds).toBeGreaterThan(2);
      expect(ascending(bags.flatMap(({ validation }) => [...validation]))).toEqual(pool);
      for (const bag of bags) {
        expect(ascending([...bag.train, ...bag.validation])).toEqual(pool);
        expect(bag.train).toEqual(bag.train.toSorted());
        expect(bag.validation).toEqual(bag.validation.toSorted());
        expect(bag.test).toEqual(rows.test);
        expect(bag.validation.length).toBeGreaterThan(0);
      }
    }
  });

  test('more networks than folds begin again at the first fold', () => {
    const dataset = make(1, 300);
    const { rows, bags } = bagged(dataset, 12, usual(by, stratify));
    const folds = foldCount(rows);
    for (const [member, bag] of bags.entries()) expect(bag).toEqual(bags[member % folds]);
    expect(bags[folds - 1]).not.toEqual(bags[0]);
  });

  test('the rows depend on the seed and on nothing else', () => {
    const dataset = make(2, 300);
    const { rows, bags } = bagged(dataset, 1, usual(by, stratify));
    const again = bagRows({ ...dataset, features: new Float32Array(300).fill(7) }, rows, usual(by, stratify), 0);
    expect(again).toEqual(bags[0]);
    expect(bagRows(dataset, rows, usual(by, stratify, 4), 0)).not.toEqual(bags[0]);
  });
});

test('stratified, each fold has its share of each class to the row, and sizes differ by one row', () => {
  for (const seed of range(0, 20)) {
    const dataset = make(seed, 200);
    const { bags } = bagged(dataset, 5, usual('row', true, seed));
    const counts = bags.map(({ validation }) =>
      [0, 1, 2].map((label) => validation.filter((row) => dataset.targets.data[row] === label).length),
    );
    const spread = (numbers: number[]) => Math.max(...numbers) - Math.min(...numbers);
    for (const label of [0, 1, 2]) expect(spread(counts.map((fold) => fold[label]))).toBeLessThan(2);
    expect(spread(bags.map(({ validation }) => validation.length))).toBeLessThan(2);
  }
});

describe('by group', () => {
  test('no group is divided', () => {
    for (const seed of range(0, 20)) {
      const dataset = make(seed, 240);
      const { bags } = bagged(dataset, 5, usual('group', false, seed));
      for (const { train, validation } of bags) {
        const learned = new Set(Array.from(train, (row) => dataset.groups![row]));
        expect([...validation].filter((row) => learned.has(dataset.groups![row]))).toEqual([]);
      }
    }
  });

  test('with fewer groups than folds, every network is still validated on some rows', () => {
    // A large group and three small ones: validation is a fifth of what is not test, which is three groups.
    const sizes = [140, 30, 30, 40];
    const groups = Int32Array.from(sizes.flatMap((size, group) => Array.from({ length: size }, () => group)));
    const dataset = { ...make(0, groups.length), groups };
    const { rows, bags } = bagged(dataset, 6, usual('group'), { validation: 0.14, test: 0.16 });
    expect(foldCount(rows)).toBeGreaterThan(
      new Set([...rows.train, ...rows.validation].map((row) => groups[row])).size,
    );
    for (const { train, validation } of bags) {
      expect(train.length).toBeGreaterThan(0);
      expect(validation.length).toBeGreaterThan(0);
    }
  });
});

test('by time, and without validation rows, all networks have the rows of the split', () => {
  const dataset = make(5, 200);
  const inTime = bagged(dataset, 4, usual('time'));
  for (const bag of inTime.bags) expect(bag).toEqual(inTime.rows);
  const without = bagged(dataset, 4, usual('row', true), { validation: 0, test: 0.2 });
  for (const bag of without.bags) expect(bag).toEqual(without.rows);
});

test('rows that a limit leaves out come back to no network', () => {
  const dataset = make(6, 400);
  const options = usual('row', true);
  const rows = split(dataset, { ...options, validation: 0.2, test: 0.2, limit: { train: 100, validation: 30 } });
  const allowed = new Set([...rows.train, ...rows.validation]);
  const bags = range(0, 4).map((member) => bagRows(dataset, rows, options, member));
  for (const { train, validation } of bags)
    expect([...train, ...validation].filter((row) => !allowed.has(row))).toEqual([]);
  expect(ascending(bags.flatMap(({ validation }) => [...validation]))).toEqual(ascending(allowed));
});
