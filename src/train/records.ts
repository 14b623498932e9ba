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

/** Why training ended. */
export interface Stop {
  readonly ending: Ending;
  readonly words: string;
}

export type Weights = ReadonlyMap<string, Tensor>;
