import { z } from '../../base/index.ts';
import { initializer, withVariance } from './initializer.ts';

/**
 * Variance 1 / fanIn (LeCun et al. 1998, "Efficient BackProp", eq. 16): a linear unit gives what it receives. SELU needs it (Klambauer et al.
 * 2017). Keras's lecun_normal cuts the normal distribution at two standard deviations; this one does not.
 */
export const lecun = initializer({
  summary: 'LeCun et al. 1998: variance 1/in; for selu',
  options: z.strictObject({ distribution: z.enum(['normal', 'uniform']).default('normal') }),
  draw: (target, { distribution }, random) => withVariance(target, 1 / target.fanIn, distribution, random),
});
