import type { Change, Finding } from './finding.ts';
import type { History } from './history.ts';

/** What a rule has seen, before it is known whether something else brought it about. */
export interface Sighting extends Omit<Finding, 'rule' | 'proved' | 'rootCause'> {
  /** Changes of the experiment that should help if this is the cause, the likeliest first. */
  readonly changes: readonly Change[];
}

/** One question about a training. A pure function of what was recorded: the same live, on a saved run, and in a browser. */
export interface Rule {
  readonly question: string;
  /** What it looks at; a run that recorded less is not asked. */
  readonly needs: readonly ('losses' | 'epochs' | 'signals')[];
  /** Rules whose findings this one can bring about. */
  readonly leadsTo: readonly string[];
  /** Whether only a whole training shows what its changes do. */
  readonly showsLate?: boolean;
  look(history: History): Sighting | undefined;
}
