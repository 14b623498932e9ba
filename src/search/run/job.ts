import type { Values } from '../space/parameter.ts';
import type { Report } from '../trial.ts';
import type { Tried } from './trial.ts';

/** Settings that are to be tried with a seed, for a share of the full length. */
export interface Job {
  readonly number: number;
  /** How often it was begun, this time counted. */
  readonly attempt: number;
  readonly values: Values;
  readonly seed: number;
  /** Of the epochs that the experiment asks for. */
  readonly length: number;
}

export interface JobHooks {
  readonly signal: AbortSignal;
  /** Takes the first objective after each epoch, or after each fold; lower is better. Whether the trial should end there. */
  readonly onReport?: (report: Report) => boolean | Promise<boolean>;
  /** Where an earlier attempt had come to, as it was given to `onCheckpoint`. */
  readonly resume?: Uint8Array;
  readonly onCheckpoint?: (saved: Uint8Array) => void | Promise<void>;
}

/** A job with what is to be told of it. */
export interface Assigned {
  readonly job: Job;
  readonly hooks: JobHooks;
}

/** Whatever can carry out one trial at a time: this thread, another process, another machine. */
export interface Worker {
  readonly name: string;
  /** Waits until a job would be begun at once; without it, that is always so. */
  ready?(signal: AbortSignal): Promise<void>;
  /** @throws WorkerLost where the worker is gone, and the trial may be begun again; anything else is the trial's own failure */
  run(job: Job, hooks: JobHooks): Promise<Tried>;
  /** Carries out several side by side: those that run the same program share its calls. */
  runStacked?(assigned: readonly Assigned[]): readonly Promise<Tried>[];
  /** Ends it; what is under way is lost. */
  close?(): Promise<void>;
}

/** A worker is gone; its trial is not to blame. */
export class WorkerLost extends Error {}
