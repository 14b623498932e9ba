import { z } from '../../base/index.ts';
import { abs, sign, sub } from '../../ops/index.ts';
import { loss, meanOverOutputs, unlessNumbers } from './loss.ts';

/** Mean over outputs (and rows) of |prediction - target|: its best constant is the median, which outliers do not move. Gradient 0 at 0, as PyTorch. */
export const meanAbsoluteError = loss({
  summary: 'mean of absolute differences, for numbers with outliers',
  output: 'numbers',
  options: z.strictObject({}),
  misfit: unlessNumbers,
  perRow(output, target) {
    const gap = sub(output, target);
    return meanOverOutputs('meanAbsoluteError', output, abs(gap), () => sign(gap));
  },
});
