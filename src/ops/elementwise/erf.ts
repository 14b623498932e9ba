import { exp } from './exp.ts';
import { unary } from './families.ts';
import { mul } from './mul.ts';
import { neg } from './neg.ts';

/** The error function, 2/sqrt(pi) times the integral of e^(-t^2) from 0 to x. */
export const erf = unary({
  name: 'Erf',
  forward: erf64,
  gradient: (dy, x) => mul(dy, mul(exp(neg(mul(x, x))), 2 / Math.sqrt(Math.PI))),
  extremes: [0, -0, 1e-4, 6, -6, 30, -30, Infinity, -Infinity],
});

/** To float64 rounding: the Maclaurin series near 0, the continued fraction of erfc far out (Abramowitz and Stegun 7.1.5, 7.1.14). */
function erf64(x: number): number {
  const size = Math.abs(x);
  if (Number.isNaN(x)) return x;
  if (size > 6) return Math.sign(x);
  if (size < 2.5) {
    let term = x;
    let sum = x;
    for (let n = 1; Math.abs(term) > 1e-18 * Math.abs(sum); n++) {
      term *= (-x * x) / n;
      sum += term / (2 * n + 1);
    }
    return (2 / Math.sqrt(Math.PI)) * sum;
  }
  let tail = 0;
  for (let k = 120; k >= 1; k--) tail = k / 2 / (size + tail);
  return Math.sign(x) * (1 - Math.exp(-size * size) / (Math.sqrt(Math.PI) * (size + tail)));
}
