import { type Pruner, pruners } from '../pruners/index.ts';
import type { StudyRecord, TrialRecord } from './record.ts';

/** What pruning would have done to the trials that it was not allowed to end. */
export interface Control {
  /** Complete trials that were never to be pruned. */
  readonly trials: number;
  /** Those of them that the pruner would have ended, the best one first. */
  readonly doomed: readonly TrialRecord[];
}

/**
 * Shows the pruner the trials of the control group, step by step, beside those that were asked for before them: how often it ends a trial that would
 * have become a good one.
 */
export function controlOf({ settings, stages, trials }: StudyRecord): Control {
  const { pruner, name } = settings;
  const group = trials.filter(({ control, state }) => control && state === 'complete');
  if (!pruner) return { trials: group.length, doomed: [] };
  const doomed = group.filter((trial) => {
    const { length } = stages[trial.stage];
    const others = trials.filter((one) => one.number < trial.number && stages[one.stage].length === length);
    return trial.reports.some((_, i) =>
      (pruners[pruner.kind] as Pruner).prune(
        { ...trial, state: 'running', reports: trial.reports.slice(0, i + 1) },
        others,
        pruner.options,
        name,
      ),
    );
  });
  return { trials: group.length, doomed: doomed.toSorted((a, b) => a.objectives![0] - b.objectives![0]) };
}
