import { hashText, Random } from '../../base/index.ts';
import type { Predictions } from '../../nn/index.ts';

/** Where a measure of other rows of the same kind would lie, 95 times in 100. */
export interface Interval {
  readonly low: number;
  readonly high: number;
  readonly level: 0.95;
  readonly method: 'Wilson' | 'bootstrap';
}

const level = 0.95;
/** The normal quantile of (1 + level) / 2. */
const z = 1.959963984540054;
const mostResamples = 1000;
const fewestResamples = 100;
/** Rows that are measured over again in all. */
const mostWork = 2_000_000;
const stream = hashText('interval');

/** The interval of a share of rows (Wilson 1927), which stays inside 0 … 1 and is right for shares near them. */
export function wilson(share: number, rows: number): Interval {
  const z2 = z * z;
  const middle = share + z2 / (2 * rows);
  const half = z * Math.sqrt((share * (1 - share)) / rows + z2 / (4 * rows * rows));
  const scale = 1 / (1 + z2 / rows);
  return {
    low: Math.max(0, (middle - half) * scale),
    high: Math.min(1, (middle + half) * scale),
    level,
    method: 'Wilson',
  };
}

/** The percentiles of the measure over rows drawn with replacement (Efron 1979); absent where it cannot be computed on them. */
export function bootstrap(predictions: Predictions, measure: (drawn: Predictions) => number): Interval | undefined {
  const { rows } = predictions;
  const count = Math.max(fewestResamples, Math.min(mostResamples, Math.floor(mostWork / rows)));
  const random = new Random(0, stream);
  const values: number[] = [];
  for (let i = 0; i < count; i++) {
    const value = measure(draw(predictions, random));
    if (Number.isFinite(value)) values.push(value);
  }
  if (values.length < fewestResamples / 2) return undefined;
  values.sort((a, b) => a - b);
  const at = (share: number) => values[Math.round(share * (values.length - 1))];
  return { low: at((1 - level) / 2), high: at((1 + level) / 2), level, method: 'bootstrap' };
}

function draw({ rows, width, outputs, targets, target }: Predictions, random: Random): Predictions {
  const perRow = targets.length / rows;
  const drawnOutputs = new Float64Array(rows * width);
  const drawnTargets = new Float64Array(targets.length);
  for (let i = 0; i < rows; i++) {
    const row = random.below(rows);
    for (let k = 0; k < width; k++) drawnOutputs[i * width + k] = outputs[row * width + k];
    for (let k = 0; k < perRow; k++) drawnTargets[i * perRow + k] = targets[row * perRow + k];
  }
  return { rows, width, outputs: drawnOutputs, targets: drawnTargets, target };
}
