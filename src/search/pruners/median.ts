import { z } from '../../base/index.ts';
import { lags, pace } from './percentile.ts';
import { pruner } from './pruner.ts';

/**
 * Ends a trial whose best report so far is worse than the median of what complete trials reported at the same step (Golovin et al. 2017,
 * "Google Vizier", with reports as they are instead of their running means).
 */
export const median = pruner({
  what: 'ends a trial whose best value so far is worse than the median of the complete trials at the same step',
  options: z.strictObject(pace),
  prune: (trial, trials, options) => lags(trial, trials, 50, options),
});
