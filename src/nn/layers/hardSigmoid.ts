import { withGradient } from '../../autodiff/index.ts';
import { z } from '../../base/index.ts';
import { mul, hardSigmoid as op, sub } from '../../ops/index.ts';
import { step } from './families.ts';
import { layer } from './layer.ts';

/**
 * x/6 + 1/2 held between 0 and 1, elementwise: PyTorch's and Keras 3's relu6(x + 3) / 6. Keras before 3 took x/5 + 1/2. Gradient 0 at both kinks,
 * -3 and 3, as PyTorch.
 */
export const hardSigmoid = layer({
  summary: 'x/6 + 1/2, held between 0 and 1',
  options: z.strictObject({}),
  output: (input) => input,
  apply(x) {
    const y = op(x, { alpha: 1 / 6, beta: 0.5 });
    return withGradient('hardSigmoid', y, [x], (dy) => [mul(mul(dy, step(mul(y, sub(1, y)))), 1 / 6)]);
  },
  monotone: true,
  suits: () => 'xavier',
  limited: true,
  bounds: [0, 1],
});
