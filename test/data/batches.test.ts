import { describe, expect, test } from 'vitest';
import { batches, epochOrder } from '../../src/data/index.ts';
import { messageOf } from './support.ts';

const train = Int32Array.from({ length: 100 }, (_, i) => 3 * i + 5);

describe('the order of an epoch', () => {
  test('is a permutation of the training rows, which stay as they are', () => {
    const before = train.slice();
    const order = epochOrder(train, 1, 0);
    expect(order.toSorted()).toEqual(train);
    expect(order).not.toEqual(train);
    expect(train).toEqual(before);
  });

  test('depends on the seed and the epoch alone', () => {
    expect(epochOrder(train, 1, 4)).toEqual(epochOrder(train, 1, 4));
    expect(epochOrder(train, 1, 4)).not.toEqual(epochOrder(train, 1, 5));
    expect(epochOrder(train, 1, 4)).not.toEqual(epochOrder(train, 2, 4));
  });
});

describe('batches', () => {
  test('are full but for the last, and hold every row once, in order', () => {
    const cut = batches(train, 32);
    expect(cut.map((batch) => batch.length)).toEqual([32, 32, 32, 4]);
    expect(cut.flatMap((batch) => [...batch])).toEqual([...train]);
  });

  test('have no empty one at the end', () => {
    expect(batches(train, 50).map((batch) => batch.length)).toEqual([50, 50]);
    expect(batches(new Int32Array(0), 50)).toEqual([]);
  });

  test.each([0, 1.5, Number.NaN])('of %s rows are refused', async (size) => {
    expect(await messageOf(() => batches(train, size))).toContain('batch size');
  });
});
