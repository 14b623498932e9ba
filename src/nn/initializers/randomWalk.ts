import { z } from '../../base/index.ts';
import { initializer, withVariance } from './initializer.ts';

/** Keeps the logarithm of a gradient's length from drifting as it walks back through the layers, for layers of width n. */
const gains = {
  relu: (n: number) => Math.SQRT2 * Math.exp(1.2 / (Math.max(n, 6) - 2.4)),
  linear: (n: number) => Math.exp(1 / (2 * n)),
};

/**
 * Normal numbers of variance g² / fanIn (Sussillo & Abbott 2014, "Random Walk Initialization"), where g makes up for what layers of finite width
 * lose: sqrt(2) exp(1.2 / (max(n, 6) - 2.4)) for ReLU, exp(1 / 2n) for linear layers, n being fanIn. Wide layers get what `he` and `lecun` give.
 */
export const randomWalk = initializer({
  summary: 'Sussillo & Abbott 2014: for very deep networks',
  options: z.strictObject({ activation: z.enum(['relu', 'linear']).default('relu') }),
  draw: (target, { activation }, random) =>
    withVariance(target, gains[activation](target.fanIn) ** 2 / target.fanIn, 'normal', random),
});
