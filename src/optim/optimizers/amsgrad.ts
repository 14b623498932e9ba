import { add, div, max, mul, sqrt, sub } from '../../ops/index.ts';
import { adam, adamOptions } from './adam.ts';
import { optimizer } from './optimizer.ts';

/**
 * AMSGrad (Reddi, Kale & Kumar 2018): Adam that divides by the largest mean square so far, so that its steps cannot grow again. The maximum is taken
 * of the uncorrected v and then corrected with 1-β₂ᵗ, as PyTorch's Adam with amsgrad=True; the paper corrects nothing, Optax takes the maximum of
 * the corrected one.
 */
export const amsgrad = optimizer({
  summary: 'Adam with the largest mean square so far',
  options: adamOptions,
  state: () => ({ mean: 0, square: 0, largest: 0 }),
  scalars: adam.scalars,
  step({ parameter, gradient, state, scalars: { beta1, beta2, rate, offset } }) {
    const mean = add(mul(state.mean, beta1), gradient);
    const square = add(mul(state.square, beta2), mul(gradient, gradient));
    const largest = max(state.largest, square);
    const change = div(mean, add(sqrt(largest), offset));
    return { parameter: sub(parameter, mul(change, rate)), state: { mean, square, largest } };
  },
});
