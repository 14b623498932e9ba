import { z } from '../../base/index.ts';
import { abs, reduceMean, sub } from '../../ops/index.ts';
import { metric, onNumbers } from './metric.ts';
import { meanOverOutputs } from './predictions.ts';

/** Mean of |prediction - target| over outputs and rows, in the unit of the target. */
export const meanAbsoluteError = metric({
  summary: 'mean absolute error, in the unit of the target',
  options: z.strictObject({}),
  better: 'lower',
  fits: onNumbers,
  compute: (p) => meanOverOutputs(p, (said, meant) => Math.abs(said - meant)),
  running: {
    perRow: (output, target) => reduceMean(abs(sub(output, target)), { axes: [1], keepdims: 0 }),
    finish: (mean) => mean,
  },
});
