import { z } from '../../base/index.ts';
import { epochsOf, schedule } from './schedule.ts';

/**
 * factor^epochs, falling a little at every update; after whole epochs it is PyTorch's ExponentialLR, which falls only there.
 */
export const exponential = schedule({
  summary: 'times factor over each epoch, a little at every update',
  options: z.strictObject({ factor: z.number().positive() }),
  factor: ({ factor }, position) => factor ** epochsOf(position),
});
