import { describe, expect, test } from 'vitest';
import { Random } from '../../../src/base/index.ts';
import { type Cell, type Dataset, describeLeaks, fromRows, leaks } from '../../../src/data/index.ts';
import { loadDataset } from '../../../src/data/readers/index.ts';

type Columns = Readonly<Record<string, readonly Cell[]>>;

const times = <T>(count: number, of: (i: number) => T): T[] => Array.from({ length: count }, (_, i) => of(i));
const everyRow = ({ rows }: Dataset): Int32Array => Int32Array.from({ length: rows }, (_, i) => i);
const namesOf = (dataset: Dataset, rows = everyRow(dataset)): string[] =>
  leaks(dataset, rows).map(({ column }) => column);

/** A table of columns; the last one is the target. All are used as what they are. */
async function tableOf(columns: Columns): Promise<Dataset> {
  const names = Object.keys(columns);
  const rows = columns[names[0]].map((_, i) => Object.fromEntries(names.map((name) => [name, columns[name][i]])));
  return fromRows(rows, { target: names.at(-1)! });
}

/** Three classes, not equally frequent. */
const classesOf = (random: Random, rows: number): number[] => times(rows, () => [0, 0, 0, 1, 1, 2][random.below(6)]);

describe('of classes, is reported', () => {
  const random = new Random(1);
  const labels = classesOf(random, 600);
  const y = labels.map((label) => 'abc'[label]);

  test('the target under another name, as category, number or truth, and with a little noise', async () => {
    const dataset = await tableOf({
      name: labels.map((label) => ['none', 'some', 'many'][label]),
      degree: labels.map((label) => 7 - 2 * label),
      close: labels.map((label) => label + 0.1 * random.normal()),
      mistyped: labels.map((label, i) => 'xyz'[i % 199 === 3 ? (label + 1) % 3 : label]),
      chance: labels.map(() => random.normal()),
      colour: labels.map(() => ['red', 'green'][random.below(2)]),
      y,
    });
    expect(dataset.table!.map(({ kind }) => kind)).toEqual([
      ...['category', 'number', 'number', 'category', 'number', 'category'],
    ]);
    const found = leaks(dataset, everyRow(dataset));
    expect(found.map(({ column }) => column)).toEqual(['name', 'degree', 'close', 'mistyped']);
    expect(found[0].explained).toBe(1);
    expect(found[3].explained).toBeGreaterThan(0.98);
    expect(found[3].explained).toBeLessThan(1);
  });

  test('a column that is missing just for a class, among numbers and categories', async () => {
    const two = labels.map((label) => (label === 2 ? 'yes' : 'no'));
    const dataset = await tableOf({
      closed: two.map((label) => (label === 'yes' ? null : random.normal())),
      reason: two.map((label) => (label === 'yes' ? ['moved', 'price', 'other'][random.below(3)] : null)),
      sometimes: two.map(() => (random.below(3) === 0 ? null : random.normal())),
      y: two,
    });
    expect(namesOf(dataset)).toEqual(['closed', 'reason']);
  });

  test('even with the 50 rows that are needed at least, and not with 49', async () => {
    const dataset = await tableOf({ copy: y.slice(0, 50).map((label) => `is ${label}`), y: y.slice(0, 50) });
    expect(namesOf(dataset)).toEqual(['copy']);
    expect(namesOf(dataset, everyRow(dataset).slice(1))).toEqual([]);
  });
});

describe('of numbers, is reported', () => {
  test.each([60, 100, 300, 2000])('the target and functions of it that rise or fall, of %i rows', async (rows) => {
    const random = new Random(rows, 2);
    const y = times(rows, () => random.normal());
    const dataset = await tableOf({
      cents: y.map((x) => 100 * x),
      power: y.map((x) => Math.exp(x)),
      falling: y.map((x) => 3 - x ** 3),
      near: y.map((x) => x + 0.02 * random.normal()),
      day: y.map((x) => new Date(86_400_000 * Math.round(19_000 + 1000 * x)).toISOString().slice(0, 10)),
      related: y.map((x) => x + random.normal()),
      chance: y.map(() => random.normal()),
      y,
    });
    expect(dataset.table!.map(({ kind }) => kind)).toContain('date');
    expect(namesOf(dataset)).toEqual(['cents', 'power', 'falling', 'near', 'day']);
  });

  test.each([300, 5000])('a copy of prices, a few of which are very high, of %i rows', async (rows) => {
    const random = new Random(rows, 3);
    const y = times(rows, () => Math.exp(1.5 * random.normal()));
    const dataset = await tableOf({
      gross: y.map((price) => 1.2 * price),
      logarithm: y.map((price) => Math.log(price)),
      related: y.map((price) => price * Math.exp(random.normal())),
      y,
    });
    expect(namesOf(dataset)).toEqual(['gross', 'logarithm']);
  });

  test('a category that stands for the number', async () => {
    const random = new Random(4);
    const tariff = times(400, () => random.below(5));
    const dataset = await tableOf({
      plan: tariff.map((t) => 'abcde'[t]),
      chance: tariff.map(() => 'xyz'[random.below(3)]),
      y: tariff.map((t) => 10.5 + t * t + 0.01 * random.normal()),
    });
    expect(namesOf(dataset)).toEqual(['plan']);
  });
});

