import { frontRanks } from '../front.ts';
import type { Trial } from '../trial.ts';
import type { StudyRecord, TrialRecord } from './record.ts';

const worth = (x: number): number => (Number.isNaN(x) ? Number.POSITIVE_INFINITY : x);

/** The best complete trials, the best one first; for several objectives front by front, and inside a front in the order of their numbers. */
export function best<T extends Trial>(trials: readonly T[], count: number): T[] {
  const complete = trials.filter(({ state }) => state === 'complete');
  const objectives = complete.map((trial) => trial.objectives!.map(worth));
  const rank = objectives.every(({ length }) => length === 1)
    ? objectives.map(([value]) => value)
    : frontRanks(objectives);
  return complete
    .map((trial, i) => ({ trial, rank: rank[i] }))
    .sort((a, b) => (a.rank === b.rank ? a.trial.number - b.trial.number : a.rank - b.rank))
    .slice(0, count)
    .map(({ trial }) => trial);
}

/** The trials that no other one beats in every objective; of one objective, the best. */
export function front<T extends Trial>(trials: readonly T[]): T[] {
  const complete = trials.filter(({ state }) => state === 'complete');
  if (complete.every(({ objectives }) => objectives!.length === 1)) return best(complete, 1);
  const ranks = frontRanks(complete.map((trial) => trial.objectives!.map(worth)));
  return complete.filter((_, i) => ranks[i] === 0);
}

/** The trials that are as long as those of the last stage: what shorter ones came to is worth something else. */
export function comparable({ stages, trials }: StudyRecord): TrialRecord[] {
  const { length } = stages[stages.length - 1];
  return trials.filter(({ stage }) => stages[stage].length === length);
}

/** The best of these; where none of them is complete yet, of all. */
export function leadersOf(record: StudyRecord, count: number): TrialRecord[] {
  const leaders = best(comparable(record), count);
  return leaders.length > 0 ? leaders : best(record.trials, count);
}
