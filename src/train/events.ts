import type { Engine } from '../engine/index.ts';
import type { Choice, Settings } from './schema.ts';

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

/** What happens while training, in order; the same for the terminal, a file or a page. */
export type TrainEvent =
  /** Preprocessing is being fitted; `done` from 0 to 1. */
  | { readonly kind: 'fit'; readonly step: string; readonly done: number }
  /** Something is looked for before training, such as the learning rate; `done` from 0 to 1. */
  | { readonly kind: 'search'; readonly what: string; readonly done: number }
  /** One of several networks begins: a member of an ensemble, or a fold. Counts from 1. */
  | { readonly kind: 'member'; readonly what: 'member' | 'fold'; readonly index: number; readonly of: number }
  | {
      readonly kind: 'start';
      readonly settings: Settings;
      readonly chosen: readonly Choice[];
      readonly notes: readonly string[];
      readonly parameters: number;
      readonly rows: Readonly<Record<'train' | 'validation' | 'test', number>>;
    }
  | {
      readonly kind: 'progress';
      readonly epoch: number;
      readonly update: number;
      readonly rowsDone: number;
      readonly rowsTotal: number;
      readonly loss: number;
      readonly metric?: number;
      readonly samplesPerSecond: number;
      readonly secondsLeft: number;
    }
  | { readonly kind: 'epoch'; readonly record: EpochRecord; readonly best: boolean };

export interface TrainOptions {
  /** ONNX Runtime on the CPU unless said. */
  readonly engine?: Engine;
  readonly onEvent?: (event: TrainEvent) => void;
  /** Once aborted, training ends after the step under way; the run keeps what it has. */
  readonly signal?: AbortSignal;
}
