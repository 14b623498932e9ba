import { describe, expect, test } from 'vitest';
import {
  allocate,
  axisOf,
  broadcast,
  formatShape,
  sameShape,
  sizeOf,
  stridesOf,
  tensor,
} from '../../src/base/index.ts';

describe('shapes', () => {
  test('know their size: a scalar has one number, an empty axis none', () => {
    expect([[], [5], [2, 3, 4], [2, 0, 4]].map(sizeOf)).toEqual([1, 5, 24, 0]);
  });

  test('are written in brackets and compared axis by axis', () => {
    expect([formatShape([]), formatShape([2, 3])]).toEqual(['[]', '[2, 3]']);
    expect(sameShape([2, 3], [2, 3])).toBe(true);
    for (const other of [[3, 2], [2], [2, 3, 1], []]) expect(sameShape([2, 3], other)).toBe(false);
  });

  test('have strides that count the positions in row-major order', () => {
    const strides = stridesOf([2, 3, 4]);
    let position = 0;
    for (let i = 0; i < 2; i++)
      for (let j = 0; j < 3; j++)
        for (let k = 0; k < 4; k++) expect(i * strides[0] + j * strides[1] + k * strides[2]).toBe(position++);
    expect(stridesOf([])).toEqual([]);
  });

  test('count axes from both ends and know none outside', () => {
    expect([0, 2, -1, -3].map((axis) => axisOf(axis, 3))).toEqual([0, 2, 2, 0]);
    for (const axis of [3, -4, 0.5, Number.NaN]) expect(axisOf(axis, 3)).toBeUndefined();
    expect(axisOf(0, 0)).toBeUndefined();
  });
});

describe('broadcasting', () => {
  // The examples of NumPy's manual, "General broadcasting rules".
  test.each([
    [[256, 256, 3], [3], [256, 256, 3]],
    [
      [8, 1, 6, 1],
      [7, 1, 5],
      [8, 7, 6, 5],
    ],
    [[5, 4], [1], [5, 4]],
    [[5, 4], [4], [5, 4]],
    [
      [15, 3, 5],
      [15, 1, 5],
      [15, 3, 5],
    ],
    [
      [15, 3, 5],
      [3, 5],
      [15, 3, 5],
    ],
    [
      [15, 3, 5],
      [3, 1],
      [15, 3, 5],
    ],
    [[3], [4], undefined],
    [[2, 1], [8, 4, 3], undefined],
  ])('of %j and %j gives %j, from either side', (a, b, expected) => {
    expect(broadcast(a, b)).toEqual(expected);
    expect(broadcast(b, a)).toEqual(expected);
  });

  test('stretches 1 to nothing where the other axis is empty, and never 2', () => {
    expect([broadcast([1], [0]), broadcast([0], [1]), broadcast([], [0])]).toEqual([[0], [0], [0]]);
    expect(broadcast([2], [0])).toBeUndefined();
  });
});

describe('tensors', () => {
  test('hold their numbers in an array of their type', () => {
    expect(tensor('float', [2], [1, 2]).data).toBeInstanceOf(Float64Array);
    expect(tensor('int32', [2], [1, 2]).data).toBeInstanceOf(Int32Array);
    expect(tensor('uint8', [2], [1, 2]).data).toBeInstanceOf(Uint8Array);
    expect(tensor('bool', [2], [1, 0]).data).toBeInstanceOf(Uint8Array);
    expect(allocate('float', 3, false)).toEqual(new Float32Array(3));
  });

  test('refuse numbers that do not fill their shape', () => {
    expect(() => tensor('float', [2, 2], [1, 2, 3])).toThrow('3 values do not fill the shape [2, 2]');
  });
});
