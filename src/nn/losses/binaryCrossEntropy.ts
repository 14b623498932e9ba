import { withGradient } from '../../autodiff/index.ts';
import { formatShape, z } from '../../base/index.ts';
import { abs, add, cast, exp, log, max, mul, neg, reshape, sigmoid, sub } from '../../ops/index.ts';
import { loss } from './loss.ts';

/**
 * Cross-entropy between one logit a row, [batch, 1], and the classes 0 and 1, in nats: max(x, 0) - x t + log(1 + e^-|x|), which never overflows
 * (PyTorch's binary_cross_entropy_with_logits). Its gradient is sigmoid(x) - t.
 */
export const binaryCrossEntropy = loss({
  summary: 'cross-entropy of one logit, for two classes',
  options: z.strictObject({}),
  misfit(output, target, lastLayer) {
    if (target.kind !== 'classes' || target.classes !== 2)
      return {
        expected: 'two classes as targets',
        fix: target.kind === 'classes' ? 'use the loss "crossEntropy"' : 'use the loss "meanSquaredError"',
      };
    if (output.length !== 1 || output[0] !== 1)
      return {
        expected: 'one logit a row',
        fix: `end the model with { "dense": { "units": 1 } }; it now gives ${formatShape(output)}`,
      };
    if (['relu', 'sigmoid', 'tanh'].includes(lastLayer))
      return {
        expected: 'a logit, which may be any real number',
        fix: `remove the last layer, "${lastLayer}": the loss applies the sigmoid itself`,
      };
    return undefined;
  },
  perRow(output, target) {
    const x = reshape(output, { shape: [output.shape[0]] });
    const t = cast(target, { to: 'float' });
    const rows = add(sub(max(x, 0), mul(x, t)), log(add(exp(neg(abs(x))), 1)));
    return withGradient('binaryCrossEntropy', rows, [x], (dy) => [mul(sub(sigmoid(x), t), dy)]);
  },
});
