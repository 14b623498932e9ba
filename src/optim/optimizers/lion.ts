import { z } from '../../base/index.ts';
import { add, mul, sign, sub } from '../../ops/index.ts';
import { optimizer } from './optimizer.ts';

/**
 * Lion (Chen et al. 2023, algorithm 2):  θ <- θ - lr (sign(β₁ m + (1-β₁) g) + decay θ),  m <- β₂ m + (1-β₂) g. Every number moves by lr, so the rate is
 * 3 to 10 times smaller than Adam's and the decay as much larger. Weights decay, biases and normalization parameters do not. The mean is kept without
 * its factor (1-β₂). Defaults as the authors' code.
 */
export const lion = optimizer({
  summary: 'moves by the sign of a momentum',
  options: z.strictObject({
    lr: z.number().positive().default(0.0001),
    beta1: z.number().min(0).lt(1).default(0.9),
    beta2: z.number().min(0).lt(1).default(0.99),
    decay: z.number().nonnegative().default(0),
  }),
  state: () => ({ mean: 0 }),
  scalars: ({ beta1, beta2, decay }, lr) => ({
    lr,
    beta2,
    weight: (beta1 * (1 - beta2)) / (1 - beta1),
    keep: 1 - lr * decay,
  }),
  step({ parameter, gradient, state, scalars: { lr, beta2, weight, keep }, decay }) {
    const change = mul(sign(add(mul(state.mean, weight), gradient)), lr);
    const mean = add(mul(state.mean, beta2), gradient);
    return { parameter: sub(decay ? mul(parameter, keep) : parameter, change), state: { mean } };
  },
});
