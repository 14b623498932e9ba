import { z } from '../../base/index.ts';
import { max, min, mul, sub } from '../../ops/index.ts';
import { loss, meanOverOutputs, unlessNumbers } from './loss.ts';

/**
 * Huber 1964: d²/2 where the difference d is at most `delta` (in the unit of the target), delta (|d| - delta/2) beyond; the mean over outputs (and
 * rows). With c, which is d held between -delta and delta, it is c (d - c/2), and its gradient is c. As PyTorch's huber_loss; smooth_l1_loss is
 * this divided by its beta.
 */
export const huber = loss({
  summary: 'squared for small differences, absolute for large ones, for numbers with outliers',
  output: 'numbers',
  options: z.strictObject({ delta: z.number().positive().default(1) }),
  misfit: unlessNumbers,
  perRow(output, target, { delta }) {
    const gap = sub(output, target);
    const held = min(max(gap, -delta), delta);
    return meanOverOutputs('huber', output, mul(held, sub(gap, mul(held, 0.5))), () => held);
  },
});
