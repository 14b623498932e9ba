import { z } from '../../base/index.ts';
import { countsOf, ratios } from './averages.ts';
import { metric, onClasses } from './metric.ts';

/** Mean over classes of the share of their rows that is found, leaving out classes without rows: what "accuracy" would be if all were equally frequent. */
export const balancedAccuracy = metric({
  summary: 'mean over classes of the share of their rows that is right',
  options: z.strictObject({}),
  better: 'higher',
  fits: onClasses,
  compute(p) {
    const present = countsOf(p).filter(({ support }) => support > 0);
    return present.reduce((sum, count) => sum + ratios.recall(count), 0) / present.length;
  },
});
