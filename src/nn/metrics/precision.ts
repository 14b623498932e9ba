import { averaged, averageFits, averageOptions, ratios } from './averages.ts';
import { metric } from './metric.ts';

/** Of what was said to be of a class, the share that is: TP / (TP + FP); 0 where nothing was. For labels, a yes is a positive logit. */
export const precision = metric({
  summary: 'of what is said to be of a class, the share that is',
  options: averageOptions,
  better: 'higher',
  fits: averageFits,
  compute: averaged(ratios.precision),
});
