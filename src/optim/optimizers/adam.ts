import { z } from '../../base/index.ts';
import { add, div, mul, sqrt, sub } from '../../ops/index.ts';
import { optimizer } from './optimizer.ts';

/** What Adam and most of its descendants are told. */
export const adamOptions = z.strictObject({
  lr: z.number().positive().default(0.001),
  beta1: z.number().min(0).lt(1).default(0.9),
  beta2: z.number().min(0).lt(1).default(0.999),
  epsilon: z.number().positive().default(1e-8),
});

/**
 * Adam (Kingma & Ba 2015, algorithm 1):  m <- β₁m + (1-β₁)g,  v <- β₂v + (1-β₂)g²,  θ <- θ - lr m̂ / (√v̂ + ε),  m̂ = m/(1-β₁ᵗ),  v̂ = v/(1-β₂ᵗ).
 * ε stands outside of the corrected root, as PyTorch; TensorFlow's "epsilon hat" stands inside. Both state tensors are kept without their
 * factors (1-β), and all factors fold into two scalars, which saves two passes over every tensor: with M = m/(1-β₁) and V = v/(1-β₂) the
 * update is rate · M / (√V + offset).
 */
export const adam = optimizer({
  summary: 'Adam: momentum divided by the root mean square of the gradient',
  options: adamOptions,
  state: () => ({ mean: 0, square: 0 }),
  scalars({ beta1, beta2, epsilon }, lr, update) {
    const root = Math.sqrt((1 - beta2) / (1 - beta2 ** update));
    return { beta1, beta2, rate: (lr * (1 - beta1)) / (1 - beta1 ** update) / root, offset: epsilon / root };
  },
  step({ parameter, gradient, state, scalars: { beta1, beta2, rate, offset } }) {
    const mean = add(mul(state.mean, beta1), gradient);
    const square = add(mul(state.square, beta2), mul(gradient, gradient));
    const change = div(mean, add(sqrt(square), offset));
    return { parameter: sub(parameter, mul(change, rate)), state: { mean, square } };
  },
});
