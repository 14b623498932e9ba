import { z } from '../../base/index.ts';
import { add, mul, reduceMean, sub } from '../../ops/index.ts';
import { photometric } from './augmentation.ts';
import { clamp, grey, greyOrColored } from './colors.ts';
import { factor } from './draws.ts';

/**
 * factor · x + (1 - factor) · mean of the grey picture, the factor uniform in [1 - amount, 1 + amount] (torchvision's ColorJitter; bytes are cut
 * off at 0 and 255 but not rounded).
 */
export const contrast = photometric({
  summary: 'less or more contrast by a factor in [1 - amount, 1 + amount]',
  options: z.strictObject({ amount: z.number().positive().max(1).default(0.2) }),
  lead: 'amount',
  needs: greyOrColored,
  width: 1,
  draw: ({ amount }, random) => [factor(amount, random)],
  apply(x, [by], bytes) {
    const mean = reduceMean(grey(x), { axes: [1, 2, 3], keepdims: 1 });
    return clamp(add(mul(x, by), mul(mean, sub(x.graph.scalar(1, 'float'), by))), bytes);
  },
});
