import { unary } from './families.ts';
import { mul } from './mul.ts';
import { neg } from './neg.ts';

/** 1 / x */
export const reciprocal = unary({
  name: 'Reciprocal',
  forward: (x) => 1 / x,
  gradient: (dy, _, y) => neg(mul(dy, mul(y, y))),
  domain: [0.3, 3],
  extremes: [-2, 1e-30, 3e30, Infinity, -Infinity, NaN],
});
