import { z } from '../../base/index.ts';
import { tanh as op } from '../../ops/index.ts';
import { layer } from './layer.ts';

/** hyperbolic tangent, elementwise. */
export const tanh = layer({
  summary: 'hyperbolic tangent',
  options: z.strictObject({}),
  output: (input) => input,
  apply: (x) => op(x),
  monotone: true,
  suits: () => 'xavier',
  limited: true,
  bounds: [-1, 1],
});
