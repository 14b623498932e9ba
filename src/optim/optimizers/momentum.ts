import { z } from '../../base/index.ts';
import { add, mul, sub } from '../../ops/index.ts';
import { optimizer } from './optimizer.ts';

/** Heavy ball (Polyak 1964): v <- μ v + g, θ <- θ - lr v. The rate stands outside of v, as PyTorch; Sutskever et al. 2013 put it inside. */
export const momentum = optimizer({
  summary: 'v <- μ v + g; θ <- θ - lr v',
  options: z.strictObject({ lr: z.number().positive().default(0.05), momentum: z.number().min(0).lt(1).default(0.9) }),
  state: () => ({ velocity: 0 }),
  scalars: (options, lr) => ({ lr, momentum: options.momentum }),
  step({ parameter, gradient, state, scalars }) {
    const velocity = add(mul(state.velocity, scalars.momentum), gradient);
    return { parameter: sub(parameter, mul(velocity, scalars.lr)), state: { velocity } };
  },
});
