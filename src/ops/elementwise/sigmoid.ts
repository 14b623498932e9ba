import { unary } from './families.ts';
import { mul } from './mul.ts';
import { sub } from './sub.ts';

/** 1 / (1 + e^-x) */
export const sigmoid = unary({
  name: 'Sigmoid',
  forward: (x) => (x >= 0 ? 1 / (1 + Math.exp(-x)) : Math.exp(x) / (1 + Math.exp(x))),
  gradient: (dy, _, y) => mul(dy, mul(y, sub(1, y))),
  extremes: [0, 20, -20, 90, -90, 3e38, -3e38],
});
