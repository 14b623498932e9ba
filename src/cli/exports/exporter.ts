import type { Io } from '../command.ts';

export interface Target {
  /** --out, if it was given. */
  readonly out?: string;
  /** --store, if it was given. */
  readonly store?: unknown;
}

export interface Exported {
  /** The folder of the run, or its name in the run store. */
  readonly run: string;
  readonly out: string;
  readonly bytes: number;
  /** What it was made of or holds, for people. */
  readonly from: string;
  /** What to do with it, where that is not plain. */
  readonly next?: string;
}

/** Writes a run in one format. */
export type Exporter = (run: string, target: Target, io: Io) => Promise<Exported>;
