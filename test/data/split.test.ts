import { describe, expect, test } from 'vitest';
import { Random } from '../../src/base/index.ts';
import { type Dataset, type Split, type SplitOptions, split } from '../../src/data/index.ts';
import { messageOf } from './support.ts';

const usual: SplitOptions = { validation: 0.1, test: 0.2, seed: 7, stratify: true };

/** A data set with so many rows of each class, the classes mixed; the last `testRows` are the publisher's. */
function withClasses(counts: number[], testRows?: number): Dataset {
  const left = counts.slice();
  const labels: number[] = [];
  while (left.some((count) => count > 0))
    for (let label = 0; label < left.length; label++) if (left[label]-- > 0) labels.push(label);
  const rows = labels.length;
  const classes = counts.map((_, label) => `class ${label}`);
  const targets = { kind: 'classes', data: Int32Array.from(labels), classes } as const;
  return { name: 'made', rows, shape: [1], features: new Float32Array(rows), targets, testRows };
}

function withNumbers(rows: number): Dataset {
  const targets = { kind: 'numbers', data: new Float32Array(rows), width: 1 } as const;
  return { name: 'made', rows, shape: [1], features: new Float32Array(rows), targets };
}

const allRows = ({ train, validation, test }: Split): number[] =>
  [...train, ...validation, ...test].sort((a, b) => a - b);

const range = (start: number, end: number): number[] => Array.from({ length: end - start }, (_, i) => start + i);

function countClasses({ targets }: Dataset, rows: Int32Array): number[] {
  if (targets.kind !== 'classes') return [];
  const counts = targets.classes.map(() => 0);
  for (const row of rows) counts[targets.data[row]]++;
  return counts;
}

const sets: Record<string, number[]> = {
  balanced: [50, 50, 50],
  uneven: [178, 12, 33, 7, 401],
  'mixed sizes': Array.from({ length: 40 }, (_, i) => [3, 10, 7, 20, 1, 8][i % 6]),
  'rare classes': [1, 1, 2, 3, 300],
  'many small classes': Array.from({ length: 60 }, () => 5),
};

describe.each(Object.entries(sets))('a split of %s', (_, counts) => {
  const dataset = withClasses(counts);

  test.each([
    { validation: 0.1, test: 0.2 },
    { validation: 0.1, test: 0.25 },
    { validation: 0.15, test: 0 },
    { validation: 0, test: 0.34 },
    { validation: 0.45, test: 0.45 },
  ])('$validation/$test: every row in one list, ascending, each class within one row of its share', (fractions) => {
    const made = split(dataset, { ...usual, ...fractions });
    expect(allRows(made)).toEqual(range(0, dataset.rows));
    for (const rows of Object.values(made)) expect(rows).toEqual(rows.toSorted());
    const shares = { ...fractions, train: 1 - fractions.validation - fractions.test };
    for (const [name, share] of Object.entries(shares))
      for (const [label, count] of countClasses(dataset, made[name as keyof Split]).entries())
        expect(Math.abs(count - share * counts[label])).toBeLessThan(1);
  });

  test('the whole splits are near their share too', () => {
    const { validation, test } = split(dataset, usual);
    expect(Math.abs(validation.length - 0.1 * dataset.rows)).toBeLessThan(2.5);
    expect(Math.abs(test.length - 0.2 * dataset.rows)).toBeLessThan(2.5);
  });

  test('every class has a row in train', () => {
    const { train } = split(dataset, { ...usual, validation: 0.45, test: 0.45 });
    expect(Math.min(...countClasses(dataset, train))).toBeGreaterThan(0);
  });
});

test('a split depends on the seed and on nothing else', () => {
  const dataset = withClasses([40, 60]);
  expect(split(dataset, usual)).toEqual(split(withClasses([40, 60]), usual));
  expect(split(dataset, { ...usual, seed: 8 }).train).not.toEqual(split(dataset, usual).train);
});

test('the rows are drawn at random and not from one end', () => {
  const { validation } = split(withNumbers(1000), usual);
  expect(validation[0]).toBeLessThan(100);
  expect(validation.at(-1)).toBeGreaterThan(900);
});

