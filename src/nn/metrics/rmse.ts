import { mul, reduceMean, sub } from '../../ops/index.ts';
import type { Metric } from './metric.ts';

/** Root of the mean squared difference, in the unit of the target. */
export const rmse: Metric = {
  summary: 'root mean squared error, in the unit of the target',
  better: 'lower',
  fits: (target) => target.kind === 'numbers',
  perRow(output, target) {
    const gap = sub(output, target);
    return reduceMean(mul(gap, gap), { axes: [1], keepdims: 0 });
  },
  finish: Math.sqrt,
};
