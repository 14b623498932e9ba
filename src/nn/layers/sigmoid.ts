import { z } from '../../base/index.ts';
import { sigmoid as op } from '../../ops/index.ts';
import { layer } from './layer.ts';

/** 1 / (1 + e^-x), elementwise. */
export const sigmoid = layer({
  summary: '1 / (1 + e^-x)',
  options: z.strictObject({}),
  output: (input) => input,
  apply: (x) => op(x),
  monotone: true,
  suits: () => 'xavier',
  limited: true,
  bounds: [0, 1],
});
