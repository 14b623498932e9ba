import { z } from '../../base/index.ts';
import { fill, initializer } from './initializer.ts';

/**
 * Normal numbers, mean 0, drawn again where they lie further out than two standard deviations. `std` is that of the normal distribution before it
 * is cut, as in PyTorch's trunc_normal_ and Keras; what is left has 0.88 of it. Keras cuts at two standard deviations too; PyTorch cuts at
 * -2 and 2 whatever `std` is, unless told.
 */
export const truncatedNormal = initializer({
  summary: 'normal numbers within two standard deviations',
  options: z.strictObject({ std: z.number().positive().default(0.01) }),
  draw: (target, { std }, random) =>
    fill(target, () => {
      for (;;) {
        const number = random.normal();
        if (Math.abs(number) <= 2) return std * number;
      }
    }),
});
