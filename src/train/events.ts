import type { Shape } from '../base/index.ts';
import type { Engine } from '../engine/index.ts';
import type { Signals, Watching } from '../monitor/index.ts';
import type { Checkpoint } from './checkpoint/state.ts';
import type { EpochRecord, Fault, Stop } from './records.ts';
import type { Choice, Settings } from './settings/schema.ts';

export type { EpochRecord, Measure, TrainMeasure } from './records.ts';

/** A layer as it was built; shapes are those of one row. */
export interface LayerFacts {
  readonly name: string;
  readonly kind: string;
  readonly input: Shape;
  readonly output: Shape;
  readonly parameters: number;
}

/** What the training rows are to be answered with: rows of each class, or mean and standard deviation of each number as the loss sees it. */
export type TargetFacts =
  | { readonly kind: 'classes'; readonly counts: readonly number[] }
  | { readonly kind: 'numbers'; readonly mean: readonly number[]; readonly deviation: readonly number[] };

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
      readonly layers: readonly LayerFacts[];
      readonly target: TargetFacts;
      /** The mean loss of the best answer that is the same for all training rows; only losses for which it is known. */
      readonly constantLoss?: number;
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
  /** Updates that were made, counted from `first`: the loss of each batch and the learning rate. */
  | {
      readonly kind: 'updates';
      readonly first: number;
      readonly loss: readonly number[];
      readonly lr: readonly number[];
    }
  /** What an update looks like from inside. */
  | { readonly kind: 'signals'; readonly signals: Signals }
  /** Training went back to the last good state and goes on from there, with the learning rate times `slower` from now on. */
  | {
      readonly kind: 'recovered';
      readonly update: number;
      readonly why: string;
      readonly slower: number;
      readonly fault?: Fault;
    }
  | { readonly kind: 'checkpoint'; readonly update: number }
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
  /** How often the run is looked at from inside; "auto" where somebody listens. Looking never changes a bit of the result. */
  readonly watch?: Watching;
  /**
   * Where a loss is no number, training goes back to the last good state and leaves that batch out; where that does not help, or the loss is far
   * above what it was, it goes back further and lowers the learning rate. After three lowerings, or twenty batches, it gives up.
   */
  readonly recover?: boolean;
  /** Least seconds between two checkpoints at the ends of epochs, 10 unless said; inside an epoch three times as many. */
  readonly checkpointSeconds?: number;
  /** Goes on where a checkpoint was taken, to the same bits as without the interruption; experiment and data must be the same. */
  readonly resume?: Checkpoint;
}
