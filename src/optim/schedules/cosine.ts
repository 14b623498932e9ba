import { z } from '../../base/index.ts';
import { schedule } from './schedule.ts';

/**
 * Half a cosine from the full rate down to 0 at the end of the run: (1 + cos(π t)) / 2 with t from 0 to 1 (Loshchilov & Hutter 2017, eq. 5, one
 * period), after a linear rise over the first `warmup` updates.
 */
export const cosine = schedule({
  summary: 'half a cosine down to 0 at the end of the run, after an optional warm-up',
  options: z.strictObject({ warmup: z.int().nonnegative().default(0) }),
  factor({ warmup }, update, total) {
    if (update <= warmup) return update / warmup;
    return (1 + Math.cos((Math.PI * (update - 1 - warmup)) / Math.max(1, total - warmup))) / 2;
  },
});
