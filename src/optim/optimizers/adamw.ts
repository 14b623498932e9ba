import { z } from '../../base/index.ts';
import { mul } from '../../ops/index.ts';
import { adam, adamOptions } from './adam.ts';
import { optimizer } from './optimizer.ts';

/**
 * AdamW (Loshchilov & Hutter 2019, algorithm 2):  θ <- (1 - lr decay) θ, then Adam's step, so that the decay is not divided by the root mean square.
 * Weights decay, biases and normalization parameters do not. As PyTorch and Keras the decay follows the learning rate; in the paper it follows the
 * schedule's factor only.
 */
export const adamw = optimizer({
  summary: 'Adam with decoupled weight decay',
  options: z.strictObject({ ...adamOptions.shape, decay: z.number().nonnegative().default(0.01) }),
  state: adam.state,
  scalars: (options, lr, update) => ({ ...adam.scalars(options, lr, update), keep: 1 - lr * options.decay }),
  step(context) {
    const { parameter, scalars, decay } = context;
    return adam.step(decay ? { ...context, parameter: mul(parameter, scalars.keep) } : context);
  },
});