describe('no column is reported', () => {
  test('of iris, though each flower can nearly be told by one of them', async () => {
    const iris = await loadDataset('iris');
    const { targets, rows } = iris;
    if (targets.kind !== 'classes') return expect.fail('iris has classes');
    const columns = Object.fromEntries(
      iris.columns!.map((name, at) => [name, times(rows, (row) => iris.features[4 * row + at])]),
    );
    const dataset = await tableOf({ ...columns, species: Array.from(targets.data, (label) => targets.classes[label]) });
    expect(dataset.shape).toEqual([4]);
    expect(namesOf(dataset)).toEqual([]);
  });

  test('of chance alone, in 1,000 tables of 60 rows with classes frequent and rare, and numbers', () => {
    const rows = 60;
    for (let seed = 0; seed < 1000; seed++) {
      const random = new Random(seed, 6);
      // Twice one of the rows belongs to the other class, then two and so on to half of them.
      const rare = 1 + (seed % 30);
      const labels = random.shuffle(Int32Array.from({ length: rows }, (_, i) => Number(i < rare)));
      const values = times(4, (k) => times(2 + 3 * k, String));
      const features = Float32Array.from({ length: rows * 8 }, (_, i) => {
        const at = i % 8;
        if (at >= 4) return random.below(values[at - 4].length + 1);
        return at === 3 && random.below(4) === 0 ? Number.NaN : at === 2 ? random.below(10) : random.normal();
      });
      const dataset: Dataset = {
        name: 'chance',
        rows,
        shape: [8],
        features,
        targets: { kind: 'classes', data: labels, classes: ['no', 'yes'] },
        table: [
          ...times(4, (k) => ({ name: `number ${k}`, kind: 'number' as const, missing: k === 3 })),
          ...values.map((values) => ({
            name: `of ${values.length}`,
            kind: 'category' as const,
            values,
            missing: true,
          })),
        ],
      };
      const numbers = { kind: 'numbers', width: 1, data: Float32Array.from(labels, () => random.normal()) } as const;
      expect(namesOf(dataset), `classes, seed ${seed}`).toEqual([]);
      expect(namesOf({ ...dataset, targets: numbers }), `numbers, seed ${seed}`).toEqual([]);
    }
  });

  test('for being different in every row, be it a name or a number', async () => {
    const random = new Random(7);
    const labels = classesOf(random, 500);
    const order = random.shuffle(Int32Array.from({ length: 500 }, (_, i) => i));
    const rows = labels.map((label, i) => ({
      account: `account ${order[i]}`,
      number: 100_000 + 7 * order[i],
      y: 'abc'[label],
    }));
    const dataset = await fromRows(rows, { target: 'y', columns: { account: 'category', number: 'number' } });
    expect(dataset.columns).toEqual(['account', 'number']);
    expect(namesOf(dataset)).toEqual([]);
  });

  test('for a constant target, nor where a row has several numbers, nor of what is no table', async () => {
    const dataset = await tableOf({ x: times(400, (i) => i / 3), y: times(400, (i) => i / 7) });
    expect(namesOf(dataset)).toEqual(['x']);
    const still = { kind: 'numbers', width: 1, data: new Float32Array(400) } as const;
    expect(namesOf({ ...dataset, targets: still })).toEqual([]);
    expect(namesOf({ ...dataset, targets: { kind: 'numbers', width: 2, data: new Float32Array(800) } })).toEqual([]);
    expect(namesOf({ ...dataset, table: undefined })).toEqual([]);
  });
});

describe('only the given rows are looked at', () => {
  const random = new Random(8);
  const labels = classesOf(random, 400);
  const rows = Int32Array.from({ length: 300 }, (_, i) => i);

  test('a leak in the others is not seen, and what they hold changes nothing', async () => {
    const dataset = await tableOf({
      copy: labels.map((label) => label + 0.5),
      onlyLater: labels.map((label, i) => (i < 300 ? random.below(3) : label) + 0.5),
      y: labels.map((label) => 'abc'[label]),
    });
    const later = Int32Array.from({ length: 100 }, (_, i) => 300 + i);
    expect(namesOf(dataset, later)).toEqual(['copy', 'onlyLater']);
    const before = leaks(dataset, rows);
    expect(before.map(({ column }) => column)).toEqual(['copy']);
    const features = dataset.features.slice();
    const data = Int32Array.from(dataset.targets.data);
    features.fill(1e9, 2 * 300);
    data.fill(0, 300);
    expect(leaks({ ...dataset, features, targets: { ...dataset.targets, data } as Dataset['targets'] }, rows)).toEqual(
      before,
    );
  });
});

test('a leak is told with how much it explains and how to leave the column out', () => {
  expect(describeLeaks([{ column: 'end date', explained: 0.9876 }], 'churned')).toEqual([
    'the column "end date" alone explains 98.8 % of "churned": if it is only known when "churned" is, the model will not work; leave it out with --column "end date=ignore"',
  ]);
  expect(describeLeaks([], 'churned')).toEqual([]);
});