test('numbers as targets: fractions of all rows, stratify changes nothing', () => {
  const made = split(withNumbers(101), usual);
  expect(allRows(made)).toEqual(range(0, 101));
  expect([made.train.length, made.validation.length, made.test.length]).toEqual([71, 10, 20]);
  expect(split(withNumbers(101), { ...usual, stratify: false })).toEqual(made);
});

test('validation 0 gives an empty validation split', () => {
  expect(split(withClasses([20, 20]), { ...usual, validation: 0 }).validation).toEqual(new Int32Array(0));
});

test("the publisher's test rows are the test set, validation comes from the rest", () => {
  const made = split(withClasses([50, 50], 20), { ...usual, test: 0.9 });
  expect([...made.test]).toEqual(range(80, 100));
  expect(made.validation.length).toBe(8);
  expect(allRows(made)).toEqual(range(0, 100));
});

describe('limits', () => {
  const dataset = withClasses([200, 100, 50], 70);
  const whole = split(dataset, usual);

  test('keep exactly so many rows of a split, stratified', () => {
    const { train, validation, test } = split(dataset, { ...usual, limit: { train: 35, validation: 14, test: 7 } });
    expect([train.length, validation.length, test.length]).toEqual([35, 14, 7]);
    for (const [label, count] of countClasses(dataset, train).entries()) {
      const share = (35 * countClasses(dataset, whole.train)[label]) / whole.train.length;
      expect(Math.abs(count - share)).toBeLessThan(1);
    }
    expect([...train].every((row) => whole.train.includes(row))).toBe(true);
    expect([...test].every((row) => whole.test.includes(row))).toBe(true);
  });

  test('draw the rows at random', () => {
    const limit = { train: 20 };
    const other = split(dataset, { ...usual, stratify: false, limit, seed: 8 });
    expect(split(dataset, { ...usual, stratify: false, limit }).train).not.toEqual(other.train);
  });

  test('do not touch the other splits', () => {
    const { validation, test } = split(dataset, { ...usual, limit: { train: 10 } });
    expect({ validation, test }).toEqual({ validation: whole.validation, test: whole.test });
  });

  test('above the rows there are: the message says how many there are', async () => {
    const message = await messageOf(() => split(dataset, { ...usual, limit: { test: 71 } }));
    expect(message).toContain('limit for test');
    expect(message).toContain('from 1 to 70');
  });

  test.each([0, -1, 2.5, Number.NaN])('%s is not a number of rows', async (train) => {
    expect(await messageOf(() => split(dataset, { ...usual, limit: { train } }))).toContain('limit for train');
  });
});

/** Data sets with groups of many sizes, coarse times and three classes; the last rows are sometimes the publisher's. */
const structured = range(0, 60).map((seed) => {
  const draw = new Random(seed, 99);
  const groups: number[] = [];
  const count = 20 + draw.below(60);
  for (let group = 0; group < count; group++)
    for (let i = draw.below(1 + (seed % 12)); i >= 0; i--) groups.push(7 * group - 50);
  const rows = groups.length;
  draw.shuffle(groups);
  const labels = Int32Array.from({ length: rows }, () => draw.below(3));
  const dataset: Dataset = {
    ...withNumbers(rows),
    targets: { kind: 'classes', data: labels, classes: ['a', 'b', 'c'] },
    groups: Int32Array.from(groups),
    times: Float64Array.from({ length: rows }, () => draw.below(200) / 4 - 20),
    testRows: seed % 3 === 0 ? 1 + draw.below(5) : undefined,
  };
  return { seed, dataset, pool: rows - (dataset.testRows ?? 0) };
});

