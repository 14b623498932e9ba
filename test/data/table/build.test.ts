import { describe, expect, test } from 'vitest';
import { Random, WellfitError } from '../../../src/base/index.ts';
import {
  type Cell,
  type Dataset,
  fromRows,
  type Row,
  repeatedRows,
  type TableOptions,
  tableDataset,
  tableOfRows,
} from '../../../src/data/index.ts';
import { messageOf } from '../support.ts';

const made = (rows: readonly Row[], options: TableOptions) => tableDataset(tableOfRows(rows, 'made'), options);
const times = <T>(count: number, of: (i: number) => T): T[] => Array.from({ length: count }, (_, i) => of(i));

/** The features of one column. */
function featuresOf({ features, rows, columns }: Dataset, name: string): number[] {
  const at = columns!.indexOf(name);
  return times(rows, (row) => features[row * columns!.length + at]);
}

/** What a column of a data set stands for, as texts; null where nothing is. */
function textsOf(dataset: Dataset, name: string): (string | null)[] {
  const { values } = dataset.table![dataset.columns!.indexOf(name)];
  return featuresOf(dataset, name).map((x) => (values ? (values[x] ?? null) : Number.isNaN(x) ? null : String(x)));
}

describe('a table as a data set', () => {
  const rows: Row[] = times(24, (i) => ({
    id: i,
    size: i % 5 === 0 ? null : i / 2,
    colour: i % 7 === 0 ? '' : ['red', 'blue', 'green'][i % 3],
    day: `2024-01-${String(1 + (i % 9)).padStart(2, '0')}`,
    member: i % 4 === 0,
    remark: `this is remark number ${i}`,
    churned: i === 3 ? null : i % 2 ? 'yes' : 'no',
  }));

  test('has the used columns as features, NaN and the place past the last value where nothing is', async () => {
    const { dataset, columns, task } = await made(rows, { target: 'churned' });
    expect(task).toBe('binary');
    expect(columns.map(({ name, kind }) => `${name}: ${kind}`)).toEqual([
      'id: identifier',
      'size: number',
      'colour: category',
      'day: date',
      'member: boolean',
      'remark: text',
    ]);
    expect(dataset.table).toEqual([
      { name: 'size', kind: 'number', missing: true },
      { name: 'colour', kind: 'category', values: ['blue', 'green', 'red'], missing: true },
      { name: 'day', kind: 'date', missing: false },
      { name: 'member', kind: 'category', values: ['false', 'true'], missing: false },
    ]);
    expect(dataset.shape).toEqual([4]);
    const kept = rows.filter((_, i) => i !== 3);
    expect(featuresOf(dataset, 'size')).toEqual(kept.map(({ size }) => (size as number | null) ?? Number.NaN));
    expect(textsOf(dataset, 'colour')).toEqual(kept.map(({ colour }) => colour || null));
    expect(new Set(featuresOf(dataset, 'colour'))).toEqual(new Set([0, 1, 2, 3]));
    expect(featuresOf(dataset, 'day').slice(0, 3)).toEqual([19_723, 19_724, 19_725]);
    expect(textsOf(dataset, 'member')).toEqual(kept.map(({ member }) => String(member)));
  });

  test('leaves out rows without a target, and knows which row of the table each of its rows is', async () => {
    const { dataset, rowNumbers } = await made(rows, { target: 'churned' });
    expect(dataset.rows).toBe(23);
    expect([...rowNumbers]).toEqual(times(24, (i) => i).filter((i) => i !== 3));
    expect(dataset.notes).toEqual([
      'the column "id" is left out: an identifier (it counts the rows)',
      'the column "remark" is left out: free text (24 of 24 values differ, 5 words each)',
      '1 rows have no "churned" and are left out',
    ]);
    const { targets } = dataset;
    expect(targets).toMatchObject({ kind: 'classes', classes: ['no', 'yes'] });
    expect([...targets.data]).toEqual([...rowNumbers].map((row) => row % 2));
  });

  test('has numbers as targets of a regression', async () => {
    const { dataset, task } = await made(rows, { target: 'size' });
    expect(task).toBe('regression');
    expect(dataset.targets).toMatchObject({ kind: 'numbers', width: 1 });
    expect([...dataset.targets.data]).toEqual(rows.flatMap(({ size }) => (size === null ? [] : [size as number])));
  });

  test('has its groups and times from their columns, which are no features', async () => {
    const { dataset } = await made(rows, { target: 'churned', group: 'colour', time: 'day' });
    expect(dataset.columns).toEqual(['size', 'member']);
    const colours = rows.filter((_, i) => i !== 3).map(({ colour }) => colour);
    for (const [i, group] of dataset.groups!.entries())
      expect(group === dataset.groups![0], `row ${i}`).toBe(colours[i] === colours[0]);
    expect([...dataset.times!].slice(0, 3)).toEqual([19_723, 19_724, 19_725]);
  });

  test('sorts names as people do, and codes follow', async () => {
    const names = ['item 10', 'item 9', 'Zoë', 'ähnlich', 'item 1', '東京', 'item 9'];
    const { dataset } = await made(
      times(28, (i) => ({ name: names[i % 7], y: i % 2 })),
      { target: 'y' },
    );
    expect(dataset.table![0].values).toEqual(['ähnlich', 'item 1', 'item 9', 'item 10', 'Zoë', '東京']);
    expect(textsOf(dataset, 'name').slice(0, 7)).toEqual(names);
  });

  test('takes a number that float32 cannot hold for a missing one', async () => {
    const { dataset } = await made(
      times(20, (i) => ({ x: i === 4 ? 1e39 : i + 0.5, y: i % 2 })),
      { target: 'y' },
    );
    expect(dataset.table![0].missing).toBe(true);
    expect(featuresOf(dataset, 'x')[4]).toBeNaN();
  });

  test('says that classes are unbalanced', async () => {
    const { dataset } = await made(
      times(200, (i) => ({ x: i * 1.5, y: i < 4 ? 'fraud' : 'fine' })),
      { target: 'y' },
    );
    expect(dataset.notes).toEqual([
      'the classes are unbalanced: "fraud" is 2.0 % of the rows (4); accuracy alone says little, look at balancedAccuracy, rocAuc and averagePrecision too',
    ]);
  });
});

