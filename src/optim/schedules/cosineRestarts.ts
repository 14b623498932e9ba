import { z } from '../../base/index.ts';
import { periodAt, periodMisfit, schedule } from './schedule.ts';

/**
 * SGDR (Loshchilov & Hutter 2017): half a cosine from the full rate down to 0 within `period` epochs, then again from the full rate; each period is
 * `multiply` times as long as the last. The rate falls at every update, as PyTorch's CosineAnnealingWarmRestarts does with step(epoch + batch / batches).
 */
export const cosineRestarts = schedule({
  summary: 'half a cosine down to 0, again and again',
  options: z.strictObject({ period: z.number().positive(), multiply: z.number().min(1).default(1) }),
  factor({ period, multiply }, { update, perEpoch }) {
    const { passed, length } = periodAt(update - 1, period * perEpoch, multiply);
    return (1 + Math.cos((Math.PI * passed) / length)) / 2;
  },
  misfit: ({ period, multiply }, run) => periodMisfit('period', period, multiply, run),
});
