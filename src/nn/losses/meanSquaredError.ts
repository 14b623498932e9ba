import { z } from '../../base/index.ts';
import { mul, sub } from '../../ops/index.ts';
import { loss, meanOverOutputs, unlessNumbers } from './loss.ts';

/** Mean over outputs (and rows) of (prediction - target)^2, without the factor 1/2, as PyTorch. */
export const meanSquaredError = loss({
  summary: 'mean of squared differences, for numbers',
  output: 'numbers',
  options: z.strictObject({}),
  misfit: unlessNumbers,
  perRow(output, target) {
    const gap = sub(output, target);
    return meanOverOutputs('meanSquaredError', output, mul(gap, gap), () => gap, 2);
  },
});
