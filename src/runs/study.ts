/** A trial of a study, as it is kept. */
export interface KeptTrial {
  readonly number: number;
  readonly state: 'running' | 'complete' | 'pruned' | 'failed';
  readonly values: Readonly<Record<string, number>>;
  /** One for each objective; lower is better. */
  readonly objectives?: readonly number[];
  /** In the order of their steps. */
  readonly reports: readonly KeptReport[];
  readonly note?: unknown;
  readonly stage: number;
  /** Where its settings come from: the sampler, a look outside of a narrowed range, an earlier stage, or a person. */
  readonly origin: 'sampler' | 'wider' | 'promoted' | 'given';
  /** Never pruned. */
  readonly control: boolean;
  readonly asked: number;
  readonly told?: number;
  /** How often it was begun; what an earlier attempt still writes is refused. */
  readonly attempt: number;
  readonly worker?: string;
  /** One for each objective, as people read them. */
  readonly results?: readonly number[];
  readonly updates?: number;
  readonly seconds?: number;
  /** Of the network. */
  readonly parameters?: number;
  /** Milliseconds since 1970. */
  readonly started?: number;
  readonly ended?: number;
  /** Why it failed, or was pruned. */
  readonly why?: string;
}

export interface KeptReport {
  readonly step: number;
  readonly value: number;
}

/** Only its place in time matters to who keeps it. */
export interface KeptStage {
  readonly begun: number;
}

/** What changed in a study. */
export type KeptChange =
  | { readonly kind: 'stage'; readonly stage: KeptStage; readonly index: number }
  | { readonly kind: 'asked' | 'claimed' | 'told'; readonly trial: KeptTrial }
  | { readonly kind: 'reported'; readonly number: number; readonly attempt: number; readonly report: KeptReport };

/** All that a study goes on from. */
export interface KeptRecord {
  readonly settings: unknown;
  readonly stages: readonly KeptStage[];
  /** Ahead of every time that is known of it. */
  readonly clock: number;
  /** By number. */
  readonly trials: readonly KeptTrial[];
}

/** The reports after one more: a trial that was begun again tells some steps twice. */
export function withReport(reports: readonly KeptReport[], report: KeptReport): readonly KeptReport[] {
  const kept = reports.length === 0 || reports[reports.length - 1].step < report.step;
  return [...(kept ? reports : reports.filter(({ step }) => step < report.step)), report];
}

/** The time of a study: one more than anything that happened in it. */
export const clockOf = (stages: readonly KeptStage[], trials: readonly KeptTrial[]): number =>
  1 +
  Math.max(
    stages.reduce((latest, { begun }) => Math.max(latest, begun), 0),
    trials.reduce((latest, { asked, told = 0 }) => Math.max(latest, asked, told), 0),
  );
