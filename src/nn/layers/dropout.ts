import { z } from '../../base/index.ts';
import { mul } from '../../ops/index.ts';
import { layer } from './layer.ts';

/**
 * Zeroes each number with probability `rate` while training and divides the rest by 1 - rate ("inverted", as PyTorch and Keras), so that
 * evaluation changes nothing (Srivastava et al. 2014). Every row has a mask of its own.
 */
export const dropout = layer({
  summary: 'zeroes numbers at random while training (inverted)',
  options: z.strictObject({ rate: z.number().min(0).lt(1) }),
  output: (input) => input,
  apply(x, { options: { rate }, training, mask }) {
    if (!training || rate === 0) return x;
    return mul(x, mul(mask(x.shape, 1 - rate), 1 / (1 - rate)));
  },
});
