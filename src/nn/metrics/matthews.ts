import { z } from '../../base/index.ts';
import { countsOf } from './averages.ts';
import { metric, onClasses } from './metric.ts';

/**
 * Matthews' correlation coefficient of predicted and true classes, -1 … 1; of several classes Gorodkin's (2004): with n rows, c of them right, p_k
 * said and t_k true of class k, (c n - Σ p_k t_k) / √((n² - Σ p_k²) (n² - Σ t_k²)). 0 where only one class is said or true.
 */
export const matthews = metric({
  summary: "Matthews' correlation of predicted and true classes",
  options: z.strictObject({}),
  better: 'higher',
  fits: onClasses,
  compute(p) {
    let [right, together, said, meant] = [0, 0, p.rows ** 2, p.rows ** 2];
    for (const count of countsOf(p)) {
      right += count.right;
      together += count.said * count.support;
      said -= count.said ** 2;
      meant -= count.support ** 2;
    }
    return said === 0 || meant === 0 ? 0 : (right * p.rows - together) / (Math.sqrt(said) * Math.sqrt(meant));
  },
});
