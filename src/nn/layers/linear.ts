import { z } from '../../base/index.ts';
import { layer } from './layer.ts';

/** The identity, x: an output without an activation, said aloud. */
export const linear = layer({
  summary: 'the identity',
  options: z.strictObject({}),
  output: (input) => input,
  apply: (x) => x,
  monotone: true,
  suits: () => 'xavier',
});
