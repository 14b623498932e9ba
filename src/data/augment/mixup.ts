import { z } from '../../base/index.ts';
import { add, mul, sub } from '../../ops/index.ts';
import { mixing } from './augmentation.ts';
import { beta } from './draws.ts';

/**
 * λ · x + (1 - λ) · x of another row, and the loss likewise, with λ of Beta(alpha, alpha) for each row (Zhang et al. 2018, who take 1 for CIFAR-10
 * and 0.2 for ImageNet, with one λ for the whole batch, as timm does unless told otherwise). Rows of a table can be mixed too.
 */
export const mixup = mixing({
  summary: 'blends two rows and their losses',
  options: z.strictObject({ alpha: z.number().positive().default(0.2) }),
  lead: 'alpha',
  tables: true,
  width: 1,
  draw: ({ alpha }, random) => [beta(random, alpha)],
  apply: (x, partner, [mix]) => ({
    x: add(mul(x, mix), mul(partner, sub(x.graph.scalar(1, 'float'), mix))),
    mix,
  }),
});
