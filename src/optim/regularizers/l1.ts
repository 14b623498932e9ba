import { z } from '../../base/index.ts';
import { max, min, mul, neg, sub } from '../../ops/index.ts';
import { regularizer } from './regularizer.ts';
import { absoluteSum } from './sums.ts';

/**
 * Adds strength · Σ|w| to the mean loss of the batch; the slope at 0 is 0. Such weights come near 0 but not to it. With `proximal` the loss stays as it
 * is, and after each update every weight moves towards 0 by lr · strength and stops there (soft thresholding, the proximal operator of strength · Σ|w|:
 * Parikh & Boyd 2014). That is exact for plain gradient descent; for an adaptive optimizer it is decoupled, as weight decay is in AdamW,
 * and selects hardly: use `sgd` or `momentum` with large batches to get zeros.
 * `perRow` divides the strength by the number of training rows.
 */
export const l1 = regularizer({
  summary: 'adds strength Σ|w| to the loss',
  options: z.strictObject({
    strength: z.number().nonnegative(),
    proximal: z.boolean().default(false),
    perRow: z.boolean().default(false),
    biases: z.boolean().default(false),
  }),
  lead: 'strength',
  scalars({ strength, perRow }, { lr, rows }) {
    const own = strength / (perRow ? rows : 1);
    return { strength: own, threshold: lr * own };
  },
  penalty: (parameter, { strength }, { proximal }) =>
    proximal ? parameter.graph.scalar(0, 'float') : mul(absoluteSum(parameter), strength),
  after: (moved, _, { threshold }, { proximal }) =>
    proximal ? sub(moved, max(min(moved, threshold), neg(threshold))) : moved,
});
