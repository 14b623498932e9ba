import { z } from '../../base/index.ts';
import { schedule } from './schedule.ts';

/**
 * Half a cosine from the full rate down to 0 at the end of the run: (1 + cos(π t)) / 2 with t from 0 to 1 (Loshchilov & Hutter 2017, eq. 5, one
 * period).
 */
export const cosine = schedule({
  summary: 'half a cosine down to 0 at the end of the run',
  options: z.strictObject({}),
  factor: (_, { update, total }) => (1 + Math.cos((Math.PI * (update - 1)) / Math.max(1, total))) / 2,
});
