import { cos } from './cos.ts';
import { unary } from './families.ts';
import { mul } from './mul.ts';

/** Sine of radians. */
export const sin = unary({
  name: 'Sin',
  forward: Math.sin,
  gradient: (dy, x) => mul(dy, cos(x)),
  extremes: [0, 100, -100],
});
