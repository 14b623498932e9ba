import { z } from '../base/index.ts';
import { affine } from './fitting/affine.ts';
import { checkOver, groupsOf, over } from './fitting/groups.ts';
import { means } from './fitting/moments.ts';
import { preprocessor, sampled } from './preprocessor.ts';

/** x - mean, per feature of a table, per channel of images unless told otherwise: scikit-learn's StandardScaler(with_std=False). */
export const center = preprocessor({
  summary: 'subtract the mean: per feature, or per channel of images',
  options: z.strictObject({ ...over, ...sampled }),
  shape: checkOver,
  async fit(rows, options, { pulse }) {
    const groups = groupsOf(rows.shape, options.over);
    const data = await means(rows, groups, pulse);
    return { fitted: { shift: { shape: groups.shape, data } }, notes: [] };
  },
  ...affine,
});
