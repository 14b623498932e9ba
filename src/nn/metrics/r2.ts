import { z } from '../../base/index.ts';
import { metric, onNumbers, type Predictions } from './metric.ts';

/**
 * Coefficient of determination of each output, 1 - Σ (prediction - target)² / Σ (target - mean)², and its mean over outputs: 1 is perfect, 0 no
 * better than always predicting the mean. Where all targets of an output are equal it is 1 if they are met exactly, else 0; NaN for one row; as
 * scikit-learn's r2_score.
 */
export const r2 = metric({
  summary: 'share of the variance of the targets that is predicted',
  options: z.strictObject({}),
  better: 'higher',
  fits: onNumbers,
  compute(p) {
    if (p.rows < 2) return Number.NaN;
    let sum = 0;
    for (let column = 0; column < p.width; column++) sum += determination(p, column);
    return sum / p.width;
  },
});

function determination({ outputs, targets, rows, width }: Predictions, column: number): number {
  // Seen from the first target, equal targets have a mean of exactly 0.
  const origin = targets[column];
  let total = 0;
  for (let i = column; i < rows * width; i += width) total += targets[i] - origin;
  const mean = total / rows;
  let [missed, spread] = [0, 0];
  for (let i = column; i < rows * width; i += width) {
    missed += (outputs[i] - targets[i]) ** 2;
    spread += (targets[i] - origin - mean) ** 2;
  }
  if (spread === 0) return missed === 0 ? 1 : 0;
  return 1 - missed / spread;
}
