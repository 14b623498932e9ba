import { add, div, mul, sqrt, sub } from '../../ops/index.ts';
import { adamOptions } from './adam.ts';
import { optimizer } from './optimizer.ts';

/**
 * Rectified Adam (Liu et al. 2020, algorithm 2): a warm-up that follows from β₂. With ρ∞ = 2/(1-β₂) - 1 and ρₜ = ρ∞ - 2t β₂ᵗ/(1-β₂ᵗ), the step is
 * lr m̂ while ρₜ <= 5, and then  lr rₜ m̂ √(1-β₂ᵗ) / (√v + ε),  rₜ² = (ρₜ-4)(ρₜ-2)ρ∞ / ((ρ∞-4)(ρ∞-2)ρₜ). The threshold 5 and the place of ε as PyTorch;
 * the paper has 4 and no ε.
 */
export const radam = optimizer({
  summary: 'Adam with a warm-up of its own',
  options: adamOptions,
  state: () => ({ mean: 0, square: 0 }),
  scalars({ beta1, beta2, epsilon }, lr, update) {
    const rate = (lr * (1 - beta1)) / (1 - beta1 ** update);
    const left = 1 - beta2 ** update;
    const limit = 2 / (1 - beta2) - 1;
    const length = limit - (2 * update * beta2 ** update) / left;
    if (length <= 5) return { beta1, beta2, rate, adaptive: 0, offset: 1 };
    const rectified = ((length - 4) * (length - 2) * limit) / ((limit - 4) * (limit - 2) * length);
    const root = Math.sqrt(1 - beta2);
    return { beta1, beta2, rate: (rate * Math.sqrt(rectified * left)) / root, adaptive: 1, offset: epsilon / root };
  },
  step({ parameter, gradient, state, scalars: { beta1, beta2, rate, adaptive, offset } }) {
    const mean = add(mul(state.mean, beta1), gradient);
    const square = add(mul(state.square, beta2), mul(gradient, gradient));
    const change = div(mean, add(mul(sqrt(square), adaptive), offset));
    return { parameter: sub(parameter, mul(change, rate)), state: { mean, square } };
  },
});
