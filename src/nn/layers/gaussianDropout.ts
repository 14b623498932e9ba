import { z } from '../../base/index.ts';
import { add, mul } from '../../ops/index.ts';
import { normalNumbers } from './families.ts';
import { layer } from './layer.ts';

/**
 * x (1 + std n) while training, n being independent standard normal numbers and std = sqrt(rate / (1 - rate)), so that mean and variance are those
 * of dropout at that rate (Srivastava et al. 2014, section 10; Keras's GaussianDropout); x in evaluation.
 */
export const gaussianDropout = layer({
  summary: 'multiplies with normal noise while training',
  options: z.strictObject({ rate: z.number().min(0).lt(1) }),
  output: (input) => input,
  apply(x, { options: { rate }, training, uniform }) {
    if (!training || rate === 0) return x;
    return mul(x, add(mul(normalNumbers(x.shape, uniform), Math.sqrt(rate / (1 - rate))), 1));
  },
});
