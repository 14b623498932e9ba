import { z } from '../../base/index.ts';
import { mul } from '../../ops/index.ts';
import { layer } from './layer.ts';

/**
 * Zeroes each number with probability `rate` while training (Srivastava et al. 2014). With `scaling: "training"` the rest is divided by 1 - rate
 * ("inverted", as PyTorch and Keras), so that evaluation changes nothing; with "test" training leaves the rest alone and evaluation multiplies
 * by 1 - rate, as in the paper. Every row has a mask of its own.
 */
export const dropout = layer({
  summary: 'zeroes numbers at random while training',
  options: z.strictObject({
    rate: z.number().min(0).lt(1),
    scaling: z.enum(['training', 'test']).default('training'),
  }),
  output: (input) => input,
  apply(x, { options: { rate, scaling }, training, mask }) {
    if (rate === 0) return x;
    if (!training) return scaling === 'training' ? x : mul(x, 1 - rate);
    const kept = mask(x.shape, 1 - rate);
    return mul(x, scaling === 'training' ? mul(kept, 1 / (1 - rate)) : kept);
  },
});
