import { withGradient } from '../../autodiff/index.ts';
import { z } from '../../base/index.ts';
import type { Value } from '../../graph/index.ts';
import { add, batchNormalization, mul, pow, reduceMean, reshape, sub, sumOver } from '../../ops/index.ts';
import { affine, requireChannels } from './families.ts';
import { layer } from './layer.ts';
import { scaleAndShiftParameters } from './rowwise.ts';

/**
 * Batch normalization (Ioffe & Szegedy 2015): y = scale (x - mean) / sqrt(variance + epsilon) + shift, per feature or per channel.
 * Training uses the batch's mean and biased variance; evaluation uses running statistics, running <- (1 - momentum) running + momentum batch,
 * with the unbiased variance. Momentum and both variances as PyTorch (Keras calls 1 - momentum the momentum).
 */
export const batchNorm = layer({
  summary: 'normalizes each feature or channel over the batch',
  options: z.strictObject({
    momentum: z.number().positive().max(1).default(0.1),
    epsilon: z.number().positive().default(1e-5),
  }),
  output(input) {
    requireChannels(input);
    return input;
  },
  parameters: ([channels]) => scaleAndShiftParameters([channels]),
  state: ([channels]) => ({ mean: { shape: [channels], fill: 0 }, variance: { shape: [channels], fill: 1 } }),
  needsBatch: true,
  apply(x, { options: { momentum, epsilon }, parameters: { scale, shift }, state, training, update }) {
    if (!training) return batchNormalization(x, scale, shift, state.mean, state.variance, { epsilon });
    const { y, mean, variance, count } = normalize(x, scale, shift, epsilon);
    const blend = (running: Value, batch: Value) => add(mul(running, 1 - momentum), mul(batch, momentum));
    update('mean', blend(state.mean, mean));
    update('variance', blend(state.variance, mul(variance, count / (count - 1))));
    return y;
  },
});

/**
 * With the gradient written by hand (their eq. in section 3), because differentiating through mean and variance takes twice the passes:
 * dx = scale/std (dy - mean(dy) - x̂ mean(dy x̂)).
 */
function normalize(x: Value, scale: Value, shift: Value, epsilon: number) {
  const channels = x.shape[1];
  const rank = x.shape.length;
  const axes = x.shape.map((_, axis) => axis).filter((axis) => axis !== 1);
  const count = axes.reduce((n, axis) => n * x.shape[axis], 1);
  const wide = (v: Value) => reshape(v, { shape: [channels, ...new Array<number>(rank - 2).fill(1)] });
  const total = (v: Value) => sumOver(v, axes);
  const mean = rank === 2 ? mul(total(x), 1 / count) : reduceMean(x, { axes, keepdims: 0 });
  const centered = sub(x, wide(mean));
  const variance = mul(total(mul(centered, centered)), 1 / count);
  const inverse = pow(add(variance, epsilon), -0.5);
  const slope = mul(scale, inverse);
  const y = affine(centered, slope, shift);
  withGradient('batchNorm', y, [x, scale, shift], (dy, needs) => {
    const sumDy = total(dy);
    const sumDyX = mul(total(mul(dy, centered)), inverse);
    const dx = () => {
      const pull = mul(mul(mul(sumDyX, inverse), slope), -1 / count);
      const level = mul(mul(sumDy, slope), -1 / count);
      return add(mul(dy, wide(slope)), affine(centered, pull, level));
    };
    return [needs[0] ? dx() : null, sumDyX, sumDy];
  });
  return { y, mean, variance, count };
}
