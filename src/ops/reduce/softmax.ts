import { mul } from '../elementwise/mul.ts';
import { sub } from '../elementwise/sub.ts';
import { reduceSum } from './reduceSum.ts';
import { rowwise } from './rowwise.ts';

/** e^x / sum e^x along the last axis, with the maximum taken out first, so that it never overflows. */
export const softmax = rowwise({
  name: 'Softmax',
  forward(row) {
    const top = row.reduce((a, b) => Math.max(a, b), -Infinity);
    const powers = row.map((x) => Math.exp(x - top));
    const sum = powers.reduce((a, b) => a + b, 0);
    return powers.map((p) => p / sum);
  },
  gradient: (dy, y) => mul(y, sub(dy, reduceSum(mul(dy, y), { axes: [-1], keepdims: 1 }))),
});
