import { formatShape, z } from '../../base/index.ts';
import { mul, reduceMean, sub } from '../../ops/index.ts';
import { loss } from './loss.ts';

/** Mean over outputs (and rows) of (prediction - target)^2, without the factor 1/2, as PyTorch. */
export const meanSquaredError = loss({
  summary: 'mean of squared differences, for numbers',
  options: z.strictObject({}),
  misfit(output, target) {
    if (target.kind !== 'numbers')
      return { expected: 'numbers as targets', fix: 'use the loss "crossEntropy" for classes' };
    if (output.length !== 1 || output[0] !== target.width)
      return {
        expected: `${target.width} output${target.width === 1 ? '' : 's'} a row`,
        fix: `end the model with { "dense": { "units": ${target.width} } }; it now gives ${formatShape(output)}`,
      };
    return undefined;
  },
  perRow(output, target) {
    const gap = sub(output, target);
    return reduceMean(mul(gap, gap), { axes: [1], keepdims: 0 });
  },
});
