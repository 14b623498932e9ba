import { z } from '../../base/index.ts';
import { add, div, mul, sqrt, sub } from '../../ops/index.ts';
import { adamOptions } from './adam.ts';
import { optimizer } from './optimizer.ts';

/**
 * Nadam, Adam with Nesterov's look ahead (Dozat 2016):  θ <- θ - lr ((1-μₜ) g / (1-Πₜ) + μₜ₊₁ m / (1-Πₜ₊₁)) / (√v̂ + ε), where
 * μₜ = β₁ (1 - 0.96^(t·momentumDecay) / 2) and Πₜ = μ₁ μ₂ … μₜ; m and v̂ as in Adam. As PyTorch; Keras has momentumDecay fixed at 1.
 */
export const nadam = optimizer({
  summary: 'Adam with Nesterov momentum',
  options: z.strictObject({
    ...adamOptions.shape,
    lr: z.number().positive().default(0.002),
    momentumDecay: z.number().nonnegative().default(0.004),
  }),
  state: () => ({ mean: 0, square: 0 }),
  scalars({ beta1, beta2, epsilon, momentumDecay }, lr, update) {
    const mu = (t: number) => beta1 * (1 - 0.5 * 0.96 ** (t * momentumDecay));
    const product = productOf(mu, update);
    const [now, next] = [mu(update), mu(update + 1)];
    const root = Math.sqrt((1 - beta2) / (1 - beta2 ** update));
    return {
      beta1,
      beta2,
      gradientRate: (lr * (1 - now)) / (1 - product) / root,
      meanRate: (lr * next * (1 - beta1)) / (1 - product * next) / root,
      offset: epsilon / root,
    };
  },
  step({ parameter, gradient, state, scalars: { beta1, beta2, gradientRate, meanRate, offset } }) {
    const mean = add(mul(state.mean, beta1), gradient);
    const square = add(mul(state.square, beta2), mul(gradient, gradient));
    const ahead = add(mul(gradient, gradientRate), mul(mean, meanRate));
    return { parameter: sub(parameter, div(ahead, add(sqrt(square), offset))), state: { mean, square } };
  },
});

/** μ₁ … μₜ. Every factor is below β₁, so soon 1 minus the product is 1 and further factors change nothing. */
function productOf(mu: (t: number) => number, update: number): number {
  let product = 1;
  for (let t = 1; t <= update && product > 1e-18; t++) product *= mu(t);
  return product;
}
