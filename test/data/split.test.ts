import { describe, expect, test } from 'vitest';
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
});
