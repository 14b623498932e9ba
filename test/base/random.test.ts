import { describe, expect, test } from 'vitest';
import { hash, hashText, mixed, Random } from '../../src/base/index.ts';

const draws = 200_000;

const mean = (numbers: ArrayLike<number>): number =>
  Array.from(numbers).reduce((sum, x) => sum + x, 0) / numbers.length;

const take = (count: number, next: () => number): Float64Array => Float64Array.from({ length: count }, next);

/** Sum of (seen - expected)² / expected; its mean is k - 1 and its variance 2(k - 1) for k equally likely cells. */
function chiSquare(cells: readonly number[]): number {
  const expected = cells.reduce((sum, n) => sum + n, 0) / cells.length;
  return cells.reduce((sum, n) => sum + (n - expected) ** 2 / expected, 0);
}

/** Six standard deviations off its mean would come by chance once in about 10^7 seeds; the seeds here are fixed. */
function expectEven(cells: readonly number[]): void {
  const freedom = cells.length - 1;
  expect(chiSquare(cells)).toBeLessThan(freedom + 6 * Math.sqrt(2 * freedom));
}

const bitsSet = (x: number): number => (x >>> 0).toString(2).replaceAll('0', '').length;

describe('a random stream', () => {
  test('depends on its key alone, and on every part of it in order', () => {
    const first = (...key: number[]) => {
      const random = new Random(...key);
      return [random.bits(), random.bits(), random.uniform(), random.normal()];
    };
    expect(first(1, 2)).toEqual(first(1, 2));
    for (const other of [[1], [2, 1], [1, 3], [0, 2], [1, 2, 0], []]) expect(first(1, 2)).not.toEqual(first(...other));
  });

  test('draws uniform numbers in [0, 1) with the moments and the flat histogram of a uniform distribution', () => {
    const random = new Random(1);
    const x = take(draws, () => random.uniform());
    expect(x.every((u) => u >= 0 && u < 1)).toBe(true);
    // Standard errors: of the mean sqrt(1/12/n), of the mean square sqrt(4/45/n).
    expect(Math.abs(mean(x) - 1 / 2)).toBeLessThan(5 * Math.sqrt(1 / 12 / draws));
    expect(Math.abs(mean(x.map((u) => u * u)) - 1 / 3)).toBeLessThan(5 * Math.sqrt(4 / 45 / draws));
    const cells = new Array<number>(256).fill(0);
    for (const u of x) cells[Math.floor(u * 256)]++;
    expectEven(cells);
  });

  test('draws normal numbers with mean 0, variance 1, skewness 0, kurtosis 3 and the usual tails', () => {
    const random = new Random(2);
    const x = take(draws, () => random.normal());
    const moment = (k: number) => mean(x.map((z) => z ** k));
    // The k-th sample moment of a standard normal has the variance (E z^2k - (E z^k)²) / n.
    expect(Math.abs(moment(1))).toBeLessThan(5 * Math.sqrt(1 / draws));
    expect(Math.abs(moment(2) - 1)).toBeLessThan(5 * Math.sqrt(2 / draws));
    expect(Math.abs(moment(3))).toBeLessThan(5 * Math.sqrt(15 / draws));
    expect(Math.abs(moment(4) - 3)).toBeLessThan(5 * Math.sqrt(96 / draws));
    const beyond = mean(x.map((z) => (Math.abs(z) > 1.959964 ? 1 : 0)));
    expect(Math.abs(beyond - 0.05)).toBeLessThan(5 * Math.sqrt((0.05 * 0.95) / draws));
    expect(x.every(Number.isFinite)).toBe(true);
  });

  test('does not repeat or foretell itself: neighbouring draws are uncorrelated', () => {
    const random = new Random(3);
    const x = take(draws, () => random.uniform() - 0.5);
    for (const lag of [1, 2, 3, 7, 64, 1024]) {
      const products = x.subarray(lag).map((u, i) => u * x[i]);
      expect(Math.abs(mean(products)) * 12, `lag ${lag}`).toBeLessThan(5 / Math.sqrt(draws - lag));
    }
  });

  test('is independent of the streams of neighbouring keys', () => {
    const length = 20_000;
    const stream = (...key: number[]) => {
      const random = new Random(...key);
      return take(length, () => random.uniform() - 0.5);
    };
    for (const [a, b] of [
      [[0], [1]],
      [
        [0, 1],
        [1, 0],
      ],
      [
        [5, 0],
        [5, 1],
      ],
      [[-1], [0]],
    ]) {
      const other = stream(...b);
      for (const shift of [0, 1]) {
        const products = stream(...a)
          .subarray(shift)
          .map((u, i) => u * other[i]);
        expect(Math.abs(mean(products)) * 12, `${a} against ${b}`).toBeLessThan(5 / Math.sqrt(length - shift));
      }
    }
  });

  test('has first draws that are spread evenly over the seeds 0, 1, 2, …', () => {
    const cells = new Array<number>(64).fill(0);
    for (let seed = 0; seed < 64_000; seed++) cells[Math.floor(new Random(seed).uniform() * 64)]++;
    expectEven(cells);
  });

  test('below(n) stays in range and reaches every number equally often', () => {
    for (const n of [1, 2, 3, 10, 97]) {
      const random = new Random(n);
      const cells = new Array<number>(n).fill(0);
      for (let i = 0; i < 1000 * n; i++) cells[random.below(n)]++;
      expect(
        cells.reduce((sum, count) => sum + count, 0),
        `every draw is one of 0 … ${n - 1}`,
      ).toBe(1000 * n);
      if (n > 1) expectEven(cells);
    }
  });

  test('shuffle keeps every item, works in place, and gives each order equally often', () => {
    const counts = new Map<string, number>();
    const random = new Random(4);
    for (let i = 0; i < 24_000; i++) {
      const items = [1, 2, 3, 4];
      expect(random.shuffle(items)).toBe(items);
      counts.set(items.join(''), (counts.get(items.join('')) ?? 0) + 1);
    }
    expect(counts.size).toBe(24);
    expectEven([...counts.values()]);
    const many = new Random(5).shuffle(Int32Array.from({ length: 1000 }, (_, i) => i));
    expect(many.toSorted()).toEqual(Int32Array.from({ length: 1000 }, (_, i) => i));
  });
});

