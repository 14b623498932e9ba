import type { Change } from '../finding.ts';
import type { Context } from './context.ts';

/** "skipped" where the question means nothing for this experiment; `measured` then says why. */
export type Verdict = 'ok' | 'warning' | 'error' | 'skipped';

/** What one check has found. */
export interface Outcome {
  readonly verdict: Verdict;
  readonly measured: string;
  /** Where they hang on the experiment, in the place of those of the check. */
  readonly healthy?: string;
  readonly meaning?: string;
  /** Where, if it is in one place: a layer, a parameter or a column. */
  readonly layer?: string;
  /** What to do beside the changes, the best first. */
  readonly try?: readonly string[];
  readonly changes?: readonly Change[];
}

/** One question about an experiment, answered before it is trained. */
export interface Check {
  readonly question: string;
  /** What the measure is where all is well. */
  readonly healthy: string;
  /** What it means where it is not. */
  readonly meaning: string;
  /** Cheap enough to be asked before every training, and not told there already. */
  readonly quick: boolean;
  /** Checks that this one, where it fails, makes fail. */
  readonly leadsTo: readonly string[];
  run(context: Context): Outcome | Promise<Outcome>;
}

export const ok = (measured: string, healthy?: string): Outcome => ({
  verdict: 'ok',
  measured,
  ...(healthy !== undefined && { healthy }),
});

export const skipped = (measured: string): Outcome => ({ verdict: 'skipped', measured });
