import { frontRanks } from '../../front.ts';
import type { Trial } from '../../trial.ts';
import type { Rules } from './rules.ts';
import { spread } from './spread.ts';

/** The trials that did well and the others, each in the order of their numbers. */
export interface Split {
  readonly below: readonly Trial[];
  readonly above: readonly Trial[];
  /** How much each good trial counts; without, by its age. */
  readonly gains?: Float64Array;
}

export const isFinished = ({ state }: Trial): boolean => state === 'complete' || state === 'pruned';

const worstIfNaN = (value: number): number => (Number.isNaN(value) ? Number.POSITIVE_INFINITY : value);

/** What a finished trial came to: of a pruned one, what it told last. */
const lossOf = ({ objectives, reports }: Trial): number =>
  worstIfNaN(objectives?.[0] ?? reports.at(-1)?.value ?? Number.POSITIVE_INFINITY);

/** Those that came further are better, then the lower value there; the worst are those that told nothing. */
function comparePruned(a: Trial, b: Trial): number {
  const [last, other] = [a.reports.at(-1), b.reports.at(-1)];
  if (last === undefined || other === undefined) return Number(last === undefined) - Number(other === undefined);
  return other.step - last.step || compareLoss(worstIfNaN(last.value), worstIfNaN(other.value));
}

/** A difference would be NaN between infinities. */
const compareLoss = (a: number, b: number): number => (a < b ? -1 : a > b ? 1 : 0);

/**
 * The best of the complete trials, then of the pruned ones, until there are as many as the rules say; failed ones are left out. Among
 * several objectives the lower front is better; within the last front as many are taken as keep it spread out.
 * @param liar whether running trials are taken to be no good, so that nobody suggests the same again
 */
export function split(trials: readonly Trial[], objectives: number, liar: boolean, rules: Rules): Split {
  const finished = trials.filter(isFinished);
  const size = rules.good(finished.length, objectives);
  const complete = finished.filter(({ state }) => state === 'complete');
  const good = new Set(objectives > 1 ? bestOfSeveral(complete, size) : bestOf(complete, size));
  const pruned = finished.filter(({ state }) => state === 'pruned').sort(comparePruned);
  for (const trial of pruned.slice(0, size - good.size)) good.add(trial);
  const below = finished.filter((trial) => good.has(trial));
  const counts = (trial: Trial) => isFinished(trial) || (liar && trial.state === 'running');
  const above = trials.filter((trial) => counts(trial) && !good.has(trial));
  if (objectives > 1) return { below, above, gains: new Float64Array(below.length).fill(1) };
  return { below, above, gains: rules.improvement ? improvements(below, above) : undefined };
}

function bestOf(trials: readonly Trial[], size: number): readonly Trial[] {
  const losses = Float64Array.from(trials, lossOf);
  const order = Uint32Array.from(trials.keys()).sort((a, b) => compareLoss(losses[a], losses[b]) || a - b);
  return Array.from(order.subarray(0, size), (i) => trials[i]);
}

function bestOfSeveral(trials: readonly Trial[], size: number): readonly Trial[] {
  if (trials.length <= size) return trials;
  const points = trials.map((trial) => (trial.objectives ?? []).map(worstIfNaN));
  const ranks = frontRanks(points);
  const counts: number[] = [];
  for (const rank of ranks) counts[rank] = (counts[rank] ?? 0) + 1;
  let [last, taken] = [0, 0];
  while (taken + counts[last] <= size) taken += counts[last++];
  const edge = [...ranks.keys()].filter((i) => ranks[i] === last);
  const kept = new Set(
    spread(
      edge.map((i) => points[i]),
      size - taken,
    ).map((i) => edge[i]),
  );
  return trials.filter((_, i) => ranks[i] < last || kept.has(i));
}

/** By how much each good trial is better than the best of the others; none where that is no number. */
function improvements(below: readonly Trial[], above: readonly Trial[]): Float64Array {
  const threshold = above
    .filter(isFinished)
    .reduce((best, trial) => Math.min(best, lossOf(trial)), Number.POSITIVE_INFINITY);
  const gains = Float64Array.from(below, (trial) => Math.max(1e-12, threshold - lossOf(trial)));
  return gains.every(Number.isFinite) ? gains : gains.fill(1);
}