describe('the hashes', () => {
  test('are signed 32-bit integers, the same for the same parts and different for another order or number of parts', () => {
    for (const value of [hash(), hash(1, 2, 3), hashText('dense1.weight'), mixed(7)]) expect(value).toBe(value | 0);
    expect(hash(1, 2, 3)).toBe(hash(1, 2, 3));
    const parts = [[], [0], [0, 0], [1, 2], [2, 1], [1, 2, 0], [-1], [1]];
    expect(new Set(parts.map((p) => hash(...p))).size).toBe(parts.length);
    const names = ['', 'a', 'b', 'ab', 'ba', 'dense1', 'dense2', 'dense11', 'dense1.weight', 'dense1.bias'];
    expect(new Set(names.map(hashText)).size).toBe(names.length);
  });

  test('change about half of their bits when one bit of the input changes', () => {
    const changes: Record<string, (x: number, bit: number) => number> = {
      'a seed': (x, bit) => hash(x, 3) ^ hash(x ^ (1 << bit), 3),
      'a later part': (x, bit) => hash(3, x) ^ hash(3, x ^ (1 << bit)),
      'a position': (x, bit) => mixed(x) ^ mixed(x ^ (1 << bit)),
    };
    for (const [name, change] of Object.entries(changes))
      for (let bit = 0; bit < 32; bit++) {
        const flipped = mean(take(2000, () => 0).map((_, x) => bitsSet(change(x, bit))));
        // 32 coins: mean 16, standard deviation sqrt(8); the hashes are not perfect, so 0.5 is allowed.
        expect(Math.abs(flipped - 16), `${name}, bit ${bit}`).toBeLessThan(0.5);
      }
  });

  test('mixed never gives the same number twice', () => {
    expect(new Set(Array.from({ length: 100_000 }, (_, i) => mixed(i))).size).toBe(100_000);
  });
});
