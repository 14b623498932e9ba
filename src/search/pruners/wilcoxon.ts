import { z } from '../../base/index.ts';
import type { Report, Trial } from '../trial.ts';
import { pruner } from './pruner.ts';
import { valueAt } from './reports.ts';
import { signedRankTest } from './signedRank.ts';

/** Whether a trial is worse, beyond chance, than the best complete one on the steps, such as folds, that both reported. */
export const wilcoxon = pruner({
  what: 'ends a trial that is worse than the best one beyond chance, judged on the folds that both have seen',
  options: z.strictObject({
    /** The p-value below which a trial ends. Many looks make mistakes more frequent than it says. */
    p: z.number().min(0).max(1).default(0.1),
    /** So many steps must be shared; never fewer than two. */
    startup: z.int().min(0).default(2),
  }),
  prune: ({ reports }, trials, { p, startup }) => {
    const best = bestOf(trials)?.reports ?? [];
    if (
      reports.length === 0 ||
      best.length === 0 ||
      ![...reports, ...best].every(({ value }) => Number.isFinite(value))
    )
      return false;
    const differences = reports.flatMap(({ step, value }) => {
      const other = valueAt(best, step);
      return other === undefined ? [] : [value - other];
    });
    // Whoever is better on average goes on, whatever the ranks say.
    if (differences.length < Math.max(2, startup) || meanOf(best) >= meanOf(reports)) return false;
    return signedRankTest(differences) < p;
  },
});

function bestOf(trials: readonly Trial[]): Trial | undefined {
  let best: Trial | undefined;
  for (const trial of trials)
    if (trial.state === 'complete' && (best === undefined || trial.objectives![0] < best.objectives![0])) best = trial;
  return best;
}

const meanOf = (reports: readonly Report[]): number =>
  reports.reduce((sum, { value }) => sum + value, 0) / reports.length;
