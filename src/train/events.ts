import type { Choice, Settings } from './settings.ts';

/** Mean loss in nats (or squared units) and the metric, over the rows of a split. */
export interface Measure {
  readonly loss: number;
  readonly metric: number;
}

export interface EpochRecord {
  /** Counts from 1. */
  readonly epoch: number;
  /** Running mean over the batches while the weights moved; not the loss of the final weights. */
  readonly train: Measure;
  readonly validation?: Measure;
  readonly seconds: number;
}

/** What happens while training, in order; the same for the terminal, a file or a page. */
export type TrainEvent =
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
      readonly metric: number;
      readonly samplesPerSecond: number;
      readonly secondsLeft: number;
    }
  | { readonly kind: 'epoch'; readonly record: EpochRecord; readonly best: boolean };
