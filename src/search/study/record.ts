import type { Picked } from '../../base/index.ts';
import type { KeptTrial } from '../../runs/index.ts';
import type { PrunerName } from '../pruners/index.ts';
import type { SamplerName } from '../samplers/index.ts';
import type { Space, Values } from '../space/parameter.ts';

/** Something that a search makes better. */
export interface Objective {
  /** "loss", a metric, "parameters", "seconds", or whatever the function that is tried gives back. */
  readonly name: string;
  readonly better: 'lower' | 'higher';
}

/** How much may be tried, by all workers together. */
export interface Budget {
  readonly trials?: number;
  readonly updates?: number;
  readonly seconds?: number;
}

/** What never changes while a study lasts. */
export interface StudySettings {
  readonly name: string;
  readonly seed: number;
  readonly objectives: readonly Objective[];
  readonly sampler: Picked<SamplerName>;
  readonly pruner?: Picked<PrunerName>;
  /** Share of the trials that are never pruned: what pruning costs is measured on them. */
  readonly control: number;
  /** From coarse to fine in so many stages; 1 is one stage of everything. */
  readonly stages: number;
  /** Whether the same settings may be tried more than once. */
  readonly repeats: boolean;
  /** So many trials in a row share an architecture, so that they can be trained as one; 1 where nothing is said. */
  readonly stack?: number;
}

/** A part of a study that draws from one space, with trials of one length. */
export interface Stage {
  readonly space: Space;
  /** Of the full length of a trial. */
  readonly length: number;
  /** The clock of the study when the stage began. */
  readonly begun: number;
  readonly kind: 'first' | 'narrowed' | 'extended';
  /** Why its ranges are what they are, in words. */
  readonly reasons: readonly string[];
}

/**
 * A trial with all that is known of it. `asked` and `told` are the clock of the study when its settings were chosen, and when its end was known: what
 * a suggestion saw are the ends before it.
 */
export type TrialRecord = KeptTrial;
export type Origin = KeptTrial['origin'];

/** What became of a trial. */
export interface Outcome {
  readonly state: 'complete' | 'pruned' | 'failed';
  readonly results?: readonly number[];
  readonly updates?: number;
  readonly seconds?: number;
  readonly parameters?: number;
  readonly why?: string;
  /** Who carried it out, where that is known only at the end. */
  readonly worker?: string;
}

/** A study as it is kept. */
export interface StudyRecord {
  readonly settings: StudySettings;
  readonly stages: readonly Stage[];
  readonly clock: number;
  /** By number. */
  readonly trials: readonly TrialRecord[];
}

/** One text for the same settings. */
export const keyOf = (space: Space, values: Values): string => space.map(({ name }) => values[name] ?? '-').join(' ');
