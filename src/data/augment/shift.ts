import { z } from '../../base/index.ts';
import { geometric } from './augmentation.ts';
import { symmetric } from './draws.ts';

/**
 * Moves the picture by up to this fraction of its width and of its height, uniformly and independently, rounded to whole pixels as torchvision's
 * RandomAffine does (Keras keeps fractions of pixels, which blurs). What comes in from outside is 0.
 */
export const shift = geometric({
  summary: 'moves by up to a fraction of width and height, in whole pixels',
  options: z.strictObject({ fraction: z.number().positive().lt(1).default(0.1) }),
  lead: 'fraction',
  separable: true,
  draw: ({ fraction }, random, [, height, width]) => [
    Math.round(symmetric(random, fraction * width)),
    Math.round(symmetric(random, fraction * height)),
  ],
  source: (right, down) => [1, 0, -right, 0, 1, -down],
});
