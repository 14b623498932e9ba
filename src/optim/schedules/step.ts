import { z } from '../../base/index.ts';
import { epochsOf, inEpochs, schedule } from './schedule.ts';

/**
 * Multiplies the rate by `factor` after every `every` epochs: factor^⌊epochs / every⌋, PyTorch's StepLR stepped once an epoch. With a fraction, as 0.5,
 * it changes inside of an epoch.
 */
export const step = schedule({
  summary: 'times factor after every so many epochs',
  options: z.strictObject({ every: z.number().positive(), factor: z.number().positive().default(0.1) }),
  // What is added keeps rounding from delaying a change: 0.3 / 0.1 is a little less than 3.
  factor: ({ every, factor }, position) => factor ** Math.floor(epochsOf(position) / every + 1e-9),
  misfit: ({ every }, run) =>
    every * run.perEpoch >= run.total
      ? `the rate would first change after ${inEpochs(every)}, but the run has ${inEpochs(run.total / run.perEpoch)}`
      : undefined,
});
