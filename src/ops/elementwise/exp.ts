import { unary } from './families.ts';
import { mul } from './mul.ts';

/** e^x */
export const exp = unary({
  name: 'Exp',
  forward: Math.exp,
  gradient: (dy, _, y) => mul(dy, y),
  extremes: [0, -0, 88, -87, -200, 200, Infinity, -Infinity, NaN],
});
