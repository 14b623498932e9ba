import { type Bodies, type Measured, severities } from './bodies.ts';
import type { RunEvent } from './event.ts';

/** What a list of runs shows of one, kept up to date while it goes on. */
export interface RunSummary {
  /** The name of the metric. */
  readonly metric?: string;
  /** Of each network so far: epochs done, and what its best weights reach on the validation rows. */
  readonly members: readonly { readonly epochs: number; readonly best?: Measured }[];
  /** How many networks there are to be. */
  readonly of: number;
  /** How grave each rule's latest finding is. */
  readonly findings: Readonly<Record<string, string>>;
  /** Of work; the time between an interruption and going on is left out. */
  readonly seconds: number;
  /** Of the last event, in milliseconds since 1970. */
  readonly last?: number;
}

export const emptySummary: RunSummary = { members: [], of: 1, findings: {}, seconds: 0 };

/** The summary after one more event. */
export function summarize(summary: RunSummary, event: RunEvent): RunSummary {
  const { last = event.time, seconds } = summary;
  const passed = event.kind === 'resume' ? 0 : Math.max(0, event.time - last) / 1000;
  const fold = (folds as Record<string, Fold<unknown> | undefined>)[event.kind];
  return { ...summary, ...fold?.(summary, event.body), seconds: seconds + passed, last: event.time };
}

type Fold<Body> = (summary: RunSummary, body: Body) => Partial<RunSummary>;

const folds: { readonly [K in keyof Bodies]?: Fold<Bodies[K]> } = {
  start: ({ members }, { settings: { metric } }) => ({
    ...(metric !== undefined && { metric: metricName(metric) }),
    members: members.length > 0 ? members : [{ epochs: 0 }],
  }),
  member: ({ members }, { index, of }) => ({
    of,
    members: Array.from({ length: index }, (_, i) => members[i] ?? { epochs: 0 }),
  }),
  epoch: ({ members }, { record: { epoch, validation, train }, best }) => {
    const before = members.at(-1);
    const measured = best ? (validation ?? train) : before?.best;
    return { members: [...members.slice(0, -1), { epochs: epoch, ...(measured && { best: measured }) }] };
  },
  end: ({ members }, { best }) => {
    const measured = best?.validation ?? best?.train ?? members.at(-1)?.best;
    const epochs = members.at(-1)?.epochs ?? 0;
    return { members: [...members.slice(0, -1), { epochs, ...(measured && { best: measured }) }] };
  },
  finding: ({ findings }, { finding: { rule, severity } }) => ({ findings: { ...findings, [rule]: severity } }),
};

/** "topK" of { topK: { k: 5 } }. */
export const metricName = (metric: unknown): string =>
  typeof metric === 'object' && metric !== null ? (Object.keys(metric)[0] ?? '') : String(metric);

/** Best loss and metric on the validation rows, the mean over the networks that have one. */
export function bestOf({ members }: RunSummary): Measured | undefined {
  const measured = members.flatMap(({ best }) => (best ? [best] : []));
  if (measured.length === 0) return undefined;
  const mean = (numbers: readonly number[]) => numbers.reduce((a, b) => a + b, 0) / numbers.length;
  const metrics = measured.flatMap(({ metric }) => (metric === undefined ? [] : [metric]));
  return {
    loss: mean(measured.map(({ loss }) => loss)),
    ...(metrics.length === measured.length && { metric: mean(metrics) }),
  };
}

/** The worst kind of finding, and how many there are of any; what is only worth knowing is not counted. */
export function findingsOf({ findings }: RunSummary): { readonly count: number; readonly worst?: string } {
  const rank = (name: string) => severities.indexOf(name as (typeof severities)[number]);
  const grave = Object.values(findings).filter((severity) => severity !== 'info');
  const worst = grave.length > 0 ? grave.reduce((a, b) => (rank(b) > rank(a) ? b : a)) : undefined;
  return { count: grave.length, ...(worst !== undefined && { worst }) };
}
