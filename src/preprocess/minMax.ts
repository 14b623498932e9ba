import { z } from '../base/index.ts';
import { add, sub } from '../ops/index.ts';
import { affine, inverseOf } from './fitting/affine.ts';
import { checkOver, constantNotes, constants, groupsOf, over } from './fitting/groups.ts';
import { preprocessor, sampled } from './preprocessor.ts';

/**
 * (x - min) / (max - min) * (high - low) + low: the training rows fill low … high (0 … 1), per feature of a table, per channel of images
 * unless told otherwise. Other rows may leave the range, as with scikit-learn's MinMaxScaler; a `clip` after it forbids that.
 * A constant feature becomes `low`.
 */
export const minMax = preprocessor({
  summary: 'stretch the range of the training rows to low … high: per feature, or per channel of images',
  options: z
    .strictObject({ low: z.number().default(0), high: z.number().default(1), ...over, ...sampled })
    .refine(({ low, high }) => low < high, 'low must be less than high'),
  shape: checkOver,
  async fit(rows, options, { pulse }) {
    const groups = groupsOf(rows.shape, options.over);
    const least = new Float64Array(groups.count).fill(Number.POSITIVE_INFINITY);
    const most = new Float64Array(groups.count).fill(Number.NEGATIVE_INFINITY);
    for await (const { data, rows: count } of rows.blocks(pulse))
      for (let row = 0, at = 0; row < count; row++)
        for (let group = 0; group < groups.count; group++)
          for (const end = at + groups.run; at < end; at++) {
            if (data[at] < least[group]) least[group] = data[at];
            if (data[at] > most[group]) most[group] = data[at];
          }
    const range = most.map((x, group) => x - least[group]);
    const constant = constants(rows, range, least);
    const { shape, data } = inverseOf(range, constant, groups);
    return {
      fitted: {
        shift: { shape, data: least },
        factor: { shape, data: data.map((x) => x * (options.high - options.low)) },
      },
      notes: constantNotes(rows, groups, constant),
    };
  },
  apply: (x, fitted, { low }) => add(affine.apply(x, fitted), low),
  invert: (y, fitted, { low }) => affine.invert(sub(y, low), fitted),
});