describe('a split by group', () => {
  const byGroup = { ...usual, by: 'group' } as const;

  test.each([false, true])('stratify %s: every row in one list, every group in one split', (stratify) => {
    for (const { seed, dataset, pool } of structured) {
      const made = split(dataset, { ...byGroup, seed, stratify });
      expect(allRows(made)).toEqual(range(0, dataset.rows));
      if (pool < dataset.rows) expect([...made.test]).toEqual(range(pool, dataset.rows));
      const placeOf = new Map<number, string>();
      for (const [name, rows] of Object.entries(made)) {
        expect(rows).toEqual(rows.toSorted());
        for (const row of rows.filter((row) => row < pool)) {
          const group = dataset.groups![row];
          expect(placeOf.get(group) ?? name).toBe(name);
          placeOf.set(group, name);
        }
      }
    }
  });

  test('no group moved to another split would bring the sizes nearer to the fractions', () => {
    for (const { seed, dataset, pool } of structured.filter(({ dataset }) => !dataset.testRows)) {
      const made = split(dataset, { ...byGroup, seed, stratify: false });
      const exact = [0.7 * pool, 0.1 * pool, 0.2 * pool];
      const lists = [made.train, made.validation, made.test];
      const worth = (sizes: number[]) => sizes.reduce((sum, size, i) => sum + (size - exact[i]) ** 2 / exact[i], 0);
      const sizes = lists.map(({ length }) => length);
      for (const [from, rows] of lists.entries())
        for (const count of new Set(
          Map.groupBy(rows, (row) => dataset.groups![row])
            .values()
            .map((g) => g.length),
        ))
          for (const to of [0, 1, 2].filter((i) => i !== from)) {
            const moved = sizes.map((size, i) => size + (i === to ? count : 0) - (i === from ? count : 0));
            expect(worth(moved)).toBeGreaterThan(worth(sizes) - 1e-6);
          }
    }
  });

  test.each<[string, number[], number[]]>([
    ['groups of one size', new Array<number>(20).fill(10), [140, 20, 40]],
    ['one group too large for validation', [140, ...new Array<number>(860).fill(1)], [700, 100, 200]],
  ])('%s: the fractions are filled exactly', (_, sizes, expected) => {
    const groups = Int32Array.from(sizes.flatMap((size, group) => new Array<number>(size).fill(group)));
    for (const seed of range(0, 30)) {
      const { train, validation, test } = split({ ...withNumbers(groups.length), groups }, { ...byGroup, seed });
      expect([train.length, validation.length, test.length]).toEqual(expected);
    }
  });

  test('two groups for each of many classes: stratified, every class is in train and no split is empty', () => {
    const counts = new Array<number>(50).fill(20);
    const dataset = withClasses(counts);
    const groups = dataset.targets.data.map((label, row) => 2 * label + (row % 1000 < 500 ? 0 : 1));
    for (const seed of range(0, 20)) {
      const made = split({ ...dataset, groups: Int32Array.from(groups) }, { ...byGroup, seed });
      expect(Math.min(...countClasses(dataset, made.train))).toBeGreaterThan(0);
    }
  });

  test('large groups are drawn for validation and test like small ones', () => {
    // Twenty groups of 20 rows and a hundred of 2: two rows in three are of a large group.
    const groups = Int32Array.from(range(0, 600), (row) => (row < 400 ? row % 20 : 20 + (row % 100)));
    const dataset = { ...withNumbers(600), groups };
    const large = range(0, 50).map((seed) => {
      const { validation } = split(dataset, { ...byGroup, seed });
      return validation.filter((row) => row < 400).length / validation.length;
    });
    const mean = large.reduce((sum, share) => sum + share, 0) / large.length;
    expect(mean).toBeGreaterThan(0.4);
    expect(mean).toBeLessThan(0.9);
  });

  test('stratified, the classes are nearer to their shares', () => {
    const distance = (stratify: boolean): number => {
      let sum = 0;
      for (const { seed, dataset } of structured.filter(({ dataset }) => !dataset.testRows)) {
        const totals = countClasses(dataset, Int32Array.from(range(0, dataset.rows)));
        const { validation } = split(dataset, { ...byGroup, seed, stratify });
        for (const [label, count] of countClasses(dataset, validation).entries())
          sum += Math.abs(count / (0.1 * totals[label]) - 1);
      }
      return sum;
    };
    expect(distance(true)).toBeLessThan(distance(false) / 2);
  });

  test('depends on the seed and on nothing else', () => {
    const { dataset } = structured[1];
    const renamed = { ...dataset, groups: dataset.groups!.map((group) => 3 * group + 1) };
    expect(split(renamed, byGroup)).toEqual(split(dataset, byGroup));
    expect(split(dataset, { ...byGroup, seed: 8 }).train).not.toEqual(split(dataset, byGroup).train);
  });

  test.each<[string, number[], number, string]>([
    ['one group has nearly all rows', [95, 1, 1, 1, 1, 1], 0.1, 'validation'],
    ['every group is too large', [30, 30, 40], 0.1, 'validation'],
    ['a group has more than twice the rows of train', [42, 29, 29], 0.4, 'train'],
  ])('is refused where %s', async (_, sizes, fraction, name) => {
    const groups = Int32Array.from(sizes.flatMap((size, i) => new Array<number>(size).fill(i + 3)));
    const options = { ...byGroup, validation: fraction, test: fraction };
    const message = await messageOf(() => split({ ...withNumbers(100), groups }, options));
    expect(message).toContain(`whole groups of "made" do not give ${name} its fraction`);
    expect(message).toContain(`${Math.min(...sizes)} to ${Math.max(...sizes)} of 100 rows`);
    expect(message).toContain(`the largest is group ${3 + sizes.indexOf(Math.max(...sizes))}`);
  });

  test('is refused where a class stands in a group that is not in train', async () => {
    const dataset = { ...withClasses([190, 10]), groups: new Int32Array(200) };
    const labels = dataset.targets.data;
    dataset.groups.forEach((_, row) => {
      dataset.groups[row] = labels[row] === 1 ? 99 : row % 19;
    });
    const seeds = range(0, 40).map((seed) => () => split(dataset, { ...byGroup, stratify: false, seed }));
    const outcomes = await Promise.all(seeds.map(async (act) => messageOf(act).catch(() => 'made')));
    expect(outcomes.find((outcome) => outcome !== 'made')).toContain('Fix: use stratify: true');
    expect(split(dataset, { ...byGroup, stratify: true }).train.some((row) => labels[row] === 1)).toBe(true);
  });
});

