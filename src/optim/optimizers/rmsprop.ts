import { z } from '../../base/index.ts';
import type { Value } from '../../graph/index.ts';
import { add, div, mul, relu, sqrt, sub } from '../../ops/index.ts';
import { optimizer } from './optimizer.ts';

/**
 * RMSprop (Tieleman & Hinton 2012, lecture 6e):  s <- α s + (1-α) g²,  v <- μ v + g / (√s + ε),  θ <- θ - lr v, with μ = 0 unless `momentum` is
 * given. `centered` (Graves 2013) subtracts the squared mean of the gradient, a <- α a + (1-α) g, and divides by √(s - a²) + ε; rounding cannot make
 * the root's argument negative, as it can in PyTorch. Otherwise as PyTorch; Keras has ε inside of the root and lr inside of v, and calls α rho
 * and takes 0.9. Means are kept without their factor (1-α).
 */
export const rmsprop = optimizer({
  summary: 'divides by the root mean square of recent gradients',
  options: z.strictObject({
    lr: z.number().positive().default(0.01),
    alpha: z.number().min(0).lt(1).default(0.99),
    epsilon: z.number().positive().default(1e-8),
    centered: z.boolean().default(false),
    momentum: z.number().min(0).lt(1).default(0),
  }),
  state: (_, { centered }): Record<string, number> => ({ square: 0, velocity: 0, ...(centered && { mean: 0 }) }),
  scalars({ alpha, epsilon, momentum }, lr) {
    const root = Math.sqrt(1 - alpha);
    return { alpha, momentum, share: 1 - alpha, rate: lr / root, offset: epsilon / root };
  },
  step({ parameter, gradient, state, scalars: { alpha, momentum, share, rate, offset }, options: { centered } }) {
    const next: Record<string, Value> = { square: add(mul(state.square, alpha), mul(gradient, gradient)) };
    let spread = next.square;
    if (centered) {
      next.mean = add(mul(state.mean, alpha), gradient);
      spread = relu(sub(spread, mul(mul(next.mean, next.mean), share)));
    }
    next.velocity = add(mul(state.velocity, momentum), div(gradient, add(sqrt(spread), offset)));
    return { parameter: sub(parameter, mul(next.velocity, rate)), state: next };
  },
});
