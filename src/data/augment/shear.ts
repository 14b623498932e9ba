import { z } from '../../base/index.ts';
import { geometric } from './augmentation.ts';
import { symmetric } from './draws.ts';

/**
 * Leans the picture: upright lines lean by an angle uniform in [-degrees, degrees], to the left at the top where positive; horizontal lines stay
 * (torchvision's RandomAffine with one number for shear).
 */
export const shear = geometric({
  summary: 'leans upright lines by up to so many degrees',
  options: z.strictObject({ degrees: z.number().positive().lt(90).default(10) }),
  lead: 'degrees',
  separable: false,
  draw: ({ degrees }, random) => [symmetric(random, degrees)],
  source: (degrees) => [1, -Math.tan((degrees * Math.PI) / 180), 0, 0, 1, 0],
});
