import { z } from '../../base/index.ts';
import { percentileOf } from '../math/select.ts';
import type { Report, Trial } from '../trial.ts';
import { pruner } from './pruner.ts';
import { valueAt } from './reports.ts';

/** When a trial is compared with others, for pruners that do so step by step. */
export const pace = {
  /** Complete trials before any is ended. */
  startup: z.int().min(0).default(5),
  /** No trial ends before this step. */
  warmup: z.int().min(0).default(0),
  /** Steps from one comparison to the next; one that is missed is made at the next report. */
  interval: z.int().min(1).default(1),
  /** Complete trials that must have reported at the same step. */
  least: z.int().min(1).default(1),
};

type Pace = { readonly [K in keyof typeof pace]: number };

/** Whether the best report of a trial so far is above what `percent` of the complete trials reported at its last step. */
export function lags({ reports }: Trial, others: readonly Trial[], percent: number, options: Pace): boolean {
  const complete = others.filter(({ state }) => state === 'complete');
  if (complete.length === 0 || complete.length < options.startup || !isDue(reports, options)) return false;
  const best = reports.reduce((least, { value }) => (value < least || Number.isNaN(least) ? value : least), Number.NaN);
  if (Number.isNaN(best)) return true;
  const { step } = reports[reports.length - 1];
  const values = complete.map((trial) => valueAt(trial.reports, step)).filter((value) => value !== undefined);
  return values.length >= options.least && best > percentileOf(values, percent);
}

/** Whether the last report is the first since a comparison was due. */
function isDue(reports: readonly Report[], { warmup, interval }: Pace): boolean {
  const step = reports.at(-1)?.step ?? -1;
  if (step < warmup) return false;
  const due = warmup + Math.floor((step - warmup) / interval) * interval;
  return (reports.at(-2)?.step ?? -1) < due;
}

/** Ends a trial whose best report so far is worse than a percentile of what complete trials reported at the same step (as Optuna's). */
export const percentile = pruner({
  what: 'ends a trial whose best value so far is not among the best of the complete trials at the same step',
  options: z.strictObject({
    /** This share of the trials, in percent, is kept. */
    percentile: z.number().min(0).max(100).default(25),
    ...pace,
  }),
  prune: (trial, trials, options) => lags(trial, trials, options.percentile, options),
});
