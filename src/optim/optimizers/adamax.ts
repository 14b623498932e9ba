import { z } from '../../base/index.ts';
import { abs, add, div, max, mul, sub } from '../../ops/index.ts';
import { adamOptions } from './adam.ts';
import { optimizer } from './optimizer.ts';

/**
 * AdaMax (Kingma & Ba 2015, algorithm 2): Adam with the infinity norm,  u <- max(β₂ u, |g| + ε),  θ <- θ - lr m̂ / u. The ε keeps u from 0, as PyTorch;
 * the paper has none, Keras divides by u + ε.
 */
export const adamax = optimizer({
  summary: 'Adam divided by the largest recent gradient',
  options: z.strictObject({ ...adamOptions.shape, lr: z.number().positive().default(0.002) }),
  state: () => ({ mean: 0, largest: 0 }),
  scalars: ({ beta1, beta2, epsilon }, lr, update) => ({
    beta1,
    beta2,
    epsilon,
    rate: (lr * (1 - beta1)) / (1 - beta1 ** update),
  }),
  step({ parameter, gradient, state, scalars: { beta1, beta2, epsilon, rate } }) {
    const mean = add(mul(state.mean, beta1), gradient);
    const largest = max(mul(state.largest, beta2), add(abs(gradient), epsilon));
    return { parameter: sub(parameter, mul(div(mean, largest), rate)), state: { mean, largest } };
  },
});
