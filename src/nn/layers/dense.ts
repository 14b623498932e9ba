import { formatShape, z } from '../../base/index.ts';
import { gemm } from '../../ops/index.ts';
import { initOption } from '../initializers/index.ts';
import { layer } from './layer.ts';

/** x W + b: [features] -> [units]. W is [features, units]. */
export const dense = layer({
  summary: 'fully connected: x W + b',
  options: z.strictObject({
    units: z.int().positive(),
    bias: z.boolean().default(true),
    init: initOption('auto'),
    biasInit: initOption('zeros'),
  }),
  output(input, { units }) {
    if (input.length !== 1)
      throw new Error(
        `needs rows of one axis, [features]; put "flatten" before it to turn ${formatShape(input)} into one axis`,
      );
    return [units];
  },
  parameters: ([features], { units, bias, init, biasInit }) => ({
    weight: { shape: [features, units], init, fanIn: features, fanOut: units, decay: true },
    ...(bias && { bias: { shape: [units], init: biasInit, fanIn: features, fanOut: units, decay: false } }),
  }),
  apply: (x, { parameters: { weight, bias } }) =>
    bias ? gemm(x, weight, bias, { transA: 0, transB: 0 }) : gemm(x, weight, { transA: 0, transB: 0 }),
});
