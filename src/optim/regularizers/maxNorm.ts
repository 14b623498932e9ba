import { z } from '../../base/index.ts';
import { div, max, min, mul, neg, reduceSum, sqrt } from '../../ops/index.ts';
import { regularizer } from './regularizer.ts';

/**
 * After each update the vector of weights that lead into a unit is scaled back to the length `limit` where it is longer (Srivastava et al. 2014).
 * A unit is a column of a dense layer's [inputs, units] and a kernel of [filters, …]; a bias, one number, stays between -limit and limit. Exact,
 * where PyTorch's renorm and Keras's MaxNorm divide by the length + 1e-7; Keras takes the length of all biases together.
 */
export const maxNorm = regularizer({
  summary: "scales each unit's weights back to a length of at most limit",
  options: z.strictObject({ limit: z.number().positive(), biases: z.boolean().default(false) }),
  lead: 'limit',
  scalars: ({ limit }) => ({ limit }),
  after(moved, _, { limit }) {
    const rank = moved.shape.length;
    if (rank < 2) return max(min(moved, limit), neg(limit));
    const axes = rank === 2 ? [0] : moved.shape.map((_, axis) => axis).slice(1);
    const length = sqrt(reduceSum(mul(moved, moved), { axes, keepdims: 1 }));
    return mul(moved, div(limit, max(length, limit)));
  },
});
