import { z } from '../../base/index.ts';
import { inEpochs, schedule } from './schedule.ts';

/**
 * Multiplies the rate by `factor` once the watched loss has not become better than (1 - threshold) of its best for more than `patience` epochs, then
 * waits `cooldown` epochs before it counts again; never below the fraction `minFactor` of the full rate. PyTorch's ReduceLROnPlateau with mode "min" and
 * threshold_mode "rel", replayed over all losses so far; its eps, which keeps tiny changes away, is 0.
 */
export const reduceOnPlateau = schedule({
  summary: 'times factor where the loss no longer falls',
  options: z.strictObject({
    factor: z.number().positive().lt(1).default(0.1),
    patience: z.int().nonnegative().default(10),
    threshold: z.number().min(0).lt(1).default(0.0001),
    cooldown: z.int().nonnegative().default(0),
    minFactor: z.number().min(0).max(1).default(0),
  }),
  factor({ factor, patience, threshold, cooldown, minFactor }, { losses }) {
    let [current, best, bad, resting] = [1, Infinity, 0, 0];
    for (const loss of losses) {
      const better = loss < best * (1 - threshold);
      if (better) best = loss;
      bad = better || resting > 0 ? 0 : bad + 1;
      resting = Math.max(0, resting - 1);
      if (bad <= patience) continue;
      current = Math.max(current * factor, minFactor);
      [bad, resting] = [0, cooldown];
    }
    return current;
  },
  misfit: ({ patience }, { total, perEpoch }) =>
    total <= (patience + 2) * perEpoch
      ? `with a patience of ${inEpochs(patience)} the rate could first change after ${patience + 2}, but the run has ${inEpochs(total / perEpoch)}`
      : undefined,
});
