import { z } from '../../base/index.ts';
import { where } from '../../ops/index.ts';
import { erasing } from './augmentation.ts';
import { drawBox, inside } from './box.ts';

/**
 * Sets a square of `size` pixels to 0 in every channel, with this probability (DeVries & Taylor 2017, with 16 pixels for CIFAR-10). It lies around
 * any pixel, so that it may hang over the border. Pixels are raw here and 0 is black; the paper's 0 comes after centering and is the mean.
 */
export const cutout = erasing({
  summary: 'blackens a square of so many pixels',
  options: z.strictObject({
    size: z.int().positive(),
    probability: z.number().min(0).max(1).default(1),
  }),
  lead: 'size',
  needs: ([, height, width], { size }) =>
    size <= Math.min(height, width)
      ? undefined
      : `images of ${size} pixels or more on each side, the size of the square`,
  width: 4,
  draw: ({ size, probability }, random, shape) =>
    random.uniform() < probability ? [...drawBox(random, size, size, shape)] : [0, 0, 0, 0],
  apply: (x, box) => where(inside(box, x.shape), x.graph.scalar(0, 'float'), x),
});
