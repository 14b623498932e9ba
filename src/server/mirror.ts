import type { KeptStudy } from '../runs/store/index.ts';
import { comparable, type StudyRecord, type TrialRecord, type Warning, warningsOf } from '../search/index.ts';
import type { StudySource } from './source.ts';

/** A study as it was read last. A trial in which nothing happened stays the same object. */
export interface Mirrored {
  readonly kept: KeptStudy;
  readonly record: StudyRecord;
  readonly warnings: readonly Warning[];
}

/** What was read so many milliseconds ago is new enough, or so many times as long as the reading took. */
const [fresh, patience] = [400, 8];
/** Studies that are kept in memory. */
const most = 3;

/** Reads studies for everybody who looks at them, never the same one twice at a time. */
export function mirrorOf(source: StudySource): (name: string) => Promise<Mirrored | undefined> {
  const held = new Map<string, { until: number; now: Promise<Mirrored | undefined> }>();
  const read = async (name: string, before?: Mirrored): Promise<Mirrored | undefined> => {
    const known = before?.record.trials ?? [];
    const again = known.filter(({ told }) => told === undefined).map(({ number }) => number);
    const kept = await source.read(name, before && { from: known.length, again });
    // A study that was begun anew under its old name is another one.
    const isOther = kept && before && kept.created !== before.kept.created;
    return isOther ? read(name) : kept && mirrored(kept, before);
  };
  return (name) => {
    const entry = held.get(name);
    if (entry && Date.now() < entry.until) return entry.now;
    const began = Date.now();
    const next = {
      until: Number.POSITIVE_INFINITY,
      now: (entry?.now ?? Promise.resolve(undefined)).then((before) => read(name, before)),
    };
    held.delete(name);
    held.set(name, next);
    next.now.then(
      () => (next.until = Date.now() + Math.max(fresh, patience * (Date.now() - began))),
      () => held.delete(name),
    );
    for (const old of held.keys()) if (held.size > most && held.get(old)!.until < Date.now()) held.delete(old);
    return next.now;
  };
}

function mirrored(kept: KeptStudy, known?: Mirrored): Mirrored {
  const read = kept.record as StudyRecord;
  const trials = [...(known?.record.trials ?? [])];
  for (const trial of read.trials) {
    const old = trials[trial.number];
    if (trial.number <= trials.length && !(old && isSame(old, trial))) trials[trial.number] = trial;
  }
  const record = { ...read, trials, clock: Math.max(read.clock, known?.record.clock ?? 0) };
  const settled = (all: StudyRecord) =>
    `${all.stages.length} ${all.trials.filter(({ told }) => told !== undefined).length}`;
  const unchanged = known && settled(known.record) === settled(record);
  const { space } = record.stages[record.stages.length - 1];
  return { kept, record, warnings: unchanged ? known.warnings : warningsOf(space, comparable(record)) };
}

const isSame = (a: TrialRecord, b: TrialRecord): boolean =>
  a.state === b.state &&
  a.told === b.told &&
  a.attempt === b.attempt &&
  a.worker === b.worker &&
  a.reports.length === b.reports.length;
