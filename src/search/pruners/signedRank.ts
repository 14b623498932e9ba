import { normalCdf } from '../math/normal.ts';

/** From here on the normal approximation: with ties, and without. */
const most = { tied: 13, distinct: 50 };

/**
 * Wilcoxon's signed-rank test: how likely differences as positive as these are if they were as often positive as negative. Zeros count half
 * to either side. Exact up to 50 differences, or 13 where two are alike or one is 0; beyond, by the normal distribution, without
 * correction for continuity (as SciPy's `wilcoxon` with zero_method "zsplit").
 */
export function signedRankTest(differences: readonly number[]): number {
  const n = differences.length;
  const { doubled, ties } = midRanks(differences.map(Math.abs));
  const isZero = differences.some((difference) => difference === 0);
  // Twice the sum of the ranks of positive differences; all ranks are doubled, because those of ties end in halves.
  const sum = differences.reduce((total, d, i) => total + (d > 0 ? doubled[i] : d === 0 ? doubled[i] / 2 : 0), 0);
  if (n <= (ties > 0 || isZero ? most.tied : most.distinct)) return exactly(differences, doubled, sum);
  const variance = (n * (n + 1) * (2 * n + 1) - ties / 2) / 24;
  return normalCdf(((n * (n + 1)) / 4 - sum / 2) / Math.sqrt(variance));
}

/** Twice the rank of each size, from 2, ties sharing the mean; and the sum of t³ - t over groups of t alike. */
function midRanks(sizes: readonly number[]): { doubled: readonly number[]; ties: number } {
  const order = sizes.map((_, i) => i).sort((a, b) => sizes[a] - sizes[b]);
  const doubled: number[] = new Array(sizes.length);
  let ties = 0;
  for (let from = 0, to = 0; from < order.length; from = to) {
    while (to < order.length && sizes[order[to]] === sizes[order[from]]) to++;
    for (let i = from; i < to; i++) doubled[order[i]] = from + to + 1;
    ties += (to - from) ** 3 - (to - from);
  }
  return { doubled, ties };
}

/** The share of all ways to give signs to the differences that reach the sum. */
function exactly(differences: readonly number[], doubled: readonly number[], sum: number): number {
  const ranks = doubled.filter((_, i) => differences[i] !== 0);
  const always = doubled.reduce((total, rank, i) => total + (differences[i] === 0 ? rank / 2 : 0), 0);
  let ways = [1];
  for (const rank of ranks) {
    const next = new Array<number>(ways.length + rank).fill(0);
    ways.forEach((count, reached) => {
      next[reached] += count / 2;
      next[reached + rank] += count / 2;
    });
    ways = next;
  }
  return ways.reduce((share, way, reached) => (always + reached >= sum ? share + way : share), 0);
}
