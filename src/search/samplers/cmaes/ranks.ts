import type { Trial } from '../../trial.ts';

export const isFinished = ({ state }: Trial): boolean => state === 'complete' || state === 'pruned';

/** Finished trials from the best to the worst: the complete ones by their objective, then the pruned ones, the longest first. */
export const ranked = (trials: readonly Trial[]): readonly Trial[] =>
  trials.toSorted((a, b) => ascending(-lengthOf(a), -lengthOf(b)) || ascending(lossOf(a), lossOf(b)));

const lengthOf = ({ state, reports }: Trial): number =>
  state === 'complete' ? Number.POSITIVE_INFINITY : (reports.at(-1)?.step ?? 0);

function lossOf({ state, objectives, reports }: Trial): number {
  const loss = (state === 'complete' ? objectives?.[0] : reports.at(-1)?.value) ?? Number.NaN;
  return Number.isNaN(loss) ? Number.POSITIVE_INFINITY : loss;
}

/** A difference would be NaN between infinities. */
const ascending = (a: number, b: number): number => (a < b ? -1 : a > b ? 1 : 0);
