import { z } from '../base/index.ts';
import { affine, inverseOf } from './fitting/affine.ts';
import { checkOver, constantNotes, constants, groupsOf, over } from './fitting/groups.ts';
import { moments } from './fitting/moments.ts';
import { preprocessor, sampled } from './preprocessor.ts';

/**
 * (x - mean) / deviation, per feature of a table, per channel of images unless told otherwise; the deviation is the population's (divided by n),
 * as scikit-learn's StandardScaler. A constant feature is centered and left unscaled.
 */
export const standardize = preprocessor({
  summary: 'center and scale by the standard deviation: per feature, or per channel of images',
  options: z.strictObject({ ...over, ...sampled }),
  shape: checkOver,
  async fit(rows, options, { pulse }) {
    const groups = groupsOf(rows.shape, options.over);
    const { mean, deviation } = await moments(rows, groups, pulse);
    const constant = constants(rows, deviation, mean);
    return {
      fitted: { shift: { shape: groups.shape, data: mean }, factor: inverseOf(deviation, constant, groups) },
      notes: constantNotes(rows, groups, constant),
    };
  },
  ...affine,
});
