import { z } from '../../base/index.ts';
import { mul } from '../../ops/index.ts';
import { layer } from './layer.ts';
import { requireImage } from './spatial.ts';

/**
 * Zeroes whole channels of an image with probability `rate` while training and divides the rest by 1 - rate (Tompson et al. 2015; PyTorch's
 * Dropout2d, Keras's SpatialDropout2D): neighbouring pixels are so alike that dropping single ones hides nothing. Every row has a mask of its own.
 */
export const spatialDropout = layer({
  summary: 'zeroes whole channels at random while training',
  options: z.strictObject({ rate: z.number().min(0).lt(1) }),
  output(input) {
    requireImage(input);
    return input;
  },
  apply(x, { options: { rate }, training, mask }) {
    if (!training || rate === 0) return x;
    return mul(x, mul(mask([x.shape[0], x.shape[1], 1, 1], 1 - rate), 1 / (1 - rate)));
  },
});
