export type Severity = 'info' | 'warning' | 'error';

/** What a person should hear of: all but what is only worth knowing. */
export const isGrave = ({ severity }: { readonly severity: Severity }): boolean => severity !== 'info';

/** A change of the experiment; `settings` replaces what stands under these names. */
export interface Change {
  /** As in "learning rate 1 -> 0.1". */
  readonly what: string;
  readonly settings: Readonly<Record<string, unknown>>;
}

/** What a probe has shown: the same network, rows and seeds with and without the change. */
export interface Proof {
  readonly change: string;
  /** "balanced accuracy", "R²" or "loss" (negative), on the validation rows; higher is better. */
  readonly measure: string;
  /** Medians over the seeds. */
  readonly without: number;
  readonly with: number;
  /** Seeds with which it was better, of so many. */
  readonly better: number;
  readonly seeds: number;
  /** By how many standard errors the loss of the validation rows fell, all seeds together. */
  readonly errors: number;
  /** Length of a probe. */
  readonly epochs: number;
}

/** One thing that is wrong, or may be. */
export interface Finding {
  readonly rule: string;
  readonly severity: Severity;
  /** Where, if it is in one place: a layer or a parameter. */
  readonly layer?: string;
  /** The update from which on it was seen; 0: before the first. */
  readonly since: number;
  /** What was measured, with its number and the healthy band. */
  readonly saw: string;
  /** Why it happens, and what it does. */
  readonly why: string;
  /** What to change, the best first. */
  readonly try: readonly string[];
  /** null where it was not put to the proof: then it is a suspicion. */
  readonly proved: Proof | null;
  /** Whether all other findings may come of this one. */
  readonly rootCause: boolean;
}
