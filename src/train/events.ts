import type { Engine } from '../engine/index.ts';
import type { Checkpoint } from './checkpoint/state.ts';
import type { EpochRecord, Stop } from './records.ts';
import type { Choice, Settings } from './settings/schema.ts';

export type { EpochRecord, Measure, TrainMeasure } from './records.ts';

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
  | { readonly kind: 'epoch'; readonly record: EpochRecord; readonly best: boolean }
  /** The training of one network is over: the epoch whose weights were kept, of so many. */
  | { readonly kind: 'end'; readonly stopped: Stop; readonly best?: EpochRecord; readonly epochs: number };

export interface TrainOptions {
  /** ONNX Runtime on the CPU unless said. */
  readonly engine?: Engine;
  readonly onEvent?: (event: TrainEvent) => void;
  /** Once aborted, training ends after the step under way; the run keeps what it has. */
  readonly signal?: AbortSignal;
  /**
   * Takes checkpoints: at the ends of epochs, inside long ones, when the run is interrupted, and when it is over. Training waits for it, and ends
   * with its error if it throws.
   */
  readonly onCheckpoint?: (checkpoint: Checkpoint) => void | Promise<void>;
  /** Least seconds between two checkpoints at the ends of epochs, 10 unless said; inside an epoch three times as many. */
  readonly checkpointSeconds?: number;
  /** Goes on where a checkpoint was taken, to the same bits as without the interruption; experiment and data must be the same. */
  readonly resume?: Checkpoint;
}
