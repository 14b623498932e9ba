/** A smaller spread than this counts as none. */
const leastSpread = 1e-10;

/**
 * Objectives, of which less is better, as targets, of which more is: with mean 0 and variance 1. Infinities count as the best or worst of
 * the others, and NaN as the worst;
 * all targets are 0 where nothing differs.
 */
export function standardized(objectives: readonly number[]): Float64Array {
  const finite = objectives.filter(Number.isFinite);
  const [best, worst] = [Math.min(...finite), Math.max(...finite)];
  if (!(best < worst)) return new Float64Array(objectives.length);
  const targets = Float64Array.from(objectives, (value) =>
    Number.isNaN(value) ? -worst : -Math.min(worst, Math.max(best, value)),
  );
  const n = targets.length;
  const mean = targets.reduce((sum, target) => sum + target / n, 0);
  const spread = Math.sqrt(targets.reduce((sum, target) => sum + (target - mean) ** 2 / n, 0));
  return targets.map((target) => (target - mean) / Math.max(leastSpread, spread));
}
