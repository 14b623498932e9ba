import { describe, expect, test } from 'vitest';
import { type ArraysOptions, fromArrays } from '../../src/data/index.ts';
import { messageOf } from './support.ts';

const features = [
  [1, 2],
  [3, 4],
  [5, 6],
];

const refusal = (options: Partial<ArraysOptions>): Promise<string> =>
  messageOf(() => fromArrays({ features, targets: [0, 1, 1], name: 'mine', ...options }));

describe('a data set from arrays', () => {
  test('has the shape and the numbers of a table', () => {
    const dataset = fromArrays({ features, targets: [0.5, 1, 2], name: 'mine' });
    expect(dataset).toMatchObject({ name: 'mine', rows: 3, shape: [2] });
    expect(dataset.features).toEqual(Float32Array.of(1, 2, 3, 4, 5, 6));
  });

  test('takes typed arrays as they are, without a copy', () => {
    const pixels = new Uint8Array(2 * 12);
    const dataset = fromArrays({ features: pixels, shape: [1, 3, 4], targets: [0, 1] });
    expect(dataset.features).toBe(pixels);
    expect(dataset.shape).toEqual([1, 3, 4]);
  });

  test('finds the width of a flat array from the number of targets', () => {
    expect(fromArrays({ features: new Float32Array(12), targets: [1, 2, 3] }).shape).toEqual([4]);
  });

  test.each<[string, Partial<ArraysOptions>]>([
    ['numbers', { targets: [0, 1, 1] }],
    ['a Float32Array', { targets: Float32Array.of(0, 1, 1) }],
    ['an Int32Array, if asked to', { targets: Int32Array.of(0, 1, 1), task: 'regression' }],
  ])('predicts numbers from %s', (_, options) => {
    const { targets } = fromArrays({ features, targets: [], ...options });
    expect(targets).toEqual({ kind: 'numbers', data: Float32Array.of(0, 1, 1), width: 1 });
  });

  test.each<[string, Partial<ArraysOptions>, string[]]>([
    ['an Int32Array', { targets: Int32Array.of(0, 1, 1) }, ['0', '1']],
    ['numbers, if asked to', { targets: [0, 1, 1], task: 'classification' }, ['0', '1']],
    ['numbers with classes', { targets: [0, 1, 1], classes: ['no', 'yes', 'perhaps'] }, ['no', 'yes', 'perhaps']],
    ['names, sorted', { targets: ['ant', 'bee', 'bee'] }, ['ant', 'bee']],
    ['names in the order given', { targets: ['bee', 'ant', 'ant'], classes: ['bee', 'ant'] }, ['bee', 'ant']],
  ])('predicts classes from %s', (_, options, classes) => {
    const { targets } = fromArrays({ features, targets: [], ...options });
    expect(targets).toEqual({ kind: 'classes', data: Int32Array.of(0, 1, 1), classes });
  });

  test.each<[string, ArraysOptions['groups'], number[]]>([
    ['numbers, as they are', [7, -1, 7], [7, -1, 7]],
    ['an Int32Array', Int32Array.of(3, 3, 1), [3, 3, 1]],
    ['names, numbered as they come', ['bob', 'ann', 'bob'], [0, 1, 0]],
  ])('takes groups from %s', (_, groups, expected) => {
    const dataset = fromArrays({ features, targets: [0, 1, 1], groups });
    expect(dataset.groups).toEqual(Int32Array.from(expected));
    expect(dataset.times).toBeUndefined();
  });

  test.each<[string, ArraysOptions['times'], number[]]>([
    ['numbers', [0.5, -1, 2], [0.5, -1, 2]],
    ['a Float64Array', Float64Array.of(1e12, 0, 5), [1e12, 0, 5]],
    ['dates, in milliseconds', [new Date(0), new Date(5000), new Date('1970-01-02')], [0, 5000, 86400000]],
  ])('takes times from %s', (_, times, expected) => {
    expect(fromArrays({ features, targets: [0, 1, 1], times }).times).toEqual(Float64Array.from(expected));
  });
});

