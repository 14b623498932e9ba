import { exp } from '../elementwise/exp.ts';
import { mul } from '../elementwise/mul.ts';
import { sub } from '../elementwise/sub.ts';
import { reduceSum } from './reduceSum.ts';
import { rowwise } from './rowwise.ts';

/** x - log(sum e^x) along the last axis, with the maximum taken out first, so that it never overflows. */
export const logSoftmax = rowwise({
  name: 'LogSoftmax',
  forward(row) {
    const top = row.reduce((a, b) => Math.max(a, b), -Infinity);
    const logSum = top + Math.log(row.reduce((sum, x) => sum + Math.exp(x - top), 0));
    return row.map((x) => x - logSum);
  },
  gradient: (dy, y) => sub(dy, mul(exp(y), reduceSum(dy, { axes: [-1], keepdims: 1 }))),
});
