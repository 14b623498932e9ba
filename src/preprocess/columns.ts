import { WellfitError, z } from '../base/index.ts';
import { preprocessor } from './preprocessor.ts';
import { applyTable } from './table/apply.ts';
import { fitTable } from './table/fit.ts';
import { layoutOf } from './table/layout.ts';

/**
 * The columns of a table as features, each by its kind, learned of the training rows. Numbers: what is missing becomes the median, a flag says so,
 * and (x - median) / (upper quartile - lower quartile) is clipped smoothly at 3; beside it stands its piecewise-linear encoding, for each of `bins`
 * pieces between quantiles how much of the piece lies below x, 0 … 1, less its mean (Gorishniy et al. 2022, https://arxiv.org/abs/2203.05556). Dates: the same for the trend, and sines and cosines of the year,
 * the week and the day. Categories: one feature a value, all 0 for a value that the training rows do not have; those of many values become
 * numbers of slots (0 for unseen and rare ones), which come last and which the layer "embed" turns into learned vectors.
 */
export const columns = preprocessor({
  summary:
    'tables: fill in, flag, scale and clip numbers; one-hot or number categories; split dates into trend and seasons',
  options: z.strictObject({
    oneHot: z.int().nonnegative().default(8),
    most: z.int().positive().default(1000),
    bins: z.int().nonnegative().max(256).default(48),
    sample: z.int().positive().default(200_000),
  }),
  shape: (_, options, where, table) => [layoutOf(required(table, where), options).width],
  async fit(rows, options, { pulse, where, table }) {
    const described = required(table, where);
    return fitTable(rows, described, layoutOf(described, options), pulse);
  },
  apply: (x, fitted) => applyTable(x, fitted),
});

function required<T>(table: T | undefined, where: string): T {
  if (table) return table;
  throw new WellfitError('option', `${where}: these rows are no columns of a table`, {
    expected: 'a table as the data, and "columns" as the first step',
    fix: 'use "standardize"',
  });
}
