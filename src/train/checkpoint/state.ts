import type { EpochRecord, Stop, Weights } from '../records.ts';
import type { Choice, Settings } from '../settings/schema.ts';
import type { Fingerprint } from './fingerprint.ts';

/** What early stopping has seen. */
export interface StoppingState {
  readonly bestEpoch: number;
  readonly best: number;
  readonly latest: number;
}

/** Sums over the batches of an epoch under way. */
export interface BatchSums {
  readonly loss: number;
  readonly metric: number;
  readonly rows: number;
}

/** Where the training of one network stands. Everything random is a function of (seed, update), so nothing else is needed to go on. */
export interface LoopState {
  /** Updates done. */
  readonly update: number;
  /** The epoch under way, from 1, and how many rows of it are done. */
  readonly epoch: number;
  readonly rowsDone: number;
  readonly sums: BatchSums;
  /** Of the epoch under way; of all updates, evaluation left out. */
  readonly epochSeconds: number;
  readonly trainSeconds: number;
  readonly rowsSeen: number;
  /** What the learning rate is multiplied by since training went back to a good state; absent where it never did. */
  readonly slower?: number;
  /** What schedules look at: the loss of each epoch. */
  readonly losses: readonly number[];
  readonly epochs: readonly EpochRecord[];
  /** The epoch that `weights` are of. */
  readonly bestEpoch?: number;
  readonly stopping: StoppingState;
  /** How many sets of weights are summed in `mean` (SWA). */
  readonly averaged: number;
  readonly mean: Weights;
  /** The weights that count so far; of a finished run, those that were kept. */
  readonly weights: Weights;
  readonly snapshots: readonly Weights[];
  /** Weights, running statistics, averages and optimizer state, as a step reads and writes them; empty for a finished run. */
  readonly memory: Weights;
}

/** A training that can be continued, bit for bit, on the same data and the same kind of engine. */
export interface Checkpoint {
  /** Nothing left out; a learning rate that was looked for is found. */
  readonly settings: Settings;
  readonly chosen: readonly Choice[];
  readonly notes: readonly string[];
  readonly data: Fingerprint;
  /** The name of the engine; another one continues as well, but not to the same bits. */
  readonly engine: string;
  /** So far, interruptions left out; of several members, the one under way. */
  readonly seconds: number;
  /** Of a run that is over and measured. */
  readonly finished?: Stop;
  /** The network under way; absent between two members of an ensemble, and in a finished one. */
  readonly state?: LoopState;
  /** Finished members of an ensemble, in order. */
  readonly members?: readonly Checkpoint[];
}
