import { z } from '../../base/index.ts';
import { initializer, requireWeights } from './initializer.ts';

/**
 * Weights that pass their input on, times `gain`. Dense: ones where input and unit have the same number, as PyTorch's eye_; what has no
 * counterpart is dropped or 0. Kernels: a one in the middle, from each channel to the filter of the same number in its group, as PyTorch's dirac_;
 * the middle of an even kernel is the pixel before the center, which padding "same" leaves in place (dirac_ takes the one after it).
 */
export const identity = initializer({
  summary: 'passes the input on',
  options: z.strictObject({ gain: z.number().default(1) }),
  draw(target, { gain }) {
    requireWeights(target, 'identity');
    const { shape } = target;
    const data = new Float64Array(shape.reduce((n, s) => n * s, 1));
    if (shape.length === 2) {
      for (let i = 0; i < Math.min(...shape); i++) data[i * shape[1] + i] = gain;
      return data;
    }
    const [filters, channels, ...kernel] = shape;
    const window = kernel.reduce((n, s) => n * s, 1);
    const middle = kernel.reduce((at, size) => at * size + ((size - 1) >> 1), 0);
    const perGroup = target.fanOut / window;
    for (let filter = 0; filter < filters; filter++)
      if (filter % perGroup < channels) data[(filter * channels + (filter % perGroup)) * window + middle] = gain;
    return data;
  },
});
