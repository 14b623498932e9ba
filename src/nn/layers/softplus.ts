import { withGradient } from '../../autodiff/index.ts';
import { z } from '../../base/index.ts';
import { abs, add, exp, log, mul, relu, sigmoid } from '../../ops/index.ts';
import { layer } from './layer.ts';

/**
 * log(1 + e^(beta x)) / beta, elementwise, as max(x, 0) + log(1 + e^(-beta |x|)) / beta, which never overflows. PyTorch's without its threshold,
 * above which it returns x. In float32 what is below 1e-7 is 0. A smooth ReLU, so weights before it follow `he`.
 */
export const softplus = layer({
  summary: 'log(1 + e^x)',
  options: z.strictObject({ beta: z.number().positive().default(1) }),
  output: (input) => input,
  apply(x, { options: { beta } }) {
    const times = (v: typeof x, factor: number) => (factor === 1 ? v : mul(v, factor));
    const y = add(relu(x), times(log(add(exp(mul(abs(x), -beta)), 1)), 1 / beta));
    return withGradient('softplus', y, [x], (dy) => [mul(dy, sigmoid(times(x, beta)))]);
  },
  monotone: true,
  suits: () => 'he',
  limited: true,
});
