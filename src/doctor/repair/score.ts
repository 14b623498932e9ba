import type { Dataset } from '../../data/index.ts';
import type { Engine } from '../../engine/index.ts';
import { type Judged, judgeRows, type Run, reportOf } from '../../train/index.ts';

/** How good a network is on validation rows, in a measure that no change of loss or of scale can move. */
export interface Score {
  /** "balanced accuracy", "R²" or "loss" (negative); higher is better. */
  readonly measure: string;
  readonly value: number;
  /** A loss for each row: negative log-likelihood of the truth in nats, or squared error in units of the variance; rows of rare classes weigh more. */
  readonly rows: Float64Array;
}

/** A loss above this counts as this: one row that is far off must not decide. */
const worst = 10;

/** Without validation rows the training rows must do. */
export async function scoreOf(run: Run, dataset: Dataset, engine: Engine): Promise<Score> {
  const { validation, train } = run.rows;
  const rows = validation.length > 0 ? validation : train;
  const [judged] = await judgeRows(dataset, [run], rows, engine);
  const { metrics } = reportOf(run.network, judged, judged.loss);
  const perRow = rowLosses(judged);
  const mean = perRow.reduce((sum, x) => sum + x, 0) / perRow.length;
  const [measure, value] =
    metrics.balancedAccuracy !== undefined
      ? (['balanced accuracy', metrics.balancedAccuracy] as const)
      : metrics.r2 !== undefined
        ? (['R²', metrics.r2] as const)
        : (['loss', -mean] as const);
  return { measure, value: Number.isFinite(value) ? value : Number.NEGATIVE_INFINITY, rows: perRow };
}

function rowLosses({ rows, width, outputs, targets, target }: Judged): Float64Array {
  const cut = (x: number) => (Number.isNaN(x) ? worst : Math.min(x, worst));
  const losses = new Float64Array(rows);
  if (target.kind === 'classes') {
    const counts = new Map<number, number>();
    for (const truth of Array.from(targets)) counts.set(truth, (counts.get(truth) ?? 0) + 1);
    for (let i = 0; i < rows; i++) {
      const own = Array.from({ length: width }, (_, k) => outputs[i * width + k]);
      const weight = rows / (counts.size * counts.get(targets[i])!);
      losses[i] =
        weight * cut(width === 1 ? softplus(targets[i] === 1 ? -own[0] : own[0]) : logSum(own) - own[targets[i]]);
    }
    return losses;
  }
  const per = target.width;
  for (let k = 0; k < per; k++) {
    const column = Array.from({ length: rows }, (_, i) => targets[i * per + k]);
    const mean = column.reduce((sum, x) => sum + x, 0) / rows;
    const variance = column.reduce((sum, x) => sum + (x - mean) ** 2, 0) / rows || 1;
    for (let i = 0; i < rows; i++) losses[i] += cut((outputs[i * width + k] - column[i]) ** 2 / variance) / per;
  }
  return losses;
}

const softplus = (x: number): number => Math.max(x, 0) + Math.log1p(Math.exp(-Math.abs(x)));

function logSum(x: readonly number[]): number {
  const top = Math.max(...x);
  return top + Math.log(x.reduce((sum, v) => sum + Math.exp(v - top), 0));
}

/** By how many of its standard errors the mean loss of the rows fell: paired, since both saw the same rows. */
export function gainInErrors(before: Score, after: Score): number {
  const n = before.rows.length;
  const gaps = before.rows.map((loss, i) => loss - after.rows[i]);
  const mean = gaps.reduce((sum, gap) => sum + gap, 0) / n;
  const variance = gaps.reduce((sum, gap) => sum + (gap - mean) ** 2, 0) / Math.max(1, n - 1);
  if (variance === 0) return mean === 0 ? 0 : mean > 0 ? Number.POSITIVE_INFINITY : Number.NEGATIVE_INFINITY;
  return mean / Math.sqrt(variance / n);
}

/** Standard errors above which an improvement is no chance. */
export const beyondNoise = 2;

/** Better by the measure, and beyond noise row by row. */
export const improves = (before: Score, after: Score): boolean =>
  after.value > before.value && gainInErrors(before, after) > beyondNoise;
