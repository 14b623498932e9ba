import { short, WellfitError, z } from '../base/index.ts';
import { abs, add, exp, log, mul, sign, sub } from '../ops/index.ts';
import { preprocessor } from './preprocessor.ts';

/**
 * log(1 + x), for counts, prices and other numbers with a long tail; x > -1, which is checked in every row of the data set. `signed`:
 * sign(x) log(1 + |x|), for numbers on both sides of 0. Nothing is learned. ONNX has no Log1p: the result is as exact as 1 + x is
 * (to about 1e-7 in 32 bits), so that it does not tell apart numbers much smaller than that.
 */
export const log1p = preprocessor({
  summary: 'log(1 + x), which shortens long tails',
  options: z.strictObject({ signed: z.boolean().default(false) }),
  async check(rows, { signed }, { where, pulse }) {
    if (signed) return;
    for await (const { data, rows: count, first } of rows.blocks(pulse)) {
      const at = data.subarray(0, count * rows.width).findIndex((x) => !(x > -1));
      if (at < 0) continue;
      const [row, feature] = [rows.rowOf(first + Math.floor(at / rows.width)), at % rows.width];
      const name = rows.nameOf(feature);
      throw new WellfitError('data', `${where}: row ${row}, feature ${name}, is ${short(data[at])}`, {
        expected: 'numbers greater than -1, for the logarithm of 1 + x',
        received: `${short(data[at])}${rows.origin === 'data' ? '' : ', after the steps before'}`,
        likely:
          rows.origin === 'data' ? 'the feature is not a count or an amount' : 'a step before it centers the numbers',
        fix: `${rows.origin === 'data' ? '' : 'put log1p first, or '}use { "log1p": { "signed": true } }`,
      });
    }
  },
  apply: (x, _, { signed }) => (signed ? mul(sign(x), log(add(abs(x), 1))) : log(add(x, 1))),
  invert: (y, _, { signed }) => (signed ? mul(sign(y), sub(exp(abs(y)), 1)) : sub(exp(y), 1)),
});
