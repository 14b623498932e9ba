import { averaged, averageFits, averageOptions, ratios } from './averages.ts';
import { metric } from './metric.ts';

/** Harmonic mean of precision and recall, 2 TP / (2 TP + FP + FN), averaged after it is taken of each class. For labels, a yes is a positive logit. */
export const f1 = metric({
  summary: 'harmonic mean of precision and recall',
  options: averageOptions,
  better: 'higher',
  fits: averageFits,
  compute: averaged(ratios.f1),
});
