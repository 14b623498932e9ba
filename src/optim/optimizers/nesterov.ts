import { z } from '../../base/index.ts';
import { add, mul, sub } from '../../ops/index.ts';
import { optimizer } from './optimizer.ts';

/**
 * Nesterov's accelerated gradient (Nesterov 1983; Sutskever et al. 2013) as PyTorch's SGD with nesterov=True:  v <- μ v + g,  θ <- θ - lr (g + μ v).
 * θ is the point that looks ahead, where the gradient is taken. The rate stands outside of v; Keras keeps it inside, which is the same while the rate
 * stays the same. The state is μ v, which saves a pass.
 */
export const nesterov = optimizer({
  summary: 'v <- μ v + g; θ <- θ - lr (g + μ v)',
  options: z.strictObject({ lr: z.number().positive().default(0.05), momentum: z.number().min(0).lt(1).default(0.9) }),
  state: () => ({ velocity: 0 }),
  scalars: (options, lr) => ({ lr, momentum: options.momentum }),
  step({ parameter, gradient, state, scalars }) {
    const velocity = mul(add(state.velocity, gradient), scalars.momentum);
    return { parameter: sub(parameter, mul(add(gradient, velocity), scalars.lr)), state: { velocity } };
  },
});
