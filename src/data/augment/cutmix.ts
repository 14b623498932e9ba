import { z } from '../../base/index.ts';
import { where } from '../../ops/index.ts';
import { mixing } from './augmentation.ts';
import { areaOf, drawBox, inside } from './box.ts';
import { beta } from './draws.ts';

/**
 * Replaces a box by the same box of another row, and mixes the losses by the areas (Yun et al. 2019). The box has the picture's proportions and the
 * share 1 - λ of its area, λ of Beta(alpha, alpha) for each row; it lies around any pixel, and what hangs over the border is cut off. The weight
 * of a row's own target is the exact share of pixels that it keeps, as in the paper's code.
 */
export const cutmix = mixing({
  summary: 'replaces a box by that of another row and mixes the losses',
  options: z.strictObject({ alpha: z.number().positive().default(1) }),
  lead: 'alpha',
  tables: false,
  width: 5,
  draw({ alpha }, random, shape) {
    const [, height, width] = shape;
    const side = Math.sqrt(1 - beta(random, alpha));
    const box = drawBox(random, Math.floor(width * side), Math.floor(height * side), shape);
    return [...box, 1 - areaOf(box) / (height * width)];
  },
  apply: (x, partner, [left, right, top, bottom, mix]) => ({
    x: where(inside([left, right, top, bottom], x.shape), partner, x),
    mix,
  }),
});
