import { z } from '../../base/index.ts';
import { exp } from '../../ops/index.ts';
import { layer } from './layer.ts';

/** e^x, elementwise: for what is positive, such as a rate. Infinite above 88.7 in float32. */
export const exponential = layer({
  summary: 'e^x',
  options: z.strictObject({}),
  output: (input) => input,
  apply: (x) => exp(x),
  monotone: true,
  suits: () => 'xavier',
  limited: true,
});
