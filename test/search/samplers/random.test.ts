import { describe, expect, test } from 'vitest';
import { random } from '../../../src/search/samplers/random.ts';
import type { Space, Values } from '../../../src/search/space/parameter.ts';

const space: Space = [
  { name: 'kind', kind: 'choice', choices: ['a', 'b', 'c'] },
  { name: 'units', kind: 'int', low: 10, high: 50, step: 10, log: false },
  { name: 'power', kind: 'int', low: 1, high: 8, step: 1, log: true },
  { name: 'share', kind: 'float', low: -1, high: 3, log: false },
  { name: 'rate', kind: 'float', low: 1e-4, high: 1, log: true },
  { name: 'only', kind: 'float', low: 0, high: 1, log: false, when: { parameter: 'kind', is: [1, 2] } },
  { name: 'deeper', kind: 'choice', choices: [0, 1], when: { parameter: 'units', is: [50] } },
];
const suggest = (number: number, seed = 7): Values =>
  random.suggest({ space, trials: [], number, seed, objectives: 1 }, {}).values;
const draws = Array.from({ length: 6000 }, (_, number) => suggest(number));

/** Pearson's statistic of counts against what was expected of them. */
function chiSquare(counts: readonly number[], expected: readonly number[]): number {
  return counts.reduce((sum, count, i) => sum + (count - expected[i]) ** 2 / expected[i], 0);
}

/** How often each of `bins` equal parts of 0 to 1 is met. */
function histogram(shares: readonly number[], bins: number): number[] {
  const counts = new Array<number>(bins).fill(0);
  for (const share of shares) counts[Math.min(bins - 1, Math.floor(share * bins))]++;
  return counts;
}

describe('every value is as likely as its scale says', () => {
  const counted = (name: string, values: readonly number[]) =>
    values.map((value) => draws.filter((draw) => draw[name] === value).length);
  test('choices and whole numbers', () => {
    expect(chiSquare(counted('kind', [0, 1, 2]), [2000, 2000, 2000])).toBeLessThan(13.8); // p = 0.001
    expect(chiSquare(counted('units', [10, 20, 30, 40, 50]), new Array(5).fill(1200))).toBeLessThan(18.5);
    const shares = [1, 2, 3, 4, 5, 6, 7, 8].map((n) => Math.log((n + 0.5) / (n - 0.5)) / Math.log(17));
    const expected = shares.map((share) => 6000 * share);
    expect(chiSquare(counted('power', [1, 2, 3, 4, 5, 6, 7, 8]), expected)).toBeLessThan(24.3);
  });

  test('numbers, and numbers by their logarithm', () => {
    const even = new Array(10).fill(600);
    const share = histogram(
      draws.map((draw) => (draw.share + 1) / 4),
      10,
    );
    const rate = histogram(
      draws.map((draw) => Math.log10(draw.rate) / 4 + 1),
      10,
    );
    expect(chiSquare(share, even)).toBeLessThan(27.9);
    expect(chiSquare(rate, even)).toBeLessThan(27.9);
  });
});

test('a parameter is there exactly where its condition holds', () => {
  for (const draw of draws) {
    expect('only' in draw).toBe(draw.kind > 0);
    expect('deeper' in draw).toBe(draw.units === 50);
  }
});

test('a suggestion depends on the seed and the number alone', () => {
  expect(suggest(3)).toEqual(suggest(3));
  expect(suggest(3)).not.toEqual(suggest(4));
  expect(suggest(3)).not.toEqual(suggest(3, 8));
});
