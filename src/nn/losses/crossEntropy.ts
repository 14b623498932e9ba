import { withGradient } from '../../autodiff/index.ts';
import { formatShape, z } from '../../base/index.ts';
import type { Value } from '../../graph/index.ts';
import { cast, equal, exp, logSoftmax, mul, neg, reduceSum, reshape, sub } from '../../ops/index.ts';
import { columnShape, loss } from './loss.ts';

/**
 * Softmax cross-entropy between logits [batch, classes] and class indices, in nats: log(sum_j e^x_j) - x_target. log(classes) means "no better
 * than guessing". The logits are any real numbers; a softmax before it is refused. Its gradient is softmax(x) - onehot(target).
 */
export const crossEntropy = loss({
  summary: 'softmax cross-entropy of logits, for classes',
  options: z.strictObject({}),
  misfit(output, target, lastLayer) {
    if (target.kind !== 'classes')
      return { expected: 'classes as targets', fix: 'use the loss "meanSquaredError" for numbers' };
    if (output.length !== 1 || output[0] !== target.classes)
      return {
        expected: `${target.classes} logits a row, one for each class`,
        fix: `end the model with { "dense": { "units": ${target.classes} } }; it now gives ${formatShape(output)}`,
      };
    if (['relu', 'sigmoid', 'tanh'].includes(lastLayer))
      return {
        expected: 'logits, which may be any real number',
        fix: `remove the last layer, "${lastLayer}": the loss applies the softmax itself`,
      };
    return undefined;
  },
  perRow(logits, target) {
    const log = logSoftmax(logits, { axis: -1 });
    const hot = oneHot(target, logits.shape[1]);
    const rows = neg(reduceSum(mul(log, hot), { axes: [1], keepdims: 0 }));
    return withGradient('crossEntropy', rows, [logits], (dy) => [
      mul(sub(exp(log), hot), reshape(dy, columnShape(dy))),
    ]);
  },
});

function oneHot(target: Value, classes: number): Value {
  const iota = target.graph.constant({
    dtype: 'int32',
    shape: [1, classes],
    data: Int32Array.from({ length: classes }, (_, i) => i),
  });
  return cast(equal(reshape(target, columnShape(target)), iota), { to: 'float' });
}
