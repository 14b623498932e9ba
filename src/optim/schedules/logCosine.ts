import { z } from '../../base/index.ts';
import { schedule } from './schedule.ts';

/**
 * Cosine waves that become longer and longer: (1 - cos(2π log₂(1 + (2^cycles - 1) t))) / 2 with t from 0 to 1. The rate rises from 0 and falls to 0 in
 * every cycle, and each cycle takes twice as long as the one before: "coslog4" of RealMLP with 4 cycles (Holzmüller et al. 2024,
 * https://arxiv.org/abs/2407.04491).
 */
export const logCosine = schedule({
  summary: 'rises and falls in cycles, each twice as long as the one before, down to 0 at the end of the run',
  options: z.strictObject({ cycles: z.int().positive().default(4) }),
  factor: ({ cycles }, { update, total }) =>
    (1 - Math.cos(2 * Math.PI * Math.log2(1 + (2 ** cycles - 1) * ((update - 1) / Math.max(1, total))))) / 2,
});
