import { z } from '../../base/index.ts';
import { mul, reduceMean, sub } from '../../ops/index.ts';
import { metric, onNumbers } from './metric.ts';
import { meanOverOutputs } from './predictions.ts';

/**
 * Root of the mean squared difference, in the unit of the target. The mean is over all outputs, before the root; scikit-learn's
 * root_mean_squared_error takes the root of each output first.
 */
export const rmse = metric({
  summary: 'root mean squared error, in the unit of the target',
  options: z.strictObject({}),
  better: 'lower',
  fits: onNumbers,
  compute: (p) => Math.sqrt(meanOverOutputs(p, (said, meant) => (said - meant) ** 2)),
  running: {
    perRow(output, target) {
      const gap = sub(output, target);
      return reduceMean(mul(gap, gap), { axes: [1], keepdims: 0 });
    },
    finish: Math.sqrt,
  },
});
