import { unary } from './families.ts';
import { mul } from './mul.ts';
import { sub } from './sub.ts';

/** Hyperbolic tangent. */
export const tanh = unary({
  name: 'Tanh',
  forward: Math.tanh,
  gradient: (dy, _, y) => mul(dy, sub(1, mul(y, y))),
  extremes: [0, 1e-5, 9, -9, 90, -90, 3e38, -3e38],
});
