import { z } from '../../base/index.ts';
import { mul } from '../../ops/index.ts';
import { regularizer } from './regularizer.ts';
import { squareSum } from './sums.ts';

/**
 * Adds strength/2 · Σw² to the mean loss of the batch, so the gradient gains strength · w: the same as PyTorch's weight_decay for SGD. A course
 * that writes λ/(2m) Σw² with m training rows gets exactly that with `perRow: true`, which divides the strength by m.
 */
export const l2 = regularizer({
  summary: 'adds strength/2 Σw² to the loss',
  options: z.strictObject({
    strength: z.number().nonnegative(),
    perRow: z.boolean().default(false),
    biases: z.boolean().default(false),
  }),
  lead: 'strength',
  scalars: ({ strength, perRow }, { rows }) => ({ half: strength / (perRow ? 2 * rows : 2) }),
  penalty: (parameter, { half }) => mul(squareSum(parameter), half),
});