describe('a split by time', () => {
  const byTime = { ...usual, by: 'time', stratify: false } as const;

  test.each([
    { validation: 0.1, test: 0.2 },
    { validation: 0, test: 0.3 },
    { validation: 0.25, test: 0 },
    { validation: 0, test: 0 },
  ])('$validation/$test: every row in one list, each split later than the one before', (fractions) => {
    for (const { seed, dataset, pool } of structured) {
      const made = split(dataset, { ...byTime, ...fractions, seed });
      expect(allRows(made)).toEqual(range(0, dataset.rows));
      const lists = [made.train, made.validation, made.test.filter((row) => row < pool)];
      const times = lists
        .filter((rows) => rows.length > 0)
        .map((rows) => Array.from(rows, (row) => dataset.times![row]));
      for (const [i, later] of times.slice(1).entries())
        expect(Math.min(...later)).toBeGreaterThan(Math.max(...times[i]));
      if (fractions.validation > 0) expect(made.validation.length).toBeGreaterThan(0);
    }
  });

  test('the sizes are the fractions where all times differ, wherever the rows stand and whatever the seed', () => {
    const times = Float64Array.from(range(0, 100), (row) => (37 * row) % 100);
    const made = split({ ...withNumbers(100), times }, byTime);
    expect(split({ ...withNumbers(100), times }, { ...byTime, seed: 8 })).toEqual(made);
    const timesOf = (rows: Int32Array) => Array.from(rows, (row) => times[row]).sort((a, b) => a - b);
    expect(timesOf(made.train)).toEqual(range(0, 70));
    expect(timesOf(made.validation)).toEqual(range(70, 80));
    expect(timesOf(made.test)).toEqual(range(80, 100));
  });

  test.each<[string, number[], number[]]>([
    ['a border goes to the nearer end of equal times', [65, 7, 8, 20], [72, 8, 20]],
    ['both borders in one time: each split keeps one', [50, 25, 25], [50, 25, 25]],
    ['a long last time', [90, 5, 5], [90, 5, 5]],
  ])('%s', (_, counts, sizes) => {
    const times = Float64Array.from(counts.flatMap((count, time) => new Array<number>(count).fill(time)));
    const { train, validation, test } = split({ ...withNumbers(100), times }, byTime);
    expect([train.length, validation.length, test.length]).toEqual(sizes);
  });

  test('leaves the test set of the publisher where it is', () => {
    const times = Float64Array.from(range(0, 100), (row) => -row);
    const { train, validation, test } = split({ ...withNumbers(100), testRows: 20, times }, byTime);
    expect([...test]).toEqual(range(80, 100));
    expect([...validation]).toEqual(range(0, 8));
    expect([...train]).toEqual(range(8, 80));
  });

  test('is refused where there are fewer different times than splits', async () => {
    const times = Float64Array.from(range(0, 100), (row) => row % 2);
    const message = await messageOf(() => split({ ...withNumbers(100), times }, byTime));
    expect(message).toContain('at least 3 different times');
    expect(message).toContain('2 among 100 rows');
  });

  test('is refused where a class occurs in the later rows alone', async () => {
    const dataset = { ...withClasses([95, 5]), times: new Float64Array(100) };
    let late = 100;
    dataset.targets.data.forEach((label, row) => {
      dataset.times[row] = label === 1 ? late++ : row / 2;
    });
    expect(await messageOf(() => split(dataset, byTime))).toContain('the class occurs in the later rows alone');
  });

  test('is refused stratified', async () => {
    const { dataset } = structured[0];
    const message = await messageOf(() => split(dataset, { ...byTime, stratify: true }));
    expect(message).toContain("stratify: false with by: 'time'");
  });
});

