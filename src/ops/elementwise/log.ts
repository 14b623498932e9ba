import { div } from './div.ts';
import { unary } from './families.ts';

/** Natural logarithm. NaN below 0, -Infinity at 0. */
export const log = unary({
  name: 'Log',
  forward: Math.log,
  gradient: (dy, x) => div(dy, x),
  domain: [0.2, 4],
  extremes: [1, 0, 1e-38, 3e38, -1, Infinity, NaN],
});
