import { z } from '../../base/index.ts';
import { geometric } from './augmentation.ts';
import { symmetric } from './draws.ts';

/** Turns the picture around its center by an angle uniform in [-degrees, degrees], positive counter-clockwise as torchvision's RandomRotation. */
export const rotation = geometric({
  summary: 'turns around the center by up to so many degrees',
  options: z.strictObject({ degrees: z.number().positive().max(180).default(10) }),
  lead: 'degrees',
  separable: false,
  draw: ({ degrees }, random) => [symmetric(random, degrees)],
  source(degrees) {
    const angle = (degrees * Math.PI) / 180;
    const [cos, sin] = [Math.cos(angle), Math.sin(angle)];
    return [cos, -sin, 0, sin, cos, 0];
  },
});
