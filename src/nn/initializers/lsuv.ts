import { z } from '../../base/index.ts';
import { hasSpread, initializer } from './initializer.ts';
import { rotation } from './orthogonal.ts';

const mostCorrections = 10;

/**
 * Layer-sequential unit variance (Mishkin & Matas 2016, "All you need is a good init"): orthogonal weights, then scaled until the layer's output
 * over training rows, all units together, has variance 1 within `tolerance`. The paper takes 0.1; a layer without activation is linear, so the
 * first correction is exact but for rounding and 0.01 costs nothing. At most 10 corrections, as in the paper. An output that does not vary, as
 * behind an input that is always 0, is left as it is.
 */
export const lsuv = initializer({
  summary: 'Mishkin & Matas 2016: orthogonal, then output variance 1 on training rows',
  options: z.strictObject({ tolerance: z.number().positive().default(0.01) }),
  draw: (target, _, random) => rotation(target, () => random.normal()),
  calibrate({ mean, variance }, { tolerance }, corrections) {
    const average = (term: (unit: number) => number) =>
      mean.reduce((sum, _, unit) => sum + term(unit), 0) / mean.length;
    const center = average((unit) => mean[unit]);
    const spread = average((unit) => variance[unit] + (mean[unit] - center) ** 2);
    if (corrections >= mostCorrections || !hasSpread(center, spread) || Math.abs(spread - 1) <= tolerance)
      return undefined;
    return { factor: new Float64Array(mean.length).fill(1 / Math.sqrt(spread)), shift: new Float64Array(mean.length) };
  },
});
