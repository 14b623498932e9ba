import { describe, expect, test } from 'vitest';
import type { ColumnProfile } from '../../../src/data/index.ts';
import { kindOf, leftOutNotes, planColumns } from '../../../src/data/table/kinds.ts';
import { messageOf } from '../support.ts';
import { profile } from './support.ts';

const whole = (name: string, distinct: number, lowest: number, highest: number) =>
  profile(name, { holds: 'integer', distinct, lowest, highest });

describe('what a column of 1,000 rows is taken for', () => {
  const cases: [string, ColumnProfile, string, RegExp][] = [
    ['nothing at all', profile('x', { missing: 1000, distinct: 0, top: [] }), 'constant', /every value is missing/],
    ['one value', profile('x', { distinct: 1 }), 'constant', /the same value in every row/],
    ['one value or none', profile('x', { distinct: 1, missing: 400 }), 'category', /1 different value$/],
    ['true or false', profile('x', { holds: 'boolean', distinct: 2 }), 'boolean', /true or false/],
    ['dates', profile('x', { holds: 'date', distinct: 900 }), 'date', /dates/],
    ['numbers', profile('x', { holds: 'number', distinct: 1000 }), 'number', /^numbers$/],
    ['whole numbers', whole('age', 70, 0, 99), 'number', /^whole numbers$/],
    ['whole numbers that all differ, with gaps', whole('price', 1000, 3, 99_999), 'number', /^whole numbers$/],
    ['the number of the row', whole('x', 1000, 1, 1000), 'identifier', /counts the rows/],
    ['nearly all different numbers called an id', whole('PassengerId', 950, 1, 99_999), 'identifier', /name says so/],
    ['few numbers called an id', whole('store_id', 40, 1, 99), 'category', /its name says/],
    ['half as many numbers as rows called an id', whole('customer id', 700, 1, 999), 'number', /whole numbers/],
    ['few numbers called a zip code', whole('zip', 90, 1000, 9999), 'category', /its name says/],
    ['numbers whose name only contains "id"', whole('humid', 40, 1, 99), 'number', /whole numbers/],
    ['few texts', profile('x', { distinct: 12, meanWords: 1 }), 'category', /12 different values/],
    ['texts that all differ, one word each', profile('x', { distinct: 1000, meanWords: 1 }), 'identifier', /differ/],
    ['texts that all differ, words', profile('x', { distinct: 1000, meanWords: 4 }), 'text', /4 words each/],
    ['texts that mostly differ', profile('x', { distinct: 700, meanWords: 1.2 }), 'identifier', /700 of 1,000/],
    ['long texts that repeat', profile('x', { distinct: 300, meanWords: 9 }), 'text', /9 words on average/],
  ];
  test.each(cases)('%s', (_, column, kind, why) => {
    const found = kindOf(column, 1000);
    expect(found.kind).toBe(kind);
    expect(found.why).toMatch(why);
  });

  test('in a few rows all values being different says nothing', () => {
    expect(kindOf(whole('x', 10, 1, 10), 10).kind).toBe('number');
    expect(kindOf(profile('x', { distinct: 10, meanWords: 1 }), 10).kind).toBe('category');
  });
});

describe('a plan', () => {
  const columns = [
    profile('city', { distinct: 5 }),
    profile('remark', { distinct: 100, meanWords: 7 }),
    whole('row', 100, 0, 99),
    profile('mostly', { holds: 'number', distinct: 30, missing: 70 }),
    profile('churned', { distinct: 2 }),
  ];
  const plan = (asked: Parameters<typeof planColumns>[2] = {}) =>
    planColumns(columns, 100, asked, { churned: 'target' });

  test('leaves the target out, and texts, identifiers and what is asked to be ignored unused', () => {
    expect(plan({ city: 'ignore' }).map(({ name, kind, used }) => [name, kind, used])).toEqual([
      ['city', 'ignore', false],
      ['remark', 'text', false],
      ['row', 'identifier', false],
      ['mostly', 'number', true],
    ]);
  });

  test('takes a column for what is asked, where it can be', () => {
    const planned = plan({ row: 'number', remark: 'category' });
    expect(planned.map(({ kind, why }) => `${kind}: ${why}`).slice(1, 3)).toEqual([
      'category: as asked',
      'number: as asked',
    ]);
  });

  test('says what was left out and what is mostly missing, but not what was asked to be ignored', () => {
    expect(leftOutNotes(plan({ city: 'ignore' }), 100)).toEqual([
      'the column "remark" is left out: free text (100 of 100 values differ, 7 words each)',
      'the column "row" is left out: an identifier (it counts the rows)',
      '70.00 % of "mostly" is missing',
    ]);
  });

  test.each([
    [
      'a name that is no column',
      { citty: 'category' },
      /data.columns: the table has no column "citty"[\s\S]*did you mean "city"/,
    ],
    ['a name in another case', { City: 'category' }, /Fix: write "city"/],
    ['the target', { churned: 'category' }, /data.columns names "churned", which is the target/],
    [
      'texts as numbers',
      { city: 'number' },
      /"city" cannot be taken for number[\s\S]*"a", "b", "c"[\s\S]*Likely: some values are no/,
    ],
    [
      'numbers as dates',
      { row: 'date' },
      /"row" cannot be taken for date\n {2}expected {2}one of: number, category, ignore/,
    ],
    [
      'everything as nothing',
      { city: 'ignore', mostly: 'ignore' },
      /no column is left that[\s\S]*"remark": text \(100 of 100 values differ/,
    ],
  ] as const)('refuses %s', async (_, asked, said) => {
    expect(await messageOf(() => plan(asked))).toMatch(said);
  });

  test('knows no column by what every object has', () => {
    const odd = ['constructor', 'toString', '__proto__'].map((name) => profile(name, { distinct: 5 }));
    const planned = planColumns(odd, 100, {}, { churned: 'target' });
    expect(planned.map(({ name, kind }) => `${name}: ${kind}`)).toEqual([
      'constructor: category',
      'toString: category',
      '__proto__: category',
    ]);
  });
});
