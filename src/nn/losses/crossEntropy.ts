import { withGradient } from '../../autodiff/index.ts';
import { WellfitError, z } from '../../base/index.ts';
import type { Value } from '../../graph/index.ts';
import { add, exp, gather, logSoftmax, mul, neg, reduceSum, reshape, sub } from '../../ops/index.ts';
import { columnShape, loss, oneHot, unlessClasses, unlessReal, wrongLength } from './loss.ts';

const options = z.strictObject({
  classWeights: z.union([z.literal('balanced'), z.array(z.number().positive())]).optional(),
  smoothing: z.number().min(0).lt(1).default(0),
});
type Options = z.output<typeof options>;

/**
 * Softmax cross-entropy between logits [batch, classes] and class indices, in nats: log(sum_j e^x_j) - x_target. log(classes) means "no better
 * than guessing". The logits are any real numbers; a softmax before it is refused. Its gradient is softmax(x) - onehot(target).
 *
 * `smoothing` s (Szegedy et al. 2016) mixes the target with the uniform distribution: q = (1 - s) onehot + s / classes, loss -sum_j q_j log p_j.
 * `classWeights` w multiply the terms of the sum, -sum_j w_j q_j log p_j, and the batch is divided by the sum of its w_target, not by its rows;
 * both as PyTorch's cross_entropy. "balanced" is scikit-learn's: rows / (classes * rows of the class), over the training rows, so that every
 * class weighs the same and the mean weight is 1; a class without training rows is not counted, and weighs 1.
 */
export const crossEntropy = loss({
  summary: 'softmax cross-entropy of logits, for classes',
  output: 'logits',
  options,
  misfit: (output, target, limitedBy, { classWeights }) =>
    unlessClasses(output, target, 'logits') ??
    unlessReal(limitedBy, 'logits', 'the loss applies the softmax itself') ??
    wrongLength('classWeights', classWeights, output[0], 'class'),
  fit: (given, counts) => (given.classWeights === 'balanced' ? { ...given, classWeights: balanced(counts) } : given),
  perRow(logits, target, given) {
    const log = logSoftmax(logits, { axis: -1 });
    const weights = weightsOf(given, logits);
    const hot = oneHot(target, logits.shape[1]);
    const smooth = given.smoothing > 0 ? add(mul(hot, 1 - given.smoothing), given.smoothing / logits.shape[1]) : hot;
    const aim = weights ? mul(smooth, weights) : smooth;
    const rows = neg(reduceSum(mul(log, aim), { axes: [1], keepdims: 0 }));
    return withGradient('crossEntropy', rows, [logits], (dy) => {
      const said = weights ? mul(exp(log), reduceSum(aim, { axes: [1], keepdims: 1 })) : exp(log);
      return [mul(sub(said, aim), reshape(dy, columnShape(dy)))];
    });
  },
  weight(target, given) {
    const weights = weightsOf(given, target);
    return weights && gather(weights, target, { axis: 0 });
  },
});

function balanced(counts: readonly number[]): number[] {
  const rows = counts.reduce((sum, count) => sum + count, 0);
  const present = counts.filter((count) => count > 0).length;
  return counts.map((count) => (count > 0 ? rows / (present * count) : 1));
}

/** The class weights as a constant, [classes]. */
function weightsOf({ classWeights }: Options, { graph }: Value): Value | undefined {
  if (classWeights === undefined) return undefined;
  if (classWeights === 'balanced')
    throw new WellfitError('graph', '"balanced" class weights need the counts of the training rows', {
      likely: 'the loss is used with options that did not pass through its fit',
    });
  return graph.constant({ dtype: 'float', shape: [classWeights.length], data: Float64Array.from(classWeights) });
}
