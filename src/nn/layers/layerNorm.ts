import { formatShape, sizeOf, z } from '../../base/index.ts';
import { add, mul, reshape } from '../../ops/index.ts';
import { layer } from './layer.ts';
import { scaleAndShiftParameters, standardized } from './rowwise.ts';

/**
 * Layer normalization (Ba et al. 2016): scale (x - mean) / sqrt(variance + epsilon) + shift, with mean and biased variance of each row over all its
 * axes, and a scale and a shift for each number of a row: PyTorch's LayerNorm with the row's shape as normalized_shape. Keras normalizes the
 * last axis alone unless told, with epsilon 1e-3.
 */
export const layerNorm = layer({
  summary: 'normalizes each row over all its numbers',
  options: z.strictObject({ epsilon: z.number().positive().default(1e-5) }),
  output(input) {
    if (sizeOf(input) === 1) throw new Error(`would turn rows of ${formatShape(input)}, a single number, into zeros`);
    return input;
  },
  parameters: (input) => scaleAndShiftParameters(input),
  apply(x, { options: { epsilon }, parameters: { scale, shift } }) {
    const rows = reshape(x, { shape: [x.shape[0], sizeOf(x.shape.slice(1))] });
    return add(mul(reshape(standardized(rows, epsilon), { shape: x.shape }), scale), shift);
  },
});
