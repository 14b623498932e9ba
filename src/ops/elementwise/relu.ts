import { unary } from './families.ts';
import { mul } from './mul.ts';
import { sign } from './sign.ts';

/** max(x, 0). Gradient 0 at 0, as PyTorch. NaN stays NaN. */
export const relu = unary({
  name: 'Relu',
  forward: (x) => (x < 0 ? 0 : x),
  gradient: (dy, _, y) => mul(dy, sign(y)),
  branch: (x) => (x > 0 ? 1 : 0),
  extremes: [0, -0, 1e-38, -1e-38, 3e38, -3e38, Infinity, -Infinity],
});
