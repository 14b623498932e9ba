import type { Values } from './space/parameter.ts';

/** A value that was told while a trial ran; lower is better. Steps count from 1: epochs, or folds. */
export interface Report {
  readonly step: number;
  readonly value: number;
}

/** One setting of all parameters, and what became of it: what samplers and pruners see. */
export interface Trial {
  /** Counts from 0, without gaps. */
  readonly number: number;
  readonly state: 'running' | 'complete' | 'pruned' | 'failed';
  readonly values: Values;
  /** Of a complete trial, one number for each objective: lower is better, and infinities are allowed. */
  readonly objectives?: readonly number[];
  /** In the order of their steps. */
  readonly reports: readonly Report[];
  /** What its sampler wants to know of it later. */
  readonly note?: unknown;
}
