import { z } from '../../base/index.ts';
import { metric, onClasses, onLabels } from './metric.ts';
import { descend, meanOverRankings } from './ranking.ts';

/**
 * Area under the curve of precision over recall, as a sum of steps: Σ (R_n - R_n-1) P_n over the scores from the highest down, not interpolated
 * (scikit-learn's average_precision_score). For more classes the mean over classes, each against the rest, for labels over labels. A class without
 * rows is left out (as torchmetrics; scikit-learn counts 0); NaN where none is left.
 */
export const averagePrecision = metric({
  summary: 'mean precision over all levels of recall',
  options: z.strictObject({}),
  better: 'higher',
  fits: (target) => onClasses(target) || onLabels(target),
  compute: (p) =>
    meanOverRankings(p, (ranking) => {
      let [found, seen, sum] = [0, 0, 0];
      descend(ranking, (yes, no) => {
        found += yes;
        seen += yes + no;
        sum += yes * (found / seen);
      });
      return sum / ranking.yes.length;
    }),
});
