import type { EpochRecord } from '../../src/index.ts';
import type { Recorded } from './record.ts';

/**
 * How well a training ended, on validation rows: the share of right answers (or its mean over classes) for classes, R² for numbers. It does not
 * depend on the unit of the target. A run that kept nothing, or does worse than that, has 0.
 */
export const outcomeOf = ({ kept, history }: Recorded): number => outcome(kept, history.target);

export function outcome(kept: EpochRecord | undefined, target: Recorded['history']['target']): number {
  if (!kept?.validation) return 0;
  const { loss, metric } = kept.validation;
  if (target.kind === 'classes') return atLeastZero(metric);
  const variance = target.deviation.reduce((sum, deviation) => sum + deviation ** 2, 0) / target.deviation.length;
  return atLeastZero(1 - loss / variance);
}

const atLeastZero = (x: number): number => (Number.isFinite(x) ? Math.max(0, x) : 0);

/**
 * The share of all ways to deal the values into two groups of these sizes in which the first is ahead by at least as much as it is: how likely
 * chance does that (exact permutation test, one-sided; Fisher 1935).
 */
export function permutationTest(first: readonly number[], second: readonly number[]): number {
  const all = [...first, ...second];
  const total = all.reduce((a, b) => a + b, 0);
  const ahead = (sum: number) => sum / first.length - (total - sum) / second.length;
  const seen = ahead(first.reduce((a, b) => a + b, 0));
  let [ways, extreme] = [0, 0];
  const deal = (start: number, left: number, sum: number): void => {
    if (left === 0) {
      ways++;
      // What is added keeps rounding from telling equal differences apart.
      if (ahead(sum) >= seen - 1e-12) extreme++;
      return;
    }
    for (let i = start; i <= all.length - left; i++) deal(i + 1, left - 1, sum + all[i]);
  };
  deal(0, first.length, 0);
  return extreme / ways;
}
