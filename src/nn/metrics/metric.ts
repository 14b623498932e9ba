import type { OptionSchema, z } from '../../base/index.ts';
import type { Value } from '../../graph/index.ts';
import type { TargetKind } from '../losses/index.ts';

/** What a network said of some rows, and what is true of them. */
export interface Predictions {
  readonly rows: number;
  /** Numbers a row in `outputs`. */
  readonly width: number;
  /** Row-major: a logit for each class, one logit for two classes, a logit for each label, or predicted numbers. */
  readonly outputs: ArrayLike<number>;
  readonly target: TargetKind;
  /** A class index a row, or `width` numbers. */
  readonly targets: ArrayLike<number>;
}

export interface Metric<O = Readonly<Record<string, unknown>>> {
  readonly summary: string;
  readonly options: OptionSchema;
  readonly better: 'higher' | 'lower';
  /** Means something only where outputs are logits of probabilities. */
  readonly probabilistic?: boolean;
  fits(target: TargetKind, options: O): boolean;
  /** In float64. NaN where there are no rows, and where an output is NaN or infinite: such a network has diverged. */
  compute(predictions: Predictions, options: O): number;
  /** For metrics that are a mean over rows: measured while training, inside the step. Says nothing of outputs that are NaN or infinite. */
  readonly running?: {
    /** A number for each row, [batch]; their mean, passed through `finish`, is the metric. */
    perRow(output: Value, target: Value, options: O): Value;
    finish(mean: number): number;
  };
}

export function metric<S extends OptionSchema>(entry: Omit<Metric<z.output<S>>, 'options'> & { options: S }): Metric {
  const compute: typeof entry.compute = (predictions, options) =>
    predictions.rows > 0 && allFinite(predictions.outputs) ? entry.compute(predictions, options) : Number.NaN;
  return { ...entry, compute } as unknown as Metric;
}

function allFinite(numbers: ArrayLike<number>): boolean {
  for (let i = 0; i < numbers.length; i++) if (!Number.isFinite(numbers[i])) return false;
  return true;
}

export const onClasses = (target: TargetKind): boolean => target.kind === 'classes';
export const onLabels = (target: TargetKind): boolean => target.kind === 'numbers' && target.labels;
export const onNumbers = (target: TargetKind): boolean => target.kind === 'numbers' && !target.labels;
