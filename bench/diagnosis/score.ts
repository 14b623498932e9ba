import type { Finding, History } from '../../src/doctor/index.ts';
import { diagnose, toTell } from '../../src/doctor/index.ts';
import { type Interval, wilson } from '../../src/train/index.ts';
import type { Tool } from './baselines/index.ts';
import type { Case } from './case.ts';

/** What was said of one run, whoever said it; names are those of our rules. */
export interface Said {
  /** The update at which a person was first alarmed; undefined where nobody was. */
  readonly first?: number;
  /** What is taken for the cause, by all names that mean the same. */
  readonly root: readonly string[];
  readonly layer?: string;
  /** Everything that was said, for reading. */
  readonly words: readonly string[];
  /** Names that anything said means. */
  readonly meant: readonly string[];
}

/**
 * What a person is told who uses `wellfit train`: what the quick checks find, before the first update; then errors and what was
 * wrong before it at once, and other warnings that were seen at two looks in a row or at the end (as src/doctor/live.ts, without its limit on time). The cause is that of the whole run.
 */
export function ours(history: History, before: readonly Finding[]): Said {
  const alarming = (findings: readonly Finding[]) => findings.filter(({ severity }) => severity !== 'info');
  const perEpoch = Math.ceil(history.rows.train / history.settings.batchSize);
  const ends = history.epochs.map(({ epoch }) => epoch * perEpoch);
  const times = [
    ...history.signals.map(({ update }) => ({ update, ends: false })),
    ...ends.map((update) => ({ update, ends: true })),
  ];
  const told = new Map(alarming(before).map(({ rule }) => [rule, 0]));
  let seen = new Set<string>();
  for (const { update, ends } of times.toSorted((a, b) => a.update - b.update)) {
    const findings = diagnose(until(history, update, ends));
    for (const { rule } of toTell(alarming(findings), seen)) if (!told.has(rule)) told.set(rule, update);
    seen = new Set(alarming(findings).map(({ rule }) => rule));
  }
  const last = alarming(diagnose(history));
  for (const { rule } of last) if (!told.has(rule)) told.set(rule, history.losses.length);
  const root = last.find(({ rootCause }) => rootCause);
  const names = [...told.keys()];
  return {
    ...(told.size > 0 && { first: Math.min(...told.values()) }),
    root: root ? [root.rule] : [],
    layer: root?.layer,
    words: [...(root ? [root.rule] : []), ...names.filter((name) => name !== root?.rule)],
    meant: names,
  };
}

/** What was known after so many updates. */
function until(history: History, update: number, ended: boolean): History {
  const perEpoch = Math.ceil(history.rows.train / history.settings.batchSize);
  const { stopped: _, ...rest } = history;
  return {
    ...rest,
    losses: history.losses.slice(0, ended ? update : update - 1),
    rates: history.rates.slice(0, ended ? update : update - 1),
    signals: history.signals.filter((signals) => signals.update <= update),
    epochs: history.epochs.filter(({ epoch }) => epoch * perEpoch <= (ended ? update : update - 1)),
  };
}

/** What another tool says: its alarms in the order in which it looks for causes. */
export function theirs(tool: Tool, history: History): Said {
  const order = Object.keys(tool.symptoms);
  const said = tool.look(history).toSorted((a, b) => order.indexOf(a.symptom) - order.indexOf(b.symptom));
  const [root] = said;
  return {
    ...(root && { first: Math.min(...said.map(({ since }) => since)) }),
    root: root ? tool.symptoms[root.symptom] : [],
    layer: root?.layer,
    words: said.map(({ symptom }) => symptom),
    meant: said.flatMap(({ symptom }) => tool.symptoms[symptom]),
  };
}

/** One run of a case and what was said of it. */
export interface Judged {
  readonly one: Case;
  readonly seed: number;
  readonly updates: number;
  readonly said: Said;
}

export interface Share {
  readonly count: number;
  readonly of: number;
  readonly interval: Interval;
}

export interface Score {
  /** Of healthy runs. */
  readonly falseAlarms: Share;
  /** Of faulty runs: any alarm; one that still stands at the end; the exact rule as the cause; it or one that is as right; either of them among all that was said. */
  readonly detected: Share;
  readonly standing: Share;
  readonly exact: Share;
  readonly accepted: Share;
  readonly among: Share;
  /** Of the runs whose fault is in one place. */
  readonly located: Share;
  /** Updates to the first alarm, the median of those that alarmed, and the share of the run that they are. */
  readonly firstAlarm: number;
  readonly firstShare: number;
}

export function score(judged: readonly Judged[]): Score {
  const healthy = judged.filter(({ one }) => one.kind === 'healthy');
  const faulty = judged.filter(({ one }) => one.kind === 'fault');
  const alarmed = faulty.filter(({ said }) => said.first !== undefined);
  return {
    falseAlarms: share(healthy, ({ said }) => said.first !== undefined),
    detected: share(faulty, ({ said }) => said.first !== undefined),
    standing: share(faulty, ({ said }) => said.root.length > 0),
    exact: share(faulty, isExact),
    accepted: share(faulty, isAccepted),
    among: share(faulty, ({ one, said }) => said.meant.some((name) => one.expect.includes(name))),
    located: share(
      faulty.filter(({ one }) => one.layer),
      isLocated,
    ),
    firstAlarm: median(alarmed.map(({ said }) => said.first!)),
    firstShare: median(alarmed.map(({ said, updates }) => said.first! / Math.max(1, updates))),
  };
}

export const isExact = ({ one, said }: Judged): boolean => said.root.includes(one.expect[0]);
export const isAccepted = ({ one, said }: Judged): boolean => said.root.some((name) => one.expect.includes(name));
export const isLocated = ({ one, said }: Judged): boolean =>
  one.layer !== undefined && said.layer !== undefined && one.layer.test(said.layer);

export function share<T>(all: readonly T[], holds: (one: T) => boolean): Share {
  const count = all.filter(holds).length;
  return { count, of: all.length, interval: wilson(count / all.length, all.length) };
}

export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
}
