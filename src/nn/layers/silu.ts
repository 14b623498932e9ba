import { withGradient } from '../../autodiff/index.ts';
import { z } from '../../base/index.ts';
import { add, mul, sigmoid, sub } from '../../ops/index.ts';
import { layer } from './layer.ts';

/** x / (1 + e^-x), elementwise (Elfwing et al. 2018; "swish" in Keras). A smooth ReLU, so weights before it follow `he`. */
export const silu = layer({
  summary: 'x sigmoid(x), also called swish',
  options: z.strictObject({}),
  output: (input) => input,
  apply(x) {
    const s = sigmoid(x);
    const y = mul(x, s);
    return withGradient('silu', y, [x], (dy) => [mul(dy, add(s, mul(y, sub(1, s))))]);
  },
  suits: () => 'he',
  limited: true,
});
