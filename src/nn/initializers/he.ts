import { z } from '../../base/index.ts';
import { initializer, withVariance } from './initializer.ts';

/** Variance 2 / fanIn (He et al. 2015, eq. 10; PyTorch kaiming_* with nonlinearity "relu"): ReLU halves the second moment, 2 restores it. */
export const he = initializer({
  summary: 'He et al. 2015: variance 2/in; for the ReLU family',
  options: z.strictObject({ distribution: z.enum(['normal', 'uniform']).default('normal') }),
  draw: (target, { distribution }, random) => withVariance(target, 2 / target.fanIn, distribution, random),
});
