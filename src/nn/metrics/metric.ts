import type { Value } from '../../graph/index.ts';
import type { TargetKind } from '../losses/index.ts';

export interface Metric {
  readonly summary: string;
  readonly better: 'higher' | 'lower';
  fits(target: TargetKind): boolean;
  /** A number for each row, [batch]; their mean over all rows, passed through `finish`, is the metric. */
  perRow(output: Value, target: Value): Value;
  finish(mean: number): number;
}
