import type { Picked, Tensor } from '../../base/index.ts';
import type { AugmentPlan, Dataset } from '../../data/index.ts';
import type { LossName, MetricName, Model, TargetKind } from '../../nn/index.ts';
import type { ClipperName, OptimizerName, RegularizerName } from '../../optim/index.ts';
import type { Preprocess } from '../../preprocess/index.ts';

/** Everything that decides what a compiled step looks like; numbers that may change between updates are not in it. */
export interface Network {
  readonly model: Model;
  readonly preprocess: readonly Preprocess[];
  /** Training only. */
  readonly augment?: AugmentPlan;
  readonly loss: Picked<LossName>;
  readonly metric: Picked<MetricName>;
  readonly optimizer: Picked<OptimizerName>;
  readonly regularizers: readonly Picked<RegularizerName>[];
  readonly clip?: ClipperName;
  /** What was learned of the training targets: the network predicts (target - shift) / scale. */
  readonly target?: TargetScale;
  /** Whether each step also moves an exponential average of all weights. */
  readonly averaged: boolean;
  readonly data: Pick<Dataset, 'rows' | 'shape'> & { readonly bytes: boolean; readonly target: TargetKind };
}

/** One number for each number that a row's target has. */
export interface TargetScale {
  readonly shift: readonly number[];
  readonly scale: readonly number[];
}

export const dataOf = (dataset: Dataset): Network['data'] => ({
  rows: dataset.rows,
  shape: dataset.shape,
  bytes: dataset.features instanceof Uint8Array,
  target: targetKind(dataset),
});

export const targetKind = ({ targets }: Dataset): TargetKind =>
  targets.kind === 'classes'
    ? { kind: 'classes', classes: targets.classes.length }
    : { kind: 'numbers', width: targets.width, ...signs(targets.data) };

/** Whether all numbers are 0 or 1, and whether one is negative. */
const signs = (data: Float32Array) => ({
  labels: data.every((x) => x === 0 || x === 1),
  negative: data.some((x) => x < 0),
});

/** The data set as tensors that the engine holds by reference. */
export function dataTensors({ rows, shape, features, targets }: Dataset): Record<string, Tensor> {
  return {
    'data.features': {
      dtype: features instanceof Uint8Array ? 'uint8' : 'float',
      shape: [rows, ...shape],
      data: features,
    },
    'data.targets':
      targets.kind === 'classes'
        ? { dtype: 'int32', shape: [rows], data: targets.data }
        : { dtype: 'float', shape: [rows, targets.width], data: targets.data },
  };
}
