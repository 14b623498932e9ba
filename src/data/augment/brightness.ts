import { z } from '../../base/index.ts';
import { mul } from '../../ops/index.ts';
import { photometric } from './augmentation.ts';
import { clamp } from './colors.ts';
import { factor } from './draws.ts';

/** factor · x, the factor uniform in [1 - amount, 1 + amount] (torchvision's ColorJitter; bytes are cut off at 255 but not rounded). */
export const brightness = photometric({
  summary: 'darker or brighter by a factor in [1 - amount, 1 + amount]',
  options: z.strictObject({ amount: z.number().positive().max(1).default(0.2) }),
  lead: 'amount',
  width: 1,
  draw: ({ amount }, random) => [factor(amount, random)],
  apply: (x, [by], bytes) => clamp(mul(x, by), bytes),
});