describe('what does not allow a training is refused in words', () => {
  const rows = times(20, (i) => ({ x: i / 3, y: i % 2, 'a "b"': i === 0 ? "it's" : i % 2 ? 'u' : 'v' }));
  const refused: [string, TableOptions, RegExp][] = [
    ['a target that is no column', { target: 'Y' }, /data.target: the table has no column "Y"[\s\S]*Fix: write "y"/],
    ['a group that is no column', { target: 'y', group: 'z' }, /data.group: the table has no column "z"/],
    ['a time that is no column', { target: 'y', time: 'z' }, /data.time: the table has no column "z"/],
    ['the group as a feature', { target: 'y', group: 'x', columns: { x: 'number' } }, /names "x", which is the group/],
    [
      'a class of one row',
      { target: 'a "b"' },
      /the class "it's" of "a "b"" has one row in "made"[\s\S]*1 of 3 classes[\s\S]*--where '"a ""b""" <> /,
    ],
  ];
  test.each(refused)('%s', async (_, options, said) => {
    expect(await messageOf(() => made(rows, options))).toMatch(said);
  });

  test('a table of the target alone', async () => {
    const alone = rows.map(({ y }) => ({ y }));
    expect(await messageOf(() => made(alone, { target: 'y' }))).toMatch(
      /no column is left[\s\S]*received {2}no other column/,
    );
  });
});

test('rows that lack the same values are repeats, whatever the bits of their NaN', () => {
  const features = new Float32Array(6);
  const bits = new Uint32Array(features.buffer);
  bits.set([0x7fc00000, 0x3f800000, 0xffc00001, 0x3f800000, 0x7fc00000, 0x40000000]);
  const targets = { kind: 'numbers', data: new Float32Array(3), width: 1 } as const;
  const table = ['a', 'b'].map((name) => ({ name, kind: 'number', missing: true }) as const);
  const dataset: Dataset = { name: 'made', rows: 3, shape: [2], features, targets, table };
  const split = { train: Int32Array.of(0), validation: Int32Array.of(1, 2), test: new Int32Array() };
  expect(repeatedRows(dataset, split).rows).toMatchObject([{ split: 'validation', rows: 1, examples: [[1, 0]] }]);
});

