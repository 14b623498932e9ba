import { sizeOf, z } from '../../base/index.ts';
import { reshape } from '../../ops/index.ts';
import { requireChannels } from './families.ts';
import { layer } from './layer.ts';
import { scaleAndShift, scaleAndShiftParameters, standardized } from './rowwise.ts';

/**
 * Group normalization (Wu & He 2018): channels (or features) are divided into `groups` of neighbours, and each group of each row is normalized with
 * its own mean and biased variance; then a scale and a shift for each channel. Epsilon as PyTorch; Keras takes 1e-3.
 */
export const groupNorm = layer({
  summary: 'normalizes groups of channels, each row for itself',
  options: z.strictObject({ groups: z.int().positive(), epsilon: z.number().positive().default(1e-5) }),
  output(input, { groups }) {
    requireChannels(input);
    if (input[0] % groups !== 0) throw new Error(`cannot divide ${input[0]} channels into ${groups} groups`);
    if (sizeOf(input) === groups) throw new Error('would turn groups of a single number into zeros');
    return input;
  },
  parameters: ([channels]) => scaleAndShiftParameters([channels]),
  apply(x, { options: { groups, epsilon }, parameters: { scale, shift } }) {
    const rows = x.shape[0] * groups;
    const matrix = reshape(x, { shape: [rows, sizeOf(x.shape) / rows] });
    return scaleAndShift(reshape(standardized(matrix, epsilon), { shape: x.shape }), scale, shift);
  },
});
