import { averaged, averageFits, averageOptions, ratios } from './averages.ts';
import { metric } from './metric.ts';

/** Of what is of a class, the share that was found: TP / (TP + FN); 0 where nothing is. For labels, a yes is a positive logit. */
export const recall = metric({
  summary: 'of what is of a class, the share that is found',
  options: averageOptions,
  better: 'higher',
  fits: averageFits,
  compute: averaged(ratios.recall),
});
