import { z } from '../../base/index.ts';
import { geometric } from './augmentation.ts';
import { symmetric } from './draws.ts';

/** Magnifies around the center by a factor uniform in [1 - amount, 1 + amount], alike in both directions (torchvision's RandomAffine with scale). */
export const zoom = geometric({
  summary: 'magnifies by a factor in [1 - amount, 1 + amount]',
  options: z.strictObject({ amount: z.number().positive().lt(1).default(0.1) }),
  lead: 'amount',
  separable: true,
  draw: ({ amount }, random) => [1 + symmetric(random, amount)],
  source: (factor) => [1 / factor, 0, 0, 0, 1 / factor, 0],
});
