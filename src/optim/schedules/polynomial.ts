import { z } from '../../base/index.ts';
import { schedule } from './schedule.ts';

/**
 * From the full rate down to the fraction `end` of it at the end of the run: end + (1 - end) (1 - t)^power with t from 0 to 1. `power` 1 is a straight
 * line. PyTorch's PolynomialLR over the updates of the run, which always ends at 0; Keras's PolynomialDecay has an end too.
 */
export const polynomial = schedule({
  summary: 'a power of the time that is left, down to end',
  options: z.strictObject({
    power: z.number().positive().default(1),
    end: z.number().min(0).max(1).default(0),
  }),
  factor: ({ power, end }, { update, total }) => end + (1 - end) * (1 - (update - 1) / total) ** power,
});
