import type { Random } from '../../base/index.ts';

/** Uniform in [-most, most). */
export const symmetric = (random: Random, most: number): number => (2 * random.uniform() - 1) * most;

/** A factor uniform in [1 - amount, 1 + amount). */
export const factor = (amount: number, random: Random): number => 1 + symmetric(random, amount);

/** Beta(alpha, alpha): symmetric around 1/2, near 0 or 1 where alpha is small. */
export function beta(random: Random, alpha: number): number {
  const [a, b] = [logGamma(random, alpha), logGamma(random, alpha)];
  return 1 / (1 + Math.exp(b - a));
}

/**
 * The logarithm of a number of the gamma distribution (Marsaglia & Tsang 2000). Of its logarithm, because with a small shape most numbers are too
 * small for float64: a shape below 1 takes a number of shape + 1 times uniform^(1/shape).
 */
function logGamma(random: Random, shape: number): number {
  if (shape < 1) return logGamma(random, shape + 1) + Math.log(1 - random.uniform()) / shape;
  const d = shape - 1 / 3;
  const c = 1 / Math.sqrt(9 * d);
  for (;;) {
    const x = random.normal();
    const v = (1 + c * x) ** 3;
    if (v > 0 && Math.log(1 - random.uniform()) < 0.5 * x * x + d * (1 - v + Math.log(v))) return Math.log(d * v);
  }
}
