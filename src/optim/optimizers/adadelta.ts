import { z } from '../../base/index.ts';
import { add, div, mul, sqrt, sub } from '../../ops/index.ts';
import { optimizer } from './optimizer.ts';

/**
 * Adadelta (Zeiler 2012, algorithm 1):  s <- ρ s + (1-ρ) g²,  Δ = √(d + ε) / √(s + ε) · g,  d <- ρ d + (1-ρ) Δ²,  θ <- θ - lr Δ.
 * The paper has no rate, which is lr = 1, PyTorch's default; Keras takes 0.001. Both state tensors are kept without their factor (1-ρ).
 */
export const adadelta = optimizer({
  summary: 'steps as long as the recent ones, divided by the recent gradients',
  options: z.strictObject({
    lr: z.number().positive().default(1),
    rho: z.number().min(0).lt(1).default(0.9),
    epsilon: z.number().positive().default(1e-6),
  }),
  state: () => ({ square: 0, change: 0 }),
  scalars: ({ rho, epsilon }, lr) => ({ lr, rho, offset: epsilon / (1 - rho) }),
  step({ parameter, gradient, state, scalars: { lr, rho, offset } }) {
    const square = add(mul(state.square, rho), mul(gradient, gradient));
    const step = mul(sqrt(div(add(state.change, offset), add(square, offset))), gradient);
    const change = add(mul(state.change, rho), mul(step, step));
    return { parameter: sub(parameter, mul(step, lr)), state: { square, change } };
  },
});
