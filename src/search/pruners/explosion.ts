import type { Report } from '../trial.ts';

/** A loss this many times its first value has left the valley for good. */
const factor = 3;

/**
 * Whether a training has failed beyond doubt: its last loss is NaN or infinite, or more than three times the first one. For losses alone:
 * what is told of an accuracy may grow threefold for good reasons. A first loss of 0 or below gives no measure, and then only NaN and
 * infinity count.
 */
export function hasExploded(losses: readonly Report[]): boolean {
  if (losses.length === 0) return false;
  const first = losses[0].value;
  const last = losses[losses.length - 1].value;
  return !Number.isFinite(last) || (first > 0 && last > factor * first);
}
