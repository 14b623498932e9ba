import { z } from '../../base/index.ts';
import { mul, sub } from '../../ops/index.ts';
import { optimizer } from './optimizer.ts';

/** Gradient descent on batches: θ <- θ - lr g. */
export const sgd = optimizer({
  summary: 'θ <- θ - lr g',
  options: z.strictObject({ lr: z.number().positive().default(0.1) }),
  state: () => ({}),
  scalars: (_, lr) => ({ lr }),
  step: ({ parameter, gradient, scalars: { lr } }) => ({ parameter: sub(parameter, mul(gradient, lr)), state: {} }),
});
