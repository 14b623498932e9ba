import { unary } from './families.ts';
import { mul } from './mul.ts';
import { neg } from './neg.ts';
import { sin } from './sin.ts';

/** Cosine of radians. */
export const cos = unary({
  name: 'Cos',
  forward: Math.cos,
  gradient: (dy, x) => neg(mul(dy, sin(x))),
  extremes: [0, 100, -100],
});
