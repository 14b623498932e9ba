import type { Tensor } from '../base/index.ts';

/** Mean loss in nats (or squared units) and the metric, over the rows of a split. */
export interface Measure {
  readonly loss: number;
  readonly metric: number;
}

/** What was measured while the weights moved; a metric that is no mean over rows is left out. */
export interface TrainMeasure {
  readonly loss: number;
  readonly metric?: number;
}

export interface EpochRecord {
  /** Counts from 1. */
  readonly epoch: number;
  /** Running mean over the batches while the weights moved; not the loss of the final weights. */
  readonly train: TrainMeasure;
  readonly validation?: Measure;
  readonly seconds: number;
}

export type Ending = 'epochs' | 'earlyStopping' | 'interrupted' | 'diverged';

/** Where a number was first no number. */
export interface Fault {
  /** The update that would have made it, from 1. */
  readonly update: number;
  readonly epoch: number;
  /** As ONNX calls it. */
  readonly operator: string;
  /** "loss", or the layer whose operator it is. */
  readonly layer: string;
  readonly pass: 'forward' | 'gradient' | 'update';
  /** The rows of its batch. */
  readonly rows: readonly number[];
}

/** Why training ended. */
export interface Stop {
  readonly ending: Ending;
  readonly words: string;
  /** Where a number was first no number, as far as it could be found. */
  readonly fault?: Fault;
}

export type Weights = ReadonlyMap<string, Tensor>;
