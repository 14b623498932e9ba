import { describe, expect, test } from 'vitest';
import {
  type Cell,
  daysOf,
  fromRows,
  numberOf,
  type TableBlock,
  tableOfRows,
  textOf,
} from '../../../src/data/index.ts';
import { messageOf } from '../support.ts';

describe('a cell', () => {
  test.each<[Cell, string | null]>([
    [null, null],
    [undefined, null],
    ['', null],
    ['  ', null],
    ['N/A', null],
    ['NaN', null],
    ['none', null],
    ['?', null],
    [Number.NaN, null],
    [Infinity, null],
    [-Infinity, null],
    [new Date(Number.NaN), null],
    [' Rome ', 'Rome'],
    ['nanny', 'nanny'],
    [0, '0'],
    [-0, '0'],
    [false, 'false'],
    [12n, '12'],
    [new Date(0), '1970-01-01T00:00:00.000Z'],
  ])('%o as text is %o', (cell, text) => expect(textOf(cell)).toBe(text));

  test.each<[Cell, number]>([
    [1.5, 1.5],
    ['1.5', 1.5],
    [' -3e2 ', -300],
    ['.5', 0.5],
    [true, 1],
    [false, 0],
    [2n ** 40n, 2 ** 40],
    ['1,000', Number.NaN],
    ['12 kg', Number.NaN],
    ['1e999', Number.NaN],
    [Infinity, Number.NaN],
    ['', Number.NaN],
    [null, Number.NaN],
    [new Date(0), Number.NaN],
  ])('%o as a number is %o', (cell, number) => expect(numberOf(cell)).toBe(number));

  test.each<[Cell, number]>([
    ['1970-01-01', 0],
    ['1970-01-02T12:00', 1.5],
    ['1969-12-31 18:00:00', -0.25],
    ['2000-03-01', 11_017],
    ['1970-01-01T06:00:00+06:00', 0],
    ['1970-01-01T06:00:00.000-0600', 0.5],
    ['1970-01-01 01:00+01', 0],
    [new Date(43_200_000), 0.5],
    ['01.02.2000', Number.NaN],
    ['2000-13-01', Number.NaN],
    ['2000-01-01 noon', Number.NaN],
    ['2000', Number.NaN],
    [2000, Number.NaN],
    [null, Number.NaN],
  ])('%o in days is %o', (cell, days) => expect(daysOf(cell)).toBe(days));
});

describe('rows in memory as a table', () => {
  const rows = [
    { age: 31, city: 'Rome', joined: '2024-02-29', member: true, score: '1.5' },
    { age: '40', city: 'Oslo', joined: new Date('2024-03-01T12:00:00Z'), member: false, score: 2 },
    { age: null, city: ' Rome ', joined: '', member: true, score: '-' },
    { age: 40, joined: '2023-12-31', score: 7, late: 'x y z' },
  ];
  const table = tableOfRows(rows, 'people');
  const column = (name: string) => table.columns.find((c) => c.name === name)!;

  test('has a column for every name, in order of appearance', () => {
    expect([table.name, table.rows]).toEqual(['people', 4]);
    expect(table.columns.map(({ name }) => name)).toEqual(['age', 'city', 'joined', 'member', 'score', 'late']);
  });

  test('says of each column what is in it', () => {
    expect(column('age')).toEqual({
      name: 'age',
      holds: 'integer',
      missing: 1,
      distinct: 2,
      lowest: 31,
      highest: 40,
      top: [
        { value: '40', count: 2 },
        { value: '31', count: 1 },
      ],
    });
    expect(column('city')).toMatchObject({ holds: 'text', missing: 1, distinct: 2, meanLength: 4, meanWords: 1 });
    expect(column('joined')).toMatchObject({
      holds: 'date',
      missing: 1,
      distinct: 3,
      lowest: 19_722,
      highest: 19_783.5,
    });
    expect(column('member')).toMatchObject({ holds: 'boolean', missing: 1, distinct: 2 });
    expect(column('score')).toMatchObject({ holds: 'number', missing: 1, distinct: 3, lowest: 1.5, highest: 7 });
    expect(column('late')).toMatchObject({ holds: 'text', missing: 3, distinct: 1, meanWords: 3 });
  });

  test('lists the most frequent values, 30 at most, equally frequent ones in order of the text', () => {
    const many = tableOfRows(
      Array.from({ length: 100 }, (_, i) => ({ v: `v${String((i * 7) % 50).padStart(2, '0')}` })),
    );
    const values = many.columns[0].top.map(({ value }) => value);
    expect(values).toHaveLength(30);
    expect(values).toEqual(values.toSorted());
  });

  test('gives numbers with NaN and texts with null where nothing is', async () => {
    const requests = [
      { name: 'age', as: 'numbers' },
      { name: 'city', as: 'texts' },
      { name: 'joined', as: 'numbers' },
      { name: 'member', as: 'numbers' },
      { name: 'age', as: 'texts' },
    ] as const;
    const blocks: TableBlock[] = [];
    for await (const block of table.blocks(requests)) blocks.push(block);
    expect(blocks.reduce((sum, { rows }) => sum + rows, 0)).toBe(4);
    expect(blocks[0].columns.map((values) => [...values])).toEqual([
      [31, 40, Number.NaN, 40],
      ['Rome', 'Oslo', 'Rome', null],
      [19_782, 19_783.5, Number.NaN, 19_722],
      [1, 0, 1, Number.NaN],
      ['31', '40', null, '40'],
    ]);
  });

  test('shows rows by number, in any order', async () => {
    expect(await table.rowsAt([3, 0])).toMatchObject([
      { age: '40', city: null, late: 'x y z' },
      { age: '31', city: 'Rome', late: null },
    ]);
  });

  test.each([
    ['a number among numbers that is none', [1, 2, 'three'], 'text'],
    ['numbers and booleans', [1, true], 'text'],
    ['an infinite number among numbers', [1, Infinity, 2.5], 'number'],
    ['dates and numbers', ['2024-01-01', 7], 'text'],
    ['nothing', [null, '', 'n/a'], 'text'],
  ] as const)('%s make a column of %s', (_, cells, holds) => {
    expect(tableOfRows(cells.map((v) => ({ v }))).columns[0].holds).toBe(holds);
  });

  test('reads no value from what every object has', () => {
    const [column] = tableOfRows([{ toString: 'a' }, {}, { y: 1 }] as never).columns;
    expect(column).toMatchObject({ name: 'toString', missing: 2, distinct: 1 });
  });

  test.each([
    [[], /"people" has no rows/],
    [[{ a: 1 }, 7], /row 1 of "people" is no object[\s\S]*received {2}7/],
    [[[1, 2]], /row 0 of "people" is no object[\s\S]*received {2}\[1,2\]/],
    [[null], /row 0 of "people" is no object/],
  ])('refuses %j', async (given, said) => {
    expect(await messageOf(() => tableOfRows(given as never, 'people'))).toMatch(said);
  });
});

test('a data set of rows is called as asked', async () => {
  const rows = Array.from({ length: 12 }, (_, i) => ({ x: i * 1.5, y: i % 2 ? 'yes' : 'no' }));
  expect((await fromRows(rows, { target: 'y' })).name).toBe('rows');
  const named = await fromRows(rows, { target: 'y', name: 'made up' });
  expect([named.name, named.targetName]).toEqual(['made up', 'y']);
});
