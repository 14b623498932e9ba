import { sizeOf, z } from '../../base/index.ts';
import { reshape } from '../../ops/index.ts';
import { layer, type ParameterSpec } from './layer.ts';
import { scaleAndShift, scaleAndShiftParameters, standardized } from './rowwise.ts';
import { requireImage } from './spatial.ts';

/**
 * Instance normalization (Ulyanov et al. 2016): each channel of each image is normalized with its own mean and biased variance, in training and in
 * evaluation alike. As PyTorch there is a learned scale and shift for each channel only with `affine`; Keras (GroupNormalization with groups=-1)
 * has them unless told.
 */
export const instanceNorm = layer({
  summary: 'normalizes each channel of each image',
  options: z.strictObject({ affine: z.boolean().default(false), epsilon: z.number().positive().default(1e-5) }),
  output(input) {
    requireImage(input);
    if (input[1] * input[2] === 1) throw new Error('would turn images of a single pixel into zeros');
    return input;
  },
  parameters: ([channels], { affine }): Readonly<Record<string, ParameterSpec>> =>
    affine ? scaleAndShiftParameters([channels]) : {},
  apply(x, { options: { affine, epsilon }, parameters: { scale, shift } }) {
    const rows = x.shape[0] * x.shape[1];
    const matrix = reshape(x, { shape: [rows, sizeOf(x.shape) / rows] });
    const y = reshape(standardized(matrix, epsilon), { shape: x.shape });
    return affine ? scaleAndShift(y, scale, shift) : y;
  },
});
