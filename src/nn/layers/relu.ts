import { z } from '../../base/index.ts';
import { relu as op } from '../../ops/index.ts';
import { layer } from './layer.ts';

/** max(x, 0); gradient 0 at 0, elementwise. */
export const relu = layer({
  summary: 'max(x, 0); gradient 0 at 0',
  options: z.strictObject({}),
  output: (input) => input,
  apply: (x) => op(x),
  monotone: true,
  suits: () => 'he',
  limited: true,
});
