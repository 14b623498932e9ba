import { z } from '../../base/index.ts';
import { periodAt, periodMisfit, schedule } from './schedule.ts';

/**
 * Cyclical rates (Smith 2017): straight up from the fraction `base` of the rate to the full rate within `up` epochs, straight down within `down`, again
 * and again. In mode "triangular2" each cycle rises half as high as the last, in "expRange" the height is multiplied by `gamma` at every update. As
 * PyTorch's CyclicLR, whose lengths count updates; the momentum does not cycle.
 */
export const cyclic = schedule({
  summary: 'up and down between base and the full rate',
  options: z.strictObject({
    mode: z.enum(['triangular', 'triangular2', 'expRange']).default('triangular'),
    up: z.number().positive(),
    down: z.number().positive().optional(),
    base: z.number().min(0).max(1).default(0.1),
    gamma: z.number().positive().max(1).default(1),
  }),
  factor({ mode, up, down = up, base, gamma }, { update, perEpoch }) {
    const { passed, index } = periodAt(update - 1, (up + down) * perEpoch, 1);
    const [rise, fall] = [up * perEpoch, down * perEpoch];
    const height = passed <= rise ? passed / rise : (rise + fall - passed) / fall;
    const scale = { triangular: 1, triangular2: 0.5 ** index, expRange: gamma ** (update - 1) }[mode];
    return base + (1 - base) * height * scale;
  },
  misfit: ({ up, down = up }, run) => periodMisfit('cycle', up + down, 1, run),
});
