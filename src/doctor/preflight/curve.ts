/** The shape of a loss over updates on the same few rows. */
export type Curve = 'reached' | 'falling' | 'rises' | 'explodes' | 'oscillates' | 'plateaus';

/** Share of what guessing leaves above the best possible loss that counts as learned by heart. */
export const near = 0.05;
/** Share of what guessing leaves above which a loss has exploded. */
const exploded = 10;
/** Share of what is left that the last third has to take away, so that the loss counts as falling. */
const moving = 0.05;
/** Share that may stay where training stands still and is no alarm: some rows are hard. */
const enough = 0.25;

/**
 * What a curve of losses shows. `guessing` is the loss of the best constant answer, `floor` the best possible one; both scale the curve, so that
 * the same bands serve every loss.
 */
export function judgeCurve(curve: readonly number[], { guessing, floor }: { guessing: number; floor: number }): Curve {
  const scale = guessing - floor;
  const left = curve.map((loss) => (loss - floor) / scale);
  const last = left[left.length - 1];
  if (!Number.isFinite(last)) return 'explodes';
  const start = Math.max(left[0], 1);
  if (last > exploded * start) return 'explodes';
  const third = Math.max(1, Math.floor(left.length / 3));
  const [middle, end] = [left.slice(-2 * third, -third), left.slice(-third)];
  const tail = left.slice(-Math.max(1, Math.floor(left.length / 20)));
  if (median(tail) <= near) return 'reached';
  if (Math.min(...left) <= near && mean(end) <= enough) return 'reached';
  if (mean(end) > 1.1 * start) return 'rises';
  if (swings(end) > 0.3 && Math.max(...end) - Math.min(...end) > 0.5 * Math.max(mean(end), enough)) return 'oscillates';
  const fell = middle.length > 0 ? 1 - mean(end) / mean(middle) : 1;
  return fell > moving || mean(end) <= enough ? 'falling' : 'plateaus';
}

const mean = (values: readonly number[]): number => values.reduce((sum, x) => sum + x, 0) / values.length;
const median = (values: readonly number[]): number => values.toSorted((a, b) => a - b)[values.length >> 1];

/** Share of the updates after which the loss turns round. */
function swings(values: readonly number[]): number {
  let turns = 0;
  for (let i = 2; i < values.length; i++)
    if ((values[i] - values[i - 1]) * (values[i - 1] - values[i - 2]) < 0) turns++;
  return turns / Math.max(1, values.length - 2);
}
