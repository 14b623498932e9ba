import { sizeOf, z } from '../base/index.ts';
import type { Dataset } from '../data/index.ts';
import { mul, sub } from '../ops/index.ts';
import type { Preprocessor } from './preprocessor.ts';

/**
 * (x - mean) / std, per feature of a table, per channel of images; std is the population's (divided by n), as scikit-learn's StandardScaler.
 * A constant feature is centered and left unscaled.
 */
export const standardize: Preprocessor = {
  summary: 'center and scale by the standard deviation: per feature, or per channel of images',
  options: z.strictObject({}),
  fit(dataset, rows) {
    const { mean, std } = moments(dataset, rows);
    const constant = Array.from(std.keys()).filter((group) => std[group] === 0);
    const shape = dataset.shape.length === 3 ? [mean.length, 1, 1] : [mean.length];
    return {
      fitted: { mean: { shape, data: mean }, inverse: { shape, data: std.map((s) => (s === 0 ? 1 : 1 / s)) } },
      notes:
        constant.length === 0
          ? []
          : [
              `${constant.length} of ${std.length} features are constant in the training rows (${namesOf(dataset, constant)}); they carry no information`,
            ],
    };
  },
  apply(x, { mean, inverse }) {
    const constant = (t: typeof mean) => x.graph.constant({ dtype: 'float', ...t });
    return mul(sub(x, constant(mean)), constant(inverse));
  },
};

function namesOf(dataset: Dataset, groups: number[]): string {
  const names = groups.slice(0, 5).map((group) => dataset.columns?.[group] ?? String(group));
  return names.join(', ') + (groups.length > 5 ? ', …' : '');
}

/** Two passes, so that a large mean does not drown a small deviation. */
function moments({ shape, features }: Dataset, rows: Int32Array): { mean: Float64Array; std: Float64Array } {
  const width = sizeOf(shape);
  const groups = shape[0];
  const run = width / groups;
  const count = rows.length * run;
  const average = (term: (x: number, group: number) => number): Float64Array => {
    const sums = new Float64Array(groups);
    for (const row of rows)
      for (let group = 0; group < groups; group++) {
        const start = row * width + group * run;
        let sum = 0;
        for (let i = start; i < start + run; i++) sum += term(features[i], group);
        sums[group] += sum;
      }
    return sums.map((sum) => sum / count);
  };
  const mean = average((x) => x);
  const std = average((x, group) => (x - mean[group]) ** 2).map(Math.sqrt);
  return { mean, std: std.map((s, group) => (s <= 1e-12 * Math.abs(mean[group]) ? 0 : s)) };
}
