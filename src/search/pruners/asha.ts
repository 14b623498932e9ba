import { z } from '../../base/index.ts';
import { isOutrun } from './halving.ts';
import { pruner } from './pruner.ts';
import { longest } from './reports.ts';

/** The options of `asha`, which Optuna names min_resource, reduction_factor and min_early_stopping_rate. */
const options = z.strictObject({
  /** The step of the first rung; "auto" is a hundredth of the longest complete trial, and nothing ends before there is one. */
  minResource: z.union([z.literal('auto'), z.int().min(1)]).default('auto'),
  /** One of so many goes on at each rung, and each rung stands so many times higher. */
  reduction: z.int().min(2).default(4),
  /** So many rungs at the bottom are left out. */
  minEarlyStopping: z.int().min(0).default(0),
});

/** Asynchronous successive halving (Li et al. 2020). */
export const asha = pruner({
  what: 'lets the best of a few go on at each rung, and puts the rungs ever farther apart',
  options,
  prune: (trial, trials, { minResource, reduction, minEarlyStopping }) => {
    const done = minResource === 'auto' ? longest(trials) : 0;
    if (minResource === 'auto' && done === 0) return false;
    const least = minResource === 'auto' ? Math.max(1, Math.floor(done / 100)) : minResource;
    return isOutrun(trial, trials, { first: least * reduction ** minEarlyStopping, reduction });
  },
});
