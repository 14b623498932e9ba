import { withGradient } from '../../autodiff/index.ts';
import { z } from '../../base/index.ts';
import { add, cast, greater, mul, neg, reduceSum, relu, reshape, sub } from '../../ops/index.ts';
import { columnShape, loss, oneHot, unlessClasses, unlessReal } from './loss.ts';

/**
 * Multi-class support vector machine (Weston & Watkins 1999; Stanford CS231n): sum over the wrong classes j of max(0, s_j - s_target + margin), for
 * scores [batch, classes]; each term squared with `squared`. It is 0 once the right class leads every other by the margin. Gradient 0 at the kink.
 * PyTorch's multi_margin_loss is this divided by the number of classes.
 */
export const hinge = loss({
  summary: 'support vector machine loss of scores, for classes',
  output: 'scores',
  options: z.strictObject({ margin: z.number().positive().default(1), squared: z.boolean().default(false) }),
  misfit: (output, target, limitedBy) =>
    unlessClasses(output, target, 'scores') ?? unlessReal(limitedBy, 'scores', 'the loss compares scores of any size'),
  perRow(scores, target, { margin, squared }) {
    const hot = oneHot(target, scores.shape[1]);
    const right = reduceSum(mul(scores, hot), { axes: [1], keepdims: 1 });
    // The right class misses by exactly 0, which costs nothing.
    const missing = add(sub(scores, right), mul(add(neg(hot), 1), margin));
    const short = relu(missing);
    const rows = reduceSum(squared ? mul(short, short) : short, { axes: [1], keepdims: 0 });
    return withGradient('hinge', rows, [scores], (dy) => {
      const push = squared ? mul(short, 2) : cast(greater(missing, 0), { to: 'float' });
      const pull = mul(hot, reduceSum(push, { axes: [1], keepdims: 1 }));
      return [mul(sub(push, pull), reshape(dy, columnShape(dy)))];
    });
  },
});
