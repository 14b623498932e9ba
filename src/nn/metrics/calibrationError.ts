import { z } from '../../base/index.ts';
import { metric, onClasses } from './metric.ts';
import { partition, predictedClass } from './predictions.ts';

const bins = 15;

/**
 * Expected calibration error (Guo et al. 2017): rows fall into 15 equal intervals (lower, upper] by the probability of their predicted class; the
 * mean over rows of |share that is right - mean probability| of their interval. 0: of what is said with 80 %, 80 % are right.
 */
export const calibrationError = metric({
  summary: 'how far predicted probabilities are from the share that is right',
  options: z.strictObject({}),
  better: 'lower',
  probabilistic: true,
  fits: onClasses,
  compute(p) {
    // Rows that are right minus the probabilities given.
    const surplus = new Float64Array(bins);
    for (let row = 0; row < p.rows; row++) {
      const confidence = 1 / (p.width === 1 ? 1 + Math.exp(-Math.abs(p.outputs[row])) : partition(p, row).sum);
      const right = Number(predictedClass(p, row) === p.targets[row]);
      surplus[Math.ceil(confidence * bins) - 1] += right - confidence;
    }
    return surplus.reduce((sum, gap) => sum + Math.abs(gap), 0) / p.rows;
  },
});
