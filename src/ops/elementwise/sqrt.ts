import { div } from './div.ts';
import { unary } from './families.ts';
import { mul } from './mul.ts';

/** Square root. NaN below 0. */
export const sqrt = unary({
  name: 'Sqrt',
  forward: Math.sqrt,
  gradient: (dy, _, y) => div(mul(dy, 0.5), y),
  domain: [0.2, 4],
  extremes: [0, 1, 1e-30, 3e38, -1, Infinity, NaN],
});