describe('any table', () => {
  const names = [
    'x',
    'ÄÖ',
    '東京',
    '',
    ' ',
    '__proto__',
    'constructor',
    'toString',
    'id',
    'a "b"',
    "it's",
    'x.y',
    '🙂',
  ];
  const texts = ['__proto__', 'constructor', 'toString', 'ja', 'nein', 'é', 'e\u0301', 'a b', '🙂', '-1', '00', 'Rome'];
  const numbers = [0, -0, 1, 0.1, -1e-300, 1e-45, 3e38, -3e38, 1e39, 1e308, 2 ** 53, Infinity, Number.NaN];

  /** A way to fill a column. */
  function filler(random: Random): () => Cell {
    const share = [0, 0, 0.1, 0.9, 1][random.below(5)];
    const one = texts[random.below(texts.length)];
    const fillers: (() => Cell)[] = [
      () => random.normal(),
      () => random.below(5),
      () => numbers[random.below(numbers.length)],
      () => texts[random.below(texts.length)],
      () => texts[random.below(2)],
      () => one,
      () => random.below(2) === 1,
      () => new Date(random.normal() * 1e12),
      () => `20${10 + random.below(20)}-0${1 + random.below(9)}-1${random.below(10)} 12:3${random.below(10)}`,
      () => BigInt(random.below(1000)) ** 20n,
      () => `${random.normal()} ${texts[random.below(texts.length)]} and more`,
      () => [1, 'a', true, null, new Date(0)][random.below(5)],
    ];
    const fill = fillers[random.below(fillers.length)];
    return () => (random.uniform() < share ? [null, undefined, '', 'NA'][random.below(4)] : fill());
  }

  function randomRows(random: Random): Row[] {
    const order = random.shuffle(Int32Array.from(names, (_, i) => i));
    const used = Array.from(order.subarray(0, 2 + random.below(5)), (i) => names[i]);
    const columns = used.map((name) => [name, filler(random)] as const);
    return times(1 + random.below(60), () =>
      Object.fromEntries(columns.flatMap(([name, fill]) => (random.uniform() < 0.05 ? [] : [[name, fill()]]))),
    );
  }

  test('becomes finite or missing numbers, codes in range that lead back to the texts, or a refusal in words', async () => {
    let [read, refused] = [0, 0];
    for (let seed = 0; seed < 700; seed++) {
      const random = new Random(seed);
      const rows = randomRows(random);
      const target = Object.keys(rows[0])[0] ?? 'x';
      let dataset: Dataset;
      try {
        dataset = await fromRows(rows, { target });
      } catch (error) {
        expect(error, `seed ${seed}: ${(error as Error).stack}`).toBeInstanceOf(WellfitError);
        refused++;
        continue;
      }
      read++;
      expect(dataset.table!.length, `seed ${seed}`).toBe(dataset.columns!.length);
      const table = tableOfRows(rows);
      const { rowNumbers } = await tableDataset(table, { target });
      const shown = await table.rowsAt([...rowNumbers]);
      for (const { name, values, missing } of dataset.table!) {
        const found = featuresOf(dataset, name);
        const where = `seed ${seed}, column "${name}"`;
        expect(
          found.some((x) => Math.abs(x) === Infinity),
          where,
        ).toBe(false);
        if (!values) expect(found.some(Number.isNaN), where).toBe(missing);
        else {
          expect(found.includes(values.length), where).toBe(missing);
          for (const code of found)
            expect(Number.isInteger(code) && code >= 0 && code <= values.length, where).toBe(true);
          expect(new Set(values).size, where).toBe(values.length);
          expect(textsOf(dataset, name), where).toEqual(
            shown.map((row) => (Object.hasOwn(row, name) ? row[name] : null)),
          );
        }
      }
    }
    expect(read).toBeGreaterThan(100);
    expect(refused).toBeGreaterThan(50);
  });
});
