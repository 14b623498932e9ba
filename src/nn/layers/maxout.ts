import { formatShape, z } from '../../base/index.ts';
import { gemm, reduceMax, reshape } from '../../ops/index.ts';
import { initOption } from '../initializers/index.ts';
import { layer } from './layer.ts';

/**
 * The largest of `pieces` learned linear functions for each unit (Goodfellow et al. 2013): [features] -> [units]. Weights are [features,
 * pieces · units], piece after piece. Equal pieces share the gradient, as PyTorch's amax. One piece of a unit is at work at a time, so fanOut
 * counts units. Of two random pieces the larger keeps the second moment of one exactly, so the weights follow `lecun`.
 */
export const maxout = layer({
  summary: 'the largest of several learned linear functions',
  options: z.strictObject({
    units: z.int().positive(),
    pieces: z.int().min(2).default(2),
    bias: z.boolean().default(true),
    init: initOption('lecun'),
    biasInit: initOption('zeros'),
  }),
  output(input, { units }) {
    if (input.length !== 1)
      throw new Error(
        `needs rows of one axis, [features]; put "flatten" before it to turn ${formatShape(input)} into one axis`,
      );
    return [units];
  },
  parameters([features], { units, pieces, bias, init, biasInit }) {
    const fans = { fanIn: features, fanOut: units };
    return {
      weight: { shape: [features, pieces * units], init, ...fans, decay: true },
      ...(bias && { bias: { shape: [pieces * units], init: biasInit, ...fans, decay: false } }),
    };
  },
  apply(x, { options: { units, pieces }, parameters: { weight, bias } }) {
    const plain = { transA: 0, transB: 0 } as const;
    const linear = bias ? gemm(x, weight, bias, plain) : gemm(x, weight, plain);
    return reduceMax(reshape(linear, { shape: [x.shape[0], pieces, units] }), { axes: [1], keepdims: 0 });
  },
});
