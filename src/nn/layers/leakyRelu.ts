import { withGradient } from '../../autodiff/index.ts';
import { z } from '../../base/index.ts';
import { max, mul } from '../../ops/index.ts';
import { step } from './families.ts';
import { layer } from './layer.ts';

/**
 * x above 0, slope x else, elementwise (Maas et al. 2013). Gradient `slope` at 0, as PyTorch. The default slope is PyTorch's; Keras's layer takes
 * 0.3.
 */
export const leakyRelu = layer({
  summary: 'x above 0, slope x else',
  options: z.strictObject({ slope: z.number().positive().max(1).default(0.01) }),
  output: (input) => input,
  apply(x, { options: { slope } }) {
    const rate = max(step(x), slope);
    return withGradient('leakyRelu', mul(x, rate), [x], (dy) => [mul(dy, rate)]);
  },
  monotone: true,
  suits: ({ slope }) => ({ he: { slope } }),
});
