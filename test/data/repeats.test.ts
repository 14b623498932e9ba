import { describe, expect, test } from 'vitest';
import { Random } from '../../src/base/index.ts';
import { type Dataset, describeRepeats, type Repeats, repeatedRows, type Split } from '../../src/data/index.ts';

/** Rows of features; the targets are numbers, 0 where they are left out. */
function table(rows: number[][], type: 'bytes' | 'floats' = 'floats', targets: number[] = rows.map(() => 0)): Dataset {
  const features = type === 'bytes' ? Uint8Array.from(rows.flat()) : Float32Array.from(rows.flat());
  const data = Float32Array.from(targets);
  const width = targets.length / rows.length;
  return {
    name: 'made',
    rows: rows.length,
    shape: [rows[0].length],
    features,
    targets: { kind: 'numbers', data, width },
  };
}

const splitOf = (train: number[], validation: number[], test: number[] = []): Split => ({
  train: Int32Array.from(train),
  validation: Int32Array.from(validation),
  test: Int32Array.from(test),
});

/** The same by comparing every row with every other. */
function bruteForce({ features, targets, rows }: Dataset, split: Split): Repeats['rows'] {
  const key = (row: number) => features.subarray((row * features.length) / rows, ((row + 1) * features.length) / rows);
  const equal = (a: number, b: number) => key(a).every((x: number, i: number) => x === key(b)[i]);
  const pairs = [
    ['validation', 'train'],
    ['test', 'train'],
    ['test', 'validation'],
  ] as const;
  return pairs.flatMap(([name, other]) => {
    const found = Array.from(split[name]).flatMap((row) => {
      const same = split[other].find((candidate) => equal(row, candidate));
      return same === undefined ? [] : [[row, same] as const];
    });
    const contradictory = found.filter(([a, b]) => targets.data[a] !== targets.data[b]).length;
    const rows = found.length;
    const pair = { split: name, other, rows, of: split[name].length, contradictory, examples: found.slice(0, 5) };
    return rows > 0 ? [pair] : [];
  });
}

