import { z } from '../../base/index.ts';
import { add, mul } from '../../ops/index.ts';
import { regularizer } from './regularizer.ts';
import { absoluteSum, squareSum } from './sums.ts';

/**
 * Adds l1 · Σ|w| + l2/2 · Σw² to the mean loss of the batch (Zou & Hastie 2005; they write λ₂ for our l2/2). scikit-learn's alpha and l1_ratio beside
 * its halved squared error are l1 = 2 alpha · l1_ratio and l2 = 2 alpha · (1 - l1_ratio) beside `meanSquaredError`, which has no half. `perRow` divides both by the number of training rows.
 */
export const elasticNet = regularizer({
  summary: 'adds l1 Σ|w| + l2/2 Σw² to the loss',
  options: z.strictObject({
    l1: z.number().nonnegative(),
    l2: z.number().nonnegative(),
    perRow: z.boolean().default(false),
    biases: z.boolean().default(false),
  }),
  scalars: ({ l1, l2, perRow }, { rows }) => ({ l1: l1 / (perRow ? rows : 1), half: l2 / (perRow ? 2 * rows : 2) }),
  penalty: (parameter, { l1, half }) => add(mul(absoluteSum(parameter), l1), mul(squareSum(parameter), half)),
});
