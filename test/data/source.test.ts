import { describe, expect, test } from 'vitest';
import { dataName, readData } from '../../src/data/index.ts';
import { messageOf } from './support.ts';

describe('data are told apart by the key that says where they come from', () => {
  test.each([
    [{ dataset: 'digits' }, 'digits'],
    [{ table: 'customers.csv', target: 'churned' }, 'customers.csv'],
    [
      { table: ['a.csv', 'b.csv'], target: 'y', task: 'binary', columns: { zip: 'category' }, group: 'g' },
      'a.csv and 1 more',
    ],
    [{ images: 'photos', size: [32, 48], channels: 'grey' }, 'photos'],
    [{ images: 'photos.csv', size: 64, path: 'file', label: 'species' }, 'photos.csv'],
  ] as const)('%j', (given, name) => {
    expect(readData(given)).toEqual(given);
    expect(dataName(readData(given))).toBe(name);
  });
});

describe('what does not say which data to use is refused', () => {
  test.each([
    [undefined, /does not say which data[\s\S]*received {2}nothing/],
    [{}, /does not say which data/],
    ['digits', /received {2}"digits"[\s\S]*{ "dataset": "digits" }/],
    [{ dataset: 'a', table: 'b', target: 'c' }, /received {2}dataset and table/],
    [{ tabel: 'x.csv', target: 'y' }, /unknown option "tabel" in data\nFix: did you mean "table"/],
    [{ constructor: 'x' }, /unknown option "constructor" in data/],
    [{ table: 'x.csv' }, /which column to learn\nFix: name it, as in: --target/],
    [{ table: 'x.csv', target: 'y', taks: 'binary' }, /unknown option "taks" in data\nFix: did you mean "task"/],
    [{ table: 'x.csv', target: 'y', task: 'ranking' }, /data.task: must be one of "binary", "classes", "regression"/],
    [
      { table: 'x.csv', target: 'y', columns: { zip: 'words' } },
      /data.columns.zip: must be one of "number", "category"/,
    ],
    [{ table: [], target: 'y' }, /data.table/],
    [{ table: 'x.csv', target: 3 }, /data.target: must be a text\n {2}received {2}3/],
    [{ images: 'x', size: 0 }, /data.size: must be greater than 0/],
    [{ images: 'x', target: 'y' }, /unknown option "target" in data/],
    [{ dataset: 'digits', target: 'y' }, /unknown option "target" in data/],
  ])('%j', async (given, said) => {
    expect(await messageOf(() => readData(given))).toMatch(said);
  });

  test('no option is offered twice', async () => {
    const [, offered] = /one of: (.*)/.exec(await messageOf(() => readData({ zzz: 1 })))!;
    expect(new Set(offered.split(', ')).size).toBe(offered.split(', ').length);
  });
});