describe('a split is refused', () => {
  test.each([-0.1, 1, 20, Number.NaN])('for the fraction %s', async (validation) => {
    const message = await messageOf(() => split(withClasses([9, 9]), { ...usual, validation }));
    expect(message).toContain('the fraction of rows for validation');
    expect(message).toContain(String(validation));
  });

  test('for fractions that leave nothing to train on', async () => {
    const message = await messageOf(() => split(withClasses([9, 9]), { ...usual, validation: 0.5, test: 0.5 }));
    expect(message).toContain('0.5 + 0.5');
  });

  test('for a data set that is all test rows', async () => {
    expect(await messageOf(() => split(withClasses([3, 3], 6), usual))).toContain('train has no rows');
  });

  test('for a split that was asked for and stays empty', async () => {
    const dataset = withNumbers(3);
    expect(await messageOf(() => split(dataset, { ...usual, test: 0 }))).toContain('validation has no rows');
  });

  test('for a class that occurs in the test rows alone', async () => {
    const dataset = withClasses([30, 31], 1);
    dataset.targets.data[60] = 1;
    dataset.targets.data.fill(0, 0, 60);
    const message = await messageOf(() => split(dataset, usual));
    expect(message).toContain('class "class 1" of "made" has no row to train on');
    expect(message).toContain('test rows alone');
  });

  test('for a rare class that a plain shuffle left out of train', async () => {
    const dataset = withClasses([1, 99]);
    const seeds = range(0, 100).map((seed) => () => split(dataset, { ...usual, stratify: false, seed }));
    const outcomes = await Promise.all(seeds.map(async (act) => messageOf(act).catch(() => 'made')));
    const refused = outcomes.filter((outcome) => outcome !== 'made');
    expect(refused.length).toBeGreaterThan(10);
    expect(refused[0]).toContain('stratify: true');
  });

  test.each(['group', 'time'] as const)('by %s, where the data set does not say it', async (by) => {
    const message = await messageOf(() => split(withNumbers(20), { ...usual, by, stratify: false }));
    expect(message).toContain(`a data set without ${by}s`);
  });
});
