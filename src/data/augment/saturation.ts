import { z } from '../../base/index.ts';
import { add, mul, sub } from '../../ops/index.ts';
import { photometric } from './augmentation.ts';
import { clamp, colored, grey } from './colors.ts';
import { factor } from './draws.ts';

/**
 * factor · x + (1 - factor) · the grey picture, the factor uniform in [1 - amount, 1 + amount] (torchvision's ColorJitter; bytes are cut off at 0
 * and 255 but not rounded).
 */
export const saturation = photometric({
  summary: 'paler or stronger colors by a factor in [1 - amount, 1 + amount]',
  options: z.strictObject({ amount: z.number().positive().max(1).default(0.2) }),
  lead: 'amount',
  needs: colored,
  width: 1,
  draw: ({ amount }, random) => [factor(amount, random)],
  apply: (x, [by], bytes) => clamp(add(mul(x, by), mul(grey(x), sub(x.graph.scalar(1, 'float'), by))), bytes),
});
