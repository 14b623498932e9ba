import { z } from '../../base/index.ts';
import { initializer, withVariance } from './initializer.ts';

/**
 * Variance 2 / ((1 + slope²) fanIn) (He et al. 2015, eq. 10 and 15; PyTorch kaiming_* with nonlinearity "leaky_relu"): a ReLU halves the second
 * moment, 2 restores it; `slope` is what a leaky ReLU multiplies negative numbers by.
 */
export const he = initializer({
  summary: 'He et al. 2015: variance 2/in; for the ReLU family',
  options: z.strictObject({
    slope: z.number().default(0),
    distribution: z.enum(['normal', 'uniform']).default('normal'),
  }),
  draw: (target, { slope, distribution }, random) =>
    withVariance(target, 2 / ((1 + slope ** 2) * target.fanIn), distribution, random),
});
