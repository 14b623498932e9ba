import { sizeOf, z } from '../../base/index.ts';
import { mul, reshape } from '../../ops/index.ts';
import { layer } from './layer.ts';
import { scaleAndShiftParameters, withUnitNorm } from './rowwise.ts';

/**
 * Root mean square normalization (Zhang & Sennrich 2019): scale x / sqrt(mean(x²) + epsilon), with the mean of each row over all its axes and a
 * scale for each number of a row: PyTorch's RMSNorm with the row's shape as normalized_shape. Epsilon is PyTorch's for float32, 2^-23; Keras takes
 * 1e-6.
 */
export const rmsNorm = layer({
  summary: 'divides each row by its root mean square',
  options: z.strictObject({
    epsilon: z
      .number()
      .positive()
      .default(2 ** -23),
  }),
  output: (input) => input,
  parameters: (input) => ({ scale: scaleAndShiftParameters(input).scale }),
  apply(x, { options: { epsilon }, parameters: { scale } }) {
    const rows = reshape(x, { shape: [x.shape[0], sizeOf(x.shape.slice(1))] });
    return mul(reshape(withUnitNorm(rows, epsilon), { shape: x.shape }), scale);
  },
});