describe('arrays are refused', () => {
  test('where a row is shorter than the first', async () => {
    expect(await refusal({ features: [[1, 2], [3, 4], [5]] })).toContain('row 2 of "mine" is not as long as row 0');
  });

  test('where a value is NaN: row and column are named', async () => {
    const message = await refusal({
      features: [
        [1, 2],
        [3, Number.NaN],
        [5, 6],
      ],
    });
    expect(message).toContain('row 1 of "mine", feature 1, is NaN');
  });

  test.each([null, '4', '', undefined])('where a value is %j and would pass for a number', async (value) => {
    const table = [
      [1, 2],
      [3, value],
      [5, 6],
    ] as number[][];
    expect(await refusal({ features: table })).toContain('row 1 of "mine", feature 1, is not a number');
  });

  test('where features and targets differ in length', async () => {
    const message = await refusal({ targets: [1, 2] });
    expect(message).toContain('3 rows of features, 2 targets');
  });

  test('where a flat array does not fill the shape', async () => {
    const message = await refusal({ features: new Float32Array(10), shape: [1, 2, 2] });
    expect(message).toContain('3 rows of [1, 2, 2] = 12 numbers');
    expect(message).toContain('10 numbers');
  });

  test('where a flat array cannot be cut into as many rows as there are targets', async () => {
    expect(await refusal({ features: new Float32Array(10) })).toContain('a multiple of 3 numbers');
  });

  test('where there are no rows', async () => {
    expect(await refusal({ features: [], targets: [] })).toContain('"mine" has no rows');
  });

  test('where the rows have no features', async () => {
    expect(await refusal({ features: [[], [], []] })).toContain('do not fill its rows');
  });

  test('where a label is beyond the classes: row and label are named', async () => {
    const message = await refusal({ targets: [0, 2, 1], classes: ['no', 'yes'] });
    expect(message).toContain('row 1 of "mine" has the label 2');
    expect(message).toContain('count from 1');
  });

  test.each([-1, 0.5, 2 ** 32, Number.NaN])('where a label is %s', async (label) => {
    const message = await refusal({ targets: [0, label, 1], task: 'classification' });
    expect(message).toContain(`row 1 of "mine" has the label ${label}`);
  });

  test('where a name is no class: the nearest is suggested', async () => {
    const message = await refusal({ targets: ['ant', 'bea', 'bee'], classes: ['ant', 'bee'] });
    expect(message).toContain('row 1 of "mine" has the label "bea"');
    expect(message).toContain('did you mean "bee"?');
  });

  test('where the targets mix names and numbers', async () => {
    const targets = ['ant', 3, 'bee'] as string[];
    expect(await refusal({ targets })).toContain('row 1 of "mine" has the label 3');
  });

  test('where identifiers stand for class numbers', async () => {
    expect(await refusal({ targets: Int32Array.of(0, 90210, 1) })).toContain('the label 90210');
  });

  test('where a class is given twice', async () => {
    expect(await refusal({ classes: ['a', 'b', 'a'] })).toContain('the class "a" of "mine" is given twice');
  });

  test('where classes are given for a regression', async () => {
    expect(await refusal({ classes: ['a', 'b'], task: 'regression' })).toContain('regression of "mine"');
  });

  test('where names are to be predicted as numbers', async () => {
    expect(await refusal({ targets: ['a', 'b', 'c'], task: 'regression' })).toContain('row 0 of "mine", the target,');
  });

  test('where a value to predict is infinite', async () => {
    expect(await refusal({ targets: [1, Number.POSITIVE_INFINITY, 3] })).toContain(
      'row 1 of "mine", the target, is Inf',
    );
  });

  test.each<[string, unknown[], string]>([
    ['a fraction', [0, 1.5, 1], '1.5'],
    ['beyond 32 bits', [0, 2 ** 31, 1], '2147483648'],
    ['missing', [0, null, 1], 'null'],
    ['a name among numbers', [0, 'ann', 1], '"ann"'],
    ['a number among names', ['ann', 3, 'bob'], '3'],
    ['an empty name', ['ann', '', 'bob'], '""'],
  ])('where a group is %s: row and group are named', async (_, groups, received) => {
    const message = await refusal({ groups: groups as number[] });
    expect(message).toContain('the group of row 1 of "mine"');
    expect(message).toContain(`received  ${received}`);
  });

  test.each<[string, unknown[]]>([
    ['no date', [0, new Date('never'), 1]],
    ['infinite', [0, Number.POSITIVE_INFINITY, 1]],
    ['a text', [0, '2024-01-01', 1]],
    ['missing', [0, null, 1]],
  ])('where a time is %s: the row is named', async (_, times) => {
    expect(await refusal({ times: times as number[] })).toContain('row 1 of "mine", the time, is ');
  });

  test.each(['groups', 'times'])('where %s do not fit the rows', async (field) => {
    const message = await refusal({ [field]: [1, 2] });
    expect(message).toContain(`the ${field} of "mine" do not fit its rows`);
    expect(message).toContain('received  2');
  });
});
