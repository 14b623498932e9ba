import { z } from '../../base/index.ts';
import { metric, onClasses, onLabels } from './metric.ts';
import { descend, meanOverRankings } from './ranking.ts';

/**
 * Area under the receiver operating characteristic: the probability that a row of class 1 gets a higher score than another row, a tie counting half.
 * For more classes the mean over classes, each against the rest (scikit-learn's "ovr", "macro"), for labels over labels. A class without rows, or
 * with all of them, is left out (as torchmetrics; scikit-learn gives NaN); NaN where none is left.
 */
export const rocAuc = metric({
  summary: 'probability that a row of the class is ranked above another',
  options: z.strictObject({}),
  better: 'higher',
  fits: (target) => onClasses(target) || onLabels(target),
  compute: (p) =>
    meanOverRankings(p, (ranking) => {
      let [above, wins] = [0, 0];
      descend(ranking, (yes, no) => {
        wins += no * (above + yes / 2);
        above += yes;
      });
      return wins / (ranking.yes.length * ranking.no.length);
    }),
});
