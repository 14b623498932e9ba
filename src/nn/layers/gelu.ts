import { withGradient } from '../../autodiff/index.ts';
import { z } from '../../base/index.ts';
import type { Value } from '../../graph/index.ts';
import { add, erf, exp, hardSigmoid, min, mul, neg, sigmoid, sub } from '../../ops/index.ts';
import { layer } from './layer.ts';

/**
 * x Φ(x), elementwise, Φ being the standard normal distribution (Hendrycks & Gimpel 2016): exact by the error function, or with `approximate:
 * "tanh"` their x (1 + tanh(sqrt(2/π) (x + 0.044715 x³))) / 2, which differs by up to 0.0005. Exact is the default of PyTorch and Keras. A smooth
 * ReLU, so weights before it follow `he`.
 */
export const gelu = layer({
  summary: 'x times the normal distribution at x',
  options: z.strictObject({ approximate: z.enum(['none', 'tanh']).default('none') }),
  output: (input) => input,
  apply: (x, { options: { approximate } }) => (approximate === 'none' ? exact(x) : approximated(x)),
  suits: () => 'he',
  limited: true,
});

/** With the gradient Φ + x e^(-x²/2) / sqrt(2π). */
function exact(x: Value): Value {
  const scaled = mul(x, Math.SQRT1_2);
  const share = hardSigmoid(erf(scaled), { alpha: 0.5, beta: 0.5 });
  return withGradient('gelu', mul(x, share), [x], (dy) => {
    const bell = exp(neg(mul(scaled, scaled)));
    return [mul(dy, add(share, mul(mul(bell, scaled), 1 / Math.sqrt(Math.PI))))];
  });
}

/** As x sigmoid(2u), which is the same; beyond |x| = 100 both are flat, and holding x² there keeps 0 from meeting infinity in the gradient. */
function approximated(x: Value): Value {
  const first = 2 * Math.sqrt(2 / Math.PI);
  const third = first * 0.044715;
  const square = min(mul(x, x), 1e4);
  const share = sigmoid(mul(x, add(mul(square, third), first)));
  const y = mul(x, share);
  return withGradient('gelu', y, [x], (dy) => {
    const slope = add(mul(square, 3 * third), first);
    return [mul(dy, add(share, mul(mul(y, sub(1, share)), slope)))];
  });
}
