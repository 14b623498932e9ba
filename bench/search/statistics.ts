import { signedRankTest } from '../../src/search/pruners/signedRank.ts';

export const mean = (list: readonly number[]): number => list.reduce((sum, x) => sum + x, 0) / list.length;

/** Between the order statistics, as NumPy's default. */
export function quantile(list: readonly number[], share: number): number {
  const sorted = list.toSorted((a, b) => a - b);
  const at = share * (sorted.length - 1);
  const [low, high] = [sorted[Math.floor(at)], sorted[Math.ceil(at)]];
  return low + (at - Math.floor(at)) * (high - low);
}

export const median = (list: readonly number[]): number => quantile(list, 0.5);

/** Wilcoxon's signed-rank test, two-sided. */
export const pairedTest = (differences: readonly number[]): number =>
  Math.min(1, 2 * Math.min(signedRankTest(differences), signedRankTest(differences.map((x) => -x))));

/** Of several p-values, which stay below the level where all are looked at (Holm 1979). */
export function holm(ps: readonly number[], level: number): boolean[] {
  const order = ps.map((_, i) => i).sort((a, b) => ps[a] - ps[b]);
  const first = order.findIndex((index, rank) => ps[index] > level / (ps.length - rank));
  const kept = new Set(first < 0 ? order : order.slice(0, first));
  return ps.map((_, i) => kept.has(i));
}
