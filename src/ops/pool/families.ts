import type { Attributes, TypeAndShape } from '../../graph/index.ts';
import { type Window, windowKinds, windowOutput } from '../linear/window.ts';
import { float, require, requireCount, requireRank, requireType } from '../operator.ts';

export type PoolAttributes = Window & { kernel_shape: readonly [number, number] };

export const poolKinds = { ...windowKinds, kernel_shape: 'ints' } as const;

export function inferPool(inputs: readonly TypeAndShape[], attributes: Attributes): TypeAndShape {
  requireCount(inputs, 1);
  const [x] = inputs;
  requireType(x, 'float');
  requireRank(x, 4, 'the images');
  const { kernel_shape, pads } = attributes as unknown as PoolAttributes;
  require(pads.every(
    (p, i) => p < kernel_shape[i % 2],
  ), `padding [${pads}] must be smaller than the window [${kernel_shape}]`);
  return float([x.shape[0], x.shape[1], ...windowOutput(x.shape, kernel_shape, attributes)]);
}