describe('repeated rows', () => {
  test.each(['bytes', 'floats'] as const)('of %s are those that a comparison of all rows finds', (type) => {
    for (let seed = 0; seed < 60; seed++) {
      const draw = new Random(seed, 5);
      const width = 1 + (seed % 9);
      const kinds = 1 + draw.below(80);
      const content = (kind: number, i: number) => new Random(kind, i).below(3) * (type === 'bytes' ? 100 : 0.3);
      const rows = Array.from({ length: 120 }, () => {
        const kind = draw.below(kinds);
        return Array.from({ length: width }, (_, i) => content(kind, i));
      });
      const dataset = table(
        rows,
        type,
        rows.map(() => draw.below(2)),
      );
      const places: number[][] = [[], [], [], []];
      for (let row = 0; row < rows.length; row++) places[draw.below(4)].push(row);
      const split = splitOf(places[0], places[1], places[2]);
      expect(repeatedRows(dataset, split).rows).toEqual(bruteForce(dataset, split));
    }
  });

  test.each([
    [0, 3],
    [0, 4],
    [1, 3],
    [1, 4],
    [2, 8],
  ])('are found in bytes that begin at byte %i of their memory, %i a row', (offset, width) => {
    const memory = new Uint8Array(offset + 3 * width);
    const features = memory.subarray(offset);
    features.fill(9, 0, width);
    features.fill(9, 2 * width);
    const dataset = { ...table([[0], [0], [0]]), shape: [width], features };
    expect(repeatedRows(dataset, splitOf([0, 1], [2])).rows).toMatchObject([{ rows: 1, examples: [[2, 0]] }]);
    features[3 * width - 1] = 8;
    expect(repeatedRows(dataset, splitOf([0, 1], [2])).rows).toEqual([]);
  });

  test('0 equals -0', () => {
    const dataset = table([
      [0, 1],
      [-0, 1],
    ]);
    expect(repeatedRows(dataset, splitOf([0], [1])).rows).toMatchObject([{ rows: 1 }]);
  });

  test('are no chance collisions of hashes: among so many pairs of rows, some collide', () => {
    const rows = 300_000;
    const draw = new Random(1);
    const features = Float32Array.from({ length: 2 * rows }, (_, i) => (i % 2 === 0 ? i : draw.uniform()));
    const targets = { kind: 'numbers', data: new Float32Array(rows), width: 1 } as const;
    const indices = Int32Array.from({ length: rows }, (_, row) => row);
    const halves = {
      train: indices.subarray(0, rows / 2),
      validation: indices.subarray(rows / 2),
      test: indices.slice(0, 0),
    };
    expect(repeatedRows({ name: 'made', rows, shape: [2], features, targets }, halves).rows).toEqual([]);
  });

  test('of equal training rows the first is named, and contradicts where its target differs', () => {
    const dataset = table([[5], [7], [7], [7], [7]], 'floats', [0, 1, 2, 2, 1]);
    expect(repeatedRows(dataset, splitOf([0, 1, 2], [3, 4]))).toEqual({
      rows: [
        {
          split: 'validation',
          other: 'train',
          rows: 2,
          of: 2,
          contradictory: 1,
          examples: [
            [3, 1],
            [4, 1],
          ],
        },
      ],
      groups: [],
    });
  });

  test('every number of a wide target counts', () => {
    const dataset = table([[1], [1], [1]], 'floats', [1, 2, 1, 2, 1, 3]);
    expect(repeatedRows(dataset, splitOf([0], [1, 2])).rows).toMatchObject([{ rows: 2, contradictory: 1 }]);
  });

  test('inside one split are no matter', () => {
    const dataset = table([[1], [1], [2], [2]]);
    expect(repeatedRows(dataset, splitOf([0, 1], [2, 3]))).toEqual({ rows: [], groups: [] });
  });

  test('no more than five are named', () => {
    const dataset = table(Array.from({ length: 20 }, () => [1]));
    const [{ rows, examples }] = repeatedRows(
      dataset,
      splitOf(
        [0],
        Array.from({ length: 19 }, (_, i) => i + 1),
      ),
    ).rows;
    expect([rows, examples.length]).toEqual([19, 5]);
  });

  test('groups in two splits, also those of the test set that the publisher defined', () => {
    const dataset = { ...table([[1], [2], [3], [4], [5], [6]]), groups: Int32Array.of(9, 8, 9, 7, 8, 7), testRows: 2 };
    expect(repeatedRows(dataset, splitOf([0, 1], [2, 3], [4, 5])).groups).toEqual([
      { split: 'validation', other: 'train', groups: 1, examples: [9] },
      { split: 'test', other: 'train', groups: 1, examples: [8] },
      { split: 'test', other: 'validation', groups: 1, examples: [7] },
    ]);
  });
});

describe('the repeats in words', () => {
  const rows = {
    split: 'validation',
    other: 'train',
    rows: 12,
    of: 5400,
    contradictory: 2,
    examples: [[17, 4211]],
  } as const;
  const groups = { split: 'test', other: 'train', groups: 7, examples: [3, 4, 5, 6, 8] } as const;

  test.each<[string, Repeats, string | undefined]>([
    ['none', { rows: [], groups: [] }, undefined],
    [
      'rows',
      { rows: [rows], groups: [] },
      '12 of 5,400 validation rows also stand in the training rows (e.g. row 17 = row 4,211), 2 of them with another ' +
        'target: the validation measure may flatter',
    ],
    [
      'one row',
      { rows: [{ ...rows, split: 'test', other: 'validation', rows: 1, contradictory: 0 }], groups: [] },
      '1 of 5,400 test rows also stands in the validation rows (row 17 = row 4,211): the test measure may flatter',
    ],
    [
      'rows and groups',
      { rows: [{ ...rows, contradictory: 0 }], groups: [groups] },
      '12 of 5,400 validation rows also stand in the training rows (e.g. row 17 = row 4,211); 7 groups (3, 4, 5, 6, 8, …) ' +
        'stand in the test and the training rows: the validation and test measures may flatter',
    ],
    [
      'one group',
      { rows: [], groups: [{ ...groups, groups: 1, examples: [3] }] },
      'group 3 stands in the test and the training rows: the test measure may flatter',
    ],
  ])('%s', (_, repeats, words) => {
    expect(describeRepeats(repeats)).toBe(words);
  });
});
