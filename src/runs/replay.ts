import type { Bodies, Epoch, Finding, MemberStart, Signals, Start } from './bodies.ts';
import type { RecordedEvent } from './event.ts';

/** One network of a run: the only one, a member of an ensemble, or a fold. */
export interface MemberRecord extends Partial<MemberStart> {
  readonly start?: Start;
  readonly epochs: readonly Epoch[];
  readonly best?: Epoch;
  /** One entry an update each. */
  readonly updates: {
    readonly update: readonly number[];
    readonly loss: readonly number[];
    readonly lr: readonly number[];
  };
  readonly signals: readonly Signals[];
  /** Updates after which a checkpoint was taken. */
  readonly checkpoints: readonly number[];
  readonly stopped?: { readonly ending: string; readonly words: string };
}

/** A finding, and where in the run it was made. */
export interface RecordedFinding extends Finding {
  readonly time: number;
  readonly update?: number;
  /** Of several networks, which one; counts from 1. */
  readonly member?: number;
}

/** All that a run has told, in order. */
export interface RunRecord {
  /** Of the first network; those of the others differ in the seed at most. */
  readonly start?: Start;
  readonly members: readonly MemberRecord[];
  readonly findings: readonly RecordedFinding[];
  readonly logs: readonly { readonly time: number; readonly text: string }[];
}

type Mutable<T> = { -readonly [K in keyof T]: T[K] extends readonly (infer E)[] ? E[] : T[K] };
type MemberDraft = Mutable<Omit<MemberRecord, 'updates'>> & { updates: Mutable<MemberRecord['updates']> };
interface Draft {
  members: MemberDraft[];
  /** The member under way. */
  at: number;
  findings: RecordedFinding[];
  logs: { time: number; text: string }[];
}

/** Folds the events of a run, in order. What a resumed run did again replaces what it had done; unknown kinds are passed over. */
export function replay(events: Iterable<RecordedEvent>): RunRecord {
  const draft: Draft = { members: [], at: 0, findings: [], logs: [] };
  for (const event of events)
    (folds as Record<string, Fold<unknown> | undefined>)[event.kind]?.(draft, event.body, event);
  const { members, findings, logs } = draft;
  const present = members.filter((member) => member !== undefined);
  return { start: present[0]?.start, members: present, findings, logs };
}

type Fold<Body> = (draft: Draft, body: Body, event: RecordedEvent) => void;

const folds: { readonly [K in keyof Bodies]?: Fold<Bodies[K]> } = {
  member(draft, body) {
    draft.at = body.index - 1;
    Object.assign(current(draft), body);
  },
  start(draft, body) {
    const member = current(draft);
    // A training that is told of again stands in the place of the one before; a resumed one begins its record anew only in what it does again.
    if (member.stopped) draft.members[draft.at] = { ...fresh(), ...indexOf(member) };
    current(draft).start = body;
  },
  updates(draft, { first, loss, lr }) {
    const { updates } = current(draft);
    const kept = updates.update.findIndex((update) => update >= first);
    if (kept >= 0) for (const list of Object.values(updates)) list.length = kept;
    for (let i = 0; i < loss.length; i++) {
      updates.update.push(first + i);
      updates.loss.push(loss[i]);
      updates.lr.push(lr[i] ?? Number.NaN);
    }
  },
  epoch(draft, { record, best }) {
    const member = current(draft);
    dropFrom(member.epochs, record.epoch, ({ epoch }) => epoch);
    member.epochs.push(record);
    if (best) member.best = record;
  },
  signals(draft, { signals }) {
    const { signals: all } = current(draft);
    dropFrom(all, signals.update, ({ update }) => update);
    all.push(signals);
  },
  finding(draft, { finding }, { time, update }) {
    const several = current(draft).index;
    // What is known of it later says more.
    draft.findings = draft.findings.filter(({ rule, member }) => rule !== finding.rule || member !== several);
    draft.findings.push({
      ...finding,
      time,
      ...(update !== undefined && { update }),
      ...(several !== undefined && { member: several }),
    });
  },
  checkpoint(draft, { update }) {
    const { checkpoints } = current(draft);
    dropFrom(checkpoints, update, (count) => count);
    checkpoints.push(update);
  },
  log(draft, { text }, { time }) {
    draft.logs.push({ time, text });
  },
  end(draft, { stopped, best }) {
    const member = current(draft);
    member.stopped = stopped;
    if (best) member.best = best;
  },
};

function current(draft: Draft): MemberDraft {
  draft.members[draft.at] ??= fresh();
  return draft.members[draft.at];
}

const fresh = (): MemberDraft => ({
  epochs: [],
  updates: { update: [], loss: [], lr: [] },
  signals: [],
  checkpoints: [],
});

const indexOf = ({ what, index, of }: MemberDraft): Partial<MemberStart> =>
  index === undefined ? {} : { what, index, of };

/** Removes the entries at the end whose count is `from` or more. */
function dropFrom<T>(entries: T[], from: number, count: (entry: T) => number): void {
  while (entries.length > 0 && count(entries[entries.length - 1]) >= from) entries.pop();
}
