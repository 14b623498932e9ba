import { describe, expect, test } from 'vitest';
import { nthSmallest, percentileOf } from '../../../src/search/math/select.ts';
import { crc32 } from '../../../src/search/pruners/crc32.ts';
import { bracketShares, brackets } from '../../../src/search/pruners/hyperband.ts';
import { firstFrom, valueAt } from '../../../src/search/pruners/reports.ts';
import { signedRankTest } from '../../../src/search/pruners/signedRank.ts';
import { readGolden, type StoredTensor, tensorOf } from '../../golden/read.ts';

const golden = readGolden<{
  readonly brackets: readonly {
    readonly study: string;
    readonly maxResource: number;
    readonly reduction: number;
    readonly shares: readonly number[];
    readonly of: readonly number[];
  }[];
  readonly signedRanks: readonly { readonly differences: StoredTensor; readonly p: number }[];
  readonly percentiles: readonly {
    readonly values: StoredTensor;
    readonly percent: number;
    readonly expected: number;
  }[];
}>('optuna-pruners.json');
const numbers = (stored: StoredTensor) => Array.from(tensorOf(stored).data, Number);

describe('brackets', () => {
  test.each(golden.brackets)(
    'of $study up to $maxResource, as Optuna',
    ({ study, maxResource, reduction, ...expected }) => {
      const shares = bracketShares(1, maxResource, reduction);
      expect(shares).toEqual(expected.shares);
      expect(expected.of.map((_, number) => brackets(study, shares)(number))).toEqual(expected.of);
    },
  );

  test('are counted, so that 243 has six of them', () => {
    expect(bracketShares(1, 243, 3)).toHaveLength(6);
    expect(bracketShares(1, 242, 3)).toHaveLength(5);
    expect(bracketShares(5, 3, 3)).toEqual([1]);
  });

  test('go by the checksum that every zip file uses', () => {
    expect(crc32('123456789')).toBe(0xcbf43926);
    expect(crc32('6789', crc32('12345'))).toBe(0xcbf43926);
  });
});

test('signed ranks are judged as SciPy does, exactly and by the normal distribution', () => {
  for (const { differences, p } of golden.signedRanks)
    expect(signedRankTest(numbers(differences)), numbers(differences).join()).toBeCloseTo(p, 12);
});

describe('percentiles', () => {
  test('are those of NumPy, NaN left out', () => {
    for (const { values, percent, expected } of golden.percentiles)
      expect(percentileOf(numbers(values), percent)).toBeCloseTo(expected, 14);
    expect(percentileOf([Number.NaN], 50)).toBeNaN();
    const nine = [1, 2, 3, 4, 5, 6, 7, 8, 9];
    expect(percentileOf(nine, 25)).toBe(3);
    expect(percentileOf([1, 2, 3, 4, 5, Number.NaN, Number.NaN, Number.NaN, Number.NaN], 25)).toBe(2);
  });

  test('keep infinities, and take time in proportion to the values, whatever their order', () => {
    const infinity = Number.POSITIVE_INFINITY;
    expect(percentileOf([1, infinity, infinity], 50)).toBe(infinity);
    expect(percentileOf([1, 2, infinity], 50)).toBe(2);
    for (const order of [(i: number) => i, (i: number) => -i, (i: number) => (i * 7919) % 1000, () => 1]) {
      const values = Float64Array.from({ length: 1000 }, (_, i) => order(i));
      const sorted = values.toSorted();
      for (const place of [0, 1, 499, 998, 999]) expect(nthSmallest(values.slice(), place)).toBe(sorted[place]);
    }
  });
});

test('a report is found by its step, also where steps are left out', () => {
  const reports = [1, 2, 5, 6, 20].map((step) => ({ step, value: step }));
  expect([1, 2, 3, 5, 6, 7, 20, 21].map((step) => firstFrom(reports, step)?.step)).toEqual([
    1,
    2,
    5,
    5,
    6,
    20,
    20,
    undefined,
  ]);
  expect([1, 3, 20].map((step) => valueAt(reports, step))).toEqual([1, undefined, 20]);
});
