import { z } from '../base/index.ts';
import { affine, inverseOf } from './fitting/affine.ts';
import { checkOver, constantNotes, constants, groupsOf, over } from './fitting/groups.ts';
import { moments } from './fitting/moments.ts';
import { preprocessor, sampled } from './preprocessor.ts';

/**
 * x / deviation without centering, so that 0 stays 0: scikit-learn's StandardScaler(with_mean=False). The deviation is taken around the mean and
 * is the population's (divided by n). A constant feature is left as it is.
 */
export const scale = preprocessor({
  summary: 'divide by the standard deviation without centering: per feature, or per channel of images',
  options: z.strictObject({ ...over, ...sampled }),
  shape: checkOver,
  async fit(rows, options, { pulse }) {
    const groups = groupsOf(rows.shape, options.over);
    const { mean, deviation } = await moments(rows, groups, pulse);
    const constant = constants(rows, deviation, mean);
    return {
      fitted: { factor: inverseOf(deviation, constant, groups) },
      notes: constantNotes(rows, groups, constant),
    };
  },
  ...affine,
});
