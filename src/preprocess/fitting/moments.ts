import type { Groups } from './groups.ts';
import { type Pulse, part } from './pulse.ts';
import type { RowBlock, Rows } from './rows.ts';

/** Mean of each group over all rows, in float64. */
export async function means(rows: Rows, { count, run }: Groups, pulse: Pulse): Promise<Float64Array> {
  const sums = new Float64Array(count);
  for await (const block of rows.blocks(pulse)) addSums(block, sums, run);
  return sums.map((sum) => sum / (rows.count * run));
}

/**
 * Mean and standard deviation of each group; the population's: √(Σ (x - mean)² / n), as scikit-learn's StandardScaler.
 * Two passes, so that a large mean does not drown a small deviation.
 */
export async function moments(
  rows: Rows,
  groups: Groups,
  pulse: Pulse,
): Promise<{ mean: Float64Array; deviation: Float64Array }> {
  const mean = await means(rows, groups, part(pulse, 0, 0.5));
  const squares = new Float64Array(groups.count);
  for await (const block of rows.blocks(part(pulse, 0.5, 1))) addSquares(block, mean, squares, groups.run);
  return { mean, deviation: squares.map((sum) => Math.sqrt(sum / (rows.count * groups.run))) };
}

function addSums({ data, rows }: RowBlock, sums: Float64Array, run: number): void {
  for (let row = 0, at = 0; row < rows; row++)
    for (let group = 0; group < sums.length; group++) {
      let sum = 0;
      for (const end = at + run; at < end; at++) sum += data[at];
      sums[group] += sum;
    }
}

function addSquares({ data, rows }: RowBlock, mean: Float64Array, sums: Float64Array, run: number): void {
  for (let row = 0, at = 0; row < rows; row++)
    for (let group = 0; group < sums.length; group++) {
      const center = mean[group];
      let sum = 0;
      for (const end = at + run; at < end; at++) {
        const distance = data[at] - center;
        sum += distance * distance;
      }
      sums[group] += sum;
    }
}
