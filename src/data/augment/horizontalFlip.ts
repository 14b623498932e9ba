import { z } from '../../base/index.ts';
import { geometric } from './augmentation.ts';

/** Mirrors left and right with this probability. */
export const horizontalFlip = geometric({
  summary: 'mirrors left and right',
  options: z.strictObject({ probability: z.number().min(0).max(1).default(0.5) }),
  lead: 'probability',
  separable: true,
  draw: ({ probability }, random) => [random.uniform() < probability ? 1 : 0],
  source: (flipped) => [flipped ? -1 : 1, 0, 0, 0, 1, 0],
});
