import type { Predictions } from '../../nn/index.ts';
import type { Calibration } from '../data.ts';
import { logProbabilities, saidClass } from './answers.ts';

/**
 * Rows in `bins` equal intervals (low, high] of a probability between 0 and 1 (0 itself in the first), with the mean of the probabilities and the
 * share of rows for which it came true. `error`: mean over rows of the difference of the two (expected calibration error, Guo et al. 2017).
 */
export function reliabilityBins(
  probabilities: readonly number[],
  cameTrue: readonly boolean[],
  bins = 15,
): Pick<Calibration, 'bins' | 'error'> {
  const [rows, sum, yes] = Array.from({ length: 3 }, () => new Float64Array(bins));
  probabilities.forEach((probability, i) => {
    const bin = Math.min(bins, Math.max(1, Math.ceil(probability * bins))) - 1;
    rows[bin]++;
    sum[bin] += probability;
    yes[bin] += Number(cameTrue[i]);
  });
  const error = rows.reduce((total, _, bin) => total + Math.abs(sum[bin] - yes[bin]), 0) / probabilities.length;
  return {
    bins: Array.from(rows, (count, bin) => ({
      low: bin / bins,
      high: (bin + 1) / bins,
      rows: count,
      confidence: sum[bin] / count,
      accuracy: yes[bin] / count,
    })),
    error,
  };
}

/** Of two classes the probability of the second, else the probability of the class that was said. Outputs are logits. */
export function calibrationOf(predictions: Predictions, classes: readonly string[]): Calibration {
  const two = classes.length === 2;
  const [probabilities, cameTrue]: [number[], boolean[]] = [[], []];
  for (let row = 0; row < predictions.rows; row++) {
    const about = two ? 1 : saidClass(predictions, row);
    probabilities.push(Math.exp(logProbabilities(predictions, row)[about]));
    cameTrue.push(predictions.targets[row] === about);
  }
  return { ...(two && { of: classes[1] }), ...reliabilityBins(probabilities, cameTrue) };
}
