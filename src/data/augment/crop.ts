import { z } from '../../base/index.ts';
import { geometric } from './augmentation.ts';

/**
 * Pads with so many pixels of 0 on every side and cuts out a window of the old size, every position equally likely (He et al. 2016, section 4.2,
 * with 4 pixels for CIFAR-10; torchvision's RandomCrop with padding).
 */
export const crop = geometric({
  summary: 'pads, then cuts out a window of the old size',
  options: z.strictObject({ padding: z.int().positive().default(4) }),
  lead: 'padding',
  needs: ([, height, width], { padding }) =>
    padding < Math.min(height, width) ? undefined : `images larger than the padding of ${padding} pixels`,
  separable: true,
  draw: ({ padding }, random) => [random.below(2 * padding + 1) - padding, random.below(2 * padding + 1) - padding],
  source: (right, down) => [1, 0, right, 0, 1, down],
});
