import { unary } from './families.ts';

/** -x */
export const neg = unary({
  name: 'Neg',
  forward: (x) => -x,
  gradient: (dy) => neg(dy),
  extremes: [0, -0, 3e38, -3e38, Infinity, -Infinity, NaN],
});
