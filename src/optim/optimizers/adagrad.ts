import { z } from '../../base/index.ts';
import { add, div, mul, sqrt, sub } from '../../ops/index.ts';
import { optimizer } from './optimizer.ts';

/**
 * AdaGrad (Duchi, Hazan & Singer 2011):  s <- s + g²,  θ <- θ - lr / (1 + (t-1) lrDecay) · g / (√s + ε), with s = initialAccumulator at first.
 * Defaults and the place of ε as PyTorch; Keras starts from s = 0.1 and has ε inside of the root.
 */
export const adagrad = optimizer({
  summary: 'divides by the root of the sum of all squared gradients',
  options: z.strictObject({
    lr: z.number().positive().default(0.01),
    lrDecay: z.number().nonnegative().default(0),
    initialAccumulator: z.number().nonnegative().default(0),
    epsilon: z.number().positive().default(1e-10),
  }),
  state: (_, { initialAccumulator }) => ({ sum: initialAccumulator }),
  scalars: ({ lrDecay, epsilon }, lr, update) => ({ rate: lr / (1 + (update - 1) * lrDecay), epsilon }),
  step({ parameter, gradient, state, scalars: { rate, epsilon } }) {
    const sum = add(state.sum, mul(gradient, gradient));
    const change = div(gradient, add(sqrt(sum), epsilon));
    return { parameter: sub(parameter, mul(change, rate)), state: { sum } };
  },
});
