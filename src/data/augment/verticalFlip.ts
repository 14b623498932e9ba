import { z } from '../../base/index.ts';
import { geometric } from './augmentation.ts';

/** Mirrors top and bottom with this probability. */
export const verticalFlip = geometric({
  summary: 'mirrors top and bottom',
  options: z.strictObject({ probability: z.number().min(0).max(1).default(0.5) }),
  lead: 'probability',
  separable: true,
  draw: ({ probability }, random) => [random.uniform() < probability ? 1 : 0],
  source: (flipped) => [1, 0, 0, 0, flipped ? -1 : 1, 0],
});
