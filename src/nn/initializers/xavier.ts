import { z } from '../../base/index.ts';
import { initializer, withVariance } from './initializer.ts';

/**
 * Variance 2 / (fanIn + fanOut) ("average", Glorot & Bengio 2010, eq. 16; PyTorch xavier_*) or 1 / fanIn ("fanIn", their eq. 10 for the
 * forward pass alone). Keeps the variance of signals through tanh, sigmoid and linear layers.
 */
export const xavier = initializer({
  summary: 'Glorot & Bengio 2010: variance 2/(in+out), or 1/in; for tanh and sigmoid',
  options: z.strictObject({
    fan: z.enum(['average', 'fanIn']).default('average'),
    distribution: z.enum(['normal', 'uniform']).default('normal'),
  }),
  draw: (target, { fan, distribution }, random) =>
    withVariance(
      target,
      fan === 'average' ? 2 / (target.fanIn + target.fanOut) : 1 / target.fanIn,
      distribution,
      random,
    ),
});
