import { z } from '../../base/index.ts';
import { reduceMean } from '../../ops/index.ts';
import { layer } from './layer.ts';
import { requireImage } from './spatial.ts';

/** Mean over height and width: [channels, height, width] -> [channels]. */
export const globalAveragePool = layer({
  summary: 'mean over the whole image, one number a channel',
  options: z.strictObject({}),
  output(input) {
    requireImage(input);
    return [input[0]];
  },
  apply: (x) => reduceMean(x, { axes: [2, 3], keepdims: 0 }),
});
