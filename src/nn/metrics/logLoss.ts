import { z } from '../../base/index.ts';
import { metric, onClasses, onLabels } from './metric.ts';
import { meanOverOutputs, meanOverRows, partition, softplus } from './predictions.ts';

/**
 * Mean of -log (natural) of the probability that was given to the truth, from logits; for labels the mean over labels. It is "crossEntropy" or
 * "binaryCrossEntropy" without weights and smoothing. scikit-learn's log_loss holds probabilities above 2.2e-16, so that a row costs at most 36.
 */
export const logLoss = metric({
  summary: 'mean of -log of the probability given to the truth',
  options: z.strictObject({}),
  better: 'lower',
  probabilistic: true,
  fits: (target) => onClasses(target) || onLabels(target),
  compute(p) {
    const { outputs, targets, width, target } = p;
    if (target.kind === 'numbers' || width === 1)
      return meanOverOutputs(p, (logit, meant) => softplus(meant === 1 ? -logit : logit));
    return meanOverRows(p, (row) => {
      const { top, sum } = partition(p, row);
      return top - outputs[row * width + targets[row]] + Math.log(sum);
    });
  },
});
