import type { Dataset } from '../../data/index.ts';
import { type Fingerprint, fingerprintOf } from '../../train/index.ts';
import type { Objective } from '../study/record.ts';
import type { SearchPlan } from './plan.ts';

/** All that a worker elsewhere must know before its first job; plain data, with the bytes of a model that training goes on from. */
export interface Setup {
  /** The experiment with its ranges; its data are named as whoever began the search named them. */
  readonly template: Readonly<Record<string, unknown>>;
  readonly folds: number;
  readonly objectives: readonly Objective[];
  /** What the data hash to: a worker that finds other data refuses to work. */
  readonly fingerprint: Fingerprint;
  /** Whether what networks say of validation rows is wanted. */
  readonly keep: boolean;
  /** Threads inside one operator. */
  readonly threads: number;
  /** Least seconds between two checkpoints of a trial; 10 unless said. */
  readonly checkpointSeconds?: number;
}

export const setupOf = (dataset: Dataset, { template, folds, settings, ensemble }: SearchPlan, threads = 1): Setup => ({
  ...{ template, folds, threads, keep: ensemble },
  objectives: settings.objectives,
  fingerprint: fingerprintOf(dataset),
});
