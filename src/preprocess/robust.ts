import { z } from '../base/index.ts';
import { affine, inverseOf } from './fitting/affine.ts';
import { checkOver, constants, describeGroups, type Groups, groupsOf, over } from './fitting/groups.ts';
import { type Pulse, part } from './fitting/pulse.ts';
import type { Rows } from './fitting/rows.ts';
import { preprocessor, sampled } from './preprocessor.ts';

/**
 * (x - median) / (upper quartile - lower quartile), which a few outliers do not move: scikit-learn's RobustScaler. Per feature of a table,
 * per channel of images unless told otherwise. Quantiles interpolate linearly between the two nearest numbers (type 7 of Hyndman and Fan
 * 1996, NumPy's default). Where the quartiles are equal, the feature is centered and left unscaled.
 */
export const robust = preprocessor({
  summary: 'center by the median and scale by the quartiles: per feature, or per channel of images',
  options: z.strictObject({ ...over, ...sampled }),
  shape: checkOver,
  async fit(rows, options, { pulse }) {
    const groups = groupsOf(rows.shape, options.over);
    const { median, range } = await quartiles(rows, groups, pulse);
    const constant = constants(rows, range, median);
    const notes =
      constant.length === 0
        ? []
        : [
            `${describeGroups(rows, groups, constant, 'have equal quartiles in the training rows')}; they are centered and left unscaled`,
          ];
    return {
      fitted: { shift: { shape: groups.shape, data: median }, factor: inverseOf(range, constant, groups) },
      notes,
    };
  },
  ...affine,
});

/** Numbers sorted at a time (128 MiB): as many groups as fit are collected in one pass over the rows. */
const mostNumbers = 2 ** 24;

async function quartiles(rows: Rows, { count, run }: Groups, pulse: Pulse) {
  const each = rows.count * run;
  const together = Math.min(count, Math.max(1, Math.floor(mostNumbers / each)));
  const [median, range] = [new Float64Array(count), new Float64Array(count)];
  const collected = new Float64Array(together * each);
  for (let from = 0; from < count; from += together) {
    const to = Math.min(count, from + together);
    for await (const { data, rows: height, first } of rows.blocks(part(pulse, from / count, to / count)))
      for (let row = 0; row < height; row++)
        for (let group = from; group < to; group++) {
          const at = row * rows.width + group * run;
          const target = (group - from) * each + (first + row) * run;
          for (let i = 0; i < run; i++) collected[target + i] = data[at + i];
        }
    for (let group = from; group < to; group++) {
      const sorted = collected.subarray((group - from) * each, (group - from + 1) * each).sort();
      median[group] = quantile(sorted, 0.5);
      range[group] = quantile(sorted, 0.75) - quantile(sorted, 0.25);
      await pulse(group / count);
    }
  }
  return { median, range };
}

function quantile(sorted: Float64Array, share: number): number {
  const place = share * (sorted.length - 1);
  const below = Math.floor(place);
  const next = sorted[Math.min(below + 1, sorted.length - 1)];
  return sorted[below] + (next - sorted[below]) * (place - below);
}
