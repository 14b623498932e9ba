import { expect, test } from 'vitest';
import { Random } from '../../src/base/index.ts';
import { frontRanks, hypervolume2d } from '../../src/search/front.ts';

/** By the definition: peel off what nobody dominates. */
function peeled(points: readonly (readonly number[])[]): number[] {
  const ranks = new Array<number>(points.length).fill(-1);
  const dominates = (a: readonly number[], b: readonly number[]) =>
    a.every((value, i) => value <= b[i]) && a.some((value, i) => value < b[i]);
  for (let rank = 0; ranks.includes(-1); rank++) {
    const left = points.flatMap((_, i) => (ranks[i] === -1 ? [i] : []));
    for (const i of left) if (!left.some((j) => dominates(points[j], points[i]))) ranks[i] = rank;
  }
  return ranks;
}

const infinity = Number.POSITIVE_INFINITY;

test('ranks are those of the definition, with ties, infinities and any number of objectives', () => {
  for (const objectives of [1, 2, 3, 4])
    for (let seed = 0; seed < 20; seed++) {
      const random = new Random(seed, objectives);
      const value = () => (random.below(20) === 0 ? infinity : random.below(seed % 2 === 0 ? 6 : 1000));
      const points = Array.from({ length: 80 }, () => Array.from({ length: objectives }, value));
      expect(frontRanks(points)).toEqual(peeled(points));
    }
});

test('a value that is no number is the worst', () => {
  expect(
    frontRanks([
      [1, Number.NaN],
      [1, 5],
      [0, infinity],
      [2, -infinity],
    ]),
  ).toEqual([1, 0, 0, 0]);
  expect(frontRanks([])).toEqual([]);
});

test('50,000 trials of two objectives take no noticeable time, on one front or on many', () => {
  const random = new Random(1);
  const scattered = Array.from({ length: 50_000 }, () => [random.uniform(), random.uniform()]);
  const front = scattered.map(([x]) => [x, -x]);
  const chain = scattered.map(([x]) => [x, x]);
  const start = performance.now();
  for (const points of [scattered, front, chain]) frontRanks(points);
  expect(performance.now() - start).toBeLessThan(3000);
});

test('the hypervolume is the area, whatever is dominated, doubled or beyond the reference', () => {
  expect(hypervolume2d([], [1, 1])).toBe(0);
  expect(hypervolume2d([[1, 1]], [3, 4])).toBe(6);
  expect(
    hypervolume2d(
      [
        [1, 3],
        [2, 1],
        [2, 1],
        [2.5, 2],
        [0, 9],
        [9, 0],
      ],
      [4, 4],
    ),
  ).toBe(1 + 6);
  const random = new Random(2);
  const points = Array.from({ length: 30 }, () => [random.below(20), random.below(20)]);
  let cells = 0;
  for (let x = 0; x < 18; x++) for (let y = 0; y < 17; y++) if (points.some(([px, py]) => px <= x && py <= y)) cells++;
  expect(hypervolume2d(points, [18, 17])).toBe(cells);
});
