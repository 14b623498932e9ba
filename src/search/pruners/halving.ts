import type { Trial } from '../trial.ts';
import { firstFrom } from './reports.ts';

interface Ladder {
  /** The step of the first rung; each next one stands `reduction` times as high. */
  readonly first: number;
  readonly reduction: number;
  /** Who competes on it; everybody where nothing is said. */
  readonly isRival?: (trial: Trial) => boolean;
}

/**
 * Whether a trial, at a rung that its last report reaches, is not among the best 1/reduction of all that came so far; of fewer than
 * `reduction`, only the best goes on (Li et al. 2020, "A System for Massively Parallel Hyperparameter Tuning", in the form that never
 * pauses a trial). What a trial has at a rung is the first value that it reported there or above.
 */
export function isOutrun({ reports }: Trial, others: readonly Trial[], ladder: Ladder): boolean {
  const { first, reduction, isRival } = ladder;
  const { step, value } = reports.at(-1) ?? { step: 0, value: 0 };
  const before = reports.at(-2)?.step ?? 0;
  for (let rung = first; rung <= step; rung *= reduction) {
    if (rung <= before) continue;
    if (Number.isNaN(value)) return true;
    let count = 1;
    let better = 0;
    for (const other of others) {
      const rival = firstFrom(other.reports, rung)?.value;
      if (rival === undefined || Number.isNaN(rival) || isRival?.(other) === false) continue;
      count++;
      if (rival < value) better++;
    }
    if (better >= Math.max(1, Math.floor(count / reduction))) return true;
  }
  return false;
}
