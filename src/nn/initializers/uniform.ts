import { z } from '../../base/index.ts';
import { fill, initializer } from './initializer.ts';

/**
 * Independent numbers, uniform in [low, high). The range does not follow the layer's width: prefer `he` or `xavier`. The default range is
 * Keras's; PyTorch's uniform_ draws from 0 to 1.
 */
export const uniform = initializer({
  summary: 'uniform numbers in a fixed range',
  options: z
    .strictObject({ low: z.number().default(-0.05), high: z.number().default(0.05) })
    .refine(({ low, high }) => low < high, { message: 'must rise from low to high', path: ['high'] }),
  draw: (target, { low, high }, random) => fill(target, () => low + (high - low) * random.uniform()),
});
