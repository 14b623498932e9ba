import { z } from '../../base/index.ts';
import type { Value } from '../../graph/index.ts';
import { abs, add, cast, exp, log, mul, neg, relu, reshape, sigmoid, sub } from '../../ops/index.ts';
import { loss, meanOverOutputs, unlessReal, wrongLength, wrongWidth } from './loss.ts';

/**
 * Cross-entropy between logits and yes or no, in nats: one logit a row, [batch, 1], for the classes 0 and 1, or a logit for each label,
 * [batch, labels], for targets that are 0 or 1; the mean over a row's labels. With p = sigmoid(x): -w t log p - (1 - t) log(1 - p), computed as
 * b max(x, 0) - w t x + b log(1 + e^-|x|) with b = w t + 1 - t, which never overflows. Its gradient is b p - w t.
 *
 * `positiveWeight` w, one number or one for each label, is pos_weight of PyTorch's binary_cross_entropy_with_logits: above 1, a missed yes costs
 * more; the mean is over all terms, whatever their weights. `smoothing` s moves t to (1 - s) t + s / 2, as Keras' label_smoothing.
 */
export const binaryCrossEntropy = loss({
  summary: 'cross-entropy of one logit for two classes, or of a logit for each label',
  output: 'logits',
  options: z.strictObject({
    positiveWeight: z.union([z.number().positive(), z.array(z.number().positive())]).default(1),
    smoothing: z.number().min(0).lt(1).default(0),
  }),
  misfit(output, target, limitedBy, { positiveWeight }) {
    if (target.kind === 'classes' && target.classes !== 2)
      return { expected: 'two classes as targets', fix: 'use the loss "crossEntropy"' };
    if (target.kind === 'numbers' && !target.labels)
      return { expected: 'two classes, or labels that are 0 or 1', fix: 'use the loss "meanSquaredError"' };
    const labels = target.kind === 'classes' ? 1 : target.width;
    return (
      wrongWidth(output, labels, labels === 1 ? 'one logit a row' : `${labels} logits a row, one for each label`) ??
      unlessReal(limitedBy, 'a logit', 'the loss applies the sigmoid itself') ??
      wrongLength('positiveWeight', positiveWeight, labels, 'label')
    );
  },
  perRow(x, target, { positiveWeight, smoothing }) {
    const exact = reshape(cast(target, { to: 'float' }), { shape: x.shape });
    const t = smoothing > 0 ? add(mul(exact, 1 - smoothing), smoothing / 2) : exact;
    const weighted = positiveWeight !== 1;
    const yes = weighted ? mul(t, factor(positiveWeight, t)) : t;
    const both = weighted ? sub(add(yes, 1), t) : undefined;
    const times = (y: Value) => (both ? mul(y, both) : y);
    const losses = add(sub(times(relu(x)), mul(x, yes)), times(log(add(exp(neg(abs(x))), 1))));
    return meanOverOutputs('binaryCrossEntropy', x, losses, () => sub(times(sigmoid(x)), yes));
  },
});

const factor = (weight: number | number[], { graph }: Value): Value =>
  typeof weight === 'number'
    ? graph.scalar(weight, 'float')
    : graph.constant({ dtype: 'float', shape: [weight.length], data: Float64Array.from(weight) });
