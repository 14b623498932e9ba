import { unary } from './families.ts';
import { mul } from './mul.ts';
import { sign } from './sign.ts';

/** |x|. Gradient 0 at 0. */
export const abs = unary({
  name: 'Abs',
  forward: Math.abs,
  gradient: (dy, x) => mul(dy, sign(x)),
  branch: Math.sign,
  extremes: [0, -0, 3e38, -3e38, Infinity, -Infinity, NaN],
});
