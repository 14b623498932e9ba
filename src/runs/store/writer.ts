import { hostname } from 'node:os';
import { setTimeout as wait } from 'node:timers/promises';
import { grouped } from '../../base/index.ts';
import { encode } from '../codec.ts';
import type { RunEvent } from '../event.ts';
import { emptySummary, type RunSummary, summarize } from '../summary.ts';
import type { EventRow, RunChange } from './schema.ts';
import { heartbeat, type RunState, type Store } from './store.ts';

/** What is known of a run when it begins. */
export interface RunFacts {
  readonly name: string;
  readonly folder: string;
  readonly dataset: string;
}

/** How a process can end a run; a run whose process died is found out by readers. */
export type RunEnding = Exclude<RunState, 'running' | 'killed'>;

/** Records one run. Once it is open, nothing here throws or keeps the training waiting. */
export interface RunWriter {
  readonly id: string;
  write(event: RunEvent): void;
  /** Writes what is still waiting, and how the run ended; waits for a busy store, but not for long. */
  finish(ending: RunEnding, results?: unknown): Promise<void>;
}

/** Milliseconds between two writes, or so many events. */
const pause = 250;
const batch = 512;
/** More than these are not kept in memory while the store cannot be written. */
const mostWaiting = 20_000;
/** Milliseconds after which a store that failed is tried again; one that is busy for so long has failed. */
const again = 5_000;

/**
 * Begins a run in a store, or with `resume` goes on with the newest one of the same folder. `onTrouble` hears once that the store cannot be
 * written, and at the end how many events were lost.
 */
export async function openRun(
  store: Store,
  facts: RunFacts,
  onTrouble: (words: string) => void,
  resume = false,
): Promise<RunWriter> {
  const { backend, place } = store;
  const before = resume ? await latestOf(store, facts.folder) : undefined;
  const { id, summary: known, lost: missing } = before ?? (await begin(store, facts));
  let [seq, summary, lost] = [before?.next ?? 0, known, missing];
  let settings: string | undefined;
  let waiting: EventRow[] = [];
  let writing: Promise<unknown> | undefined;
  let [written, notBefore, told] = [Date.now(), 0, false];

  /** Everything that waits, in one transaction. */
  const attempt = async (change: RunChange = {}): Promise<'done' | 'busy' | 'failed'> => {
    const count = waiting.length;
    try {
      const facts = { seen: Date.now(), lost, summary: encode(summary), ...(settings && { settings }) };
      await backend.append(id, waiting.slice(), { ...facts, ...change });
      waiting = waiting.slice(count);
      written = Date.now();
      return 'done';
    } catch (error) {
      if (backend.isBusy(error) && Date.now() - written < again) return 'busy';
      notBefore = Date.now() + again;
      if (!told) onTrouble(`the run store ${place} cannot be written (${(error as Error).message}); the run goes on`);
      told = true;
      return 'failed';
    }
  };
  const flush = () => {
    if (Date.now() < notBefore) return;
    writing ??= attempt().finally(() => {
      writing = undefined;
    });
  };
  const timer = setInterval(() => {
    if (waiting.length > 0 || Date.now() - written > heartbeat) flush();
  }, pause).unref();

  const writer: RunWriter = {
    id,
    write({ kind, time, update = null, body }) {
      const row = { run: id, seq: seq++, time, kind, update };
      try {
        const text = encode(body);
        summary = summarize(summary, { kind, time, body });
        if (kind === 'start' && before?.settings === undefined)
          settings ??= encode((body as { settings: unknown }).settings);
        if (waiting.length < mostWaiting) waiting.push({ ...row, body: text });
        else lost++;
      } catch {
        lost++;
      }
      if (waiting.length % batch === 0) flush();
    },
    async finish(ending, results) {
      clearInterval(timer);
      await writing;
      const end = { state: ending, finished: Date.now(), ...(results !== undefined && { results: encode(results) }) };
      written = Date.now();
      let outcome = await attempt(end);
      while (outcome === 'busy') {
        await wait(20);
        outcome = await attempt(end);
      }
      lost += waiting.length;
      waiting = [];
      if (lost > missing) onTrouble(`${grouped(lost - missing)} events of this run are not in the run store ${place}`);
    },
  };
  if (before) writer.write({ kind: 'resume', time: Date.now(), body: {} });
  return writer;
}

/** Who works on a run. */
const owner = () => ({ host: hostname(), pid: process.pid, seen: Date.now(), state: 'running', finished: null });

async function begin({ backend }: Store, facts: RunFacts): Promise<Opened> {
  const started = Date.now();
  const chance = Math.random().toString(36).slice(2, 6).padEnd(4, '0');
  const id = `${started.toString(36)}${chance}`;
  const row = {
    ...facts,
    ...owner(),
    id,
    started,
    lost: 0,
    settings: null,
    summary: encode(emptySummary),
    results: null,
  };
  await backend.db.insertInto('runs').values(row).execute();
  return { id, summary: emptySummary, lost: 0 };
}

interface Opened {
  readonly id: string;
  readonly summary: RunSummary;
  readonly lost: number;
  readonly settings?: unknown;
}

/** The newest run of a folder of this machine, taken over by this process, and the place of its next event. */
async function latestOf(store: Store, folder: string): Promise<(Opened & { readonly next: number }) | undefined> {
  const { db } = store.backend;
  const found = await db
    .selectFrom('runs')
    .select('id')
    .where('folder', '=', folder)
    .where('host', '=', hostname())
    .orderBy('id', 'desc')
    .executeTakeFirst();
  const run = found && (await store.run(found.id));
  if (!run) return undefined;
  const events = db.selectFrom('events').where('run', '=', run.id);
  const last = await events.select((e) => e.fn.max('seq').as('seq')).executeTakeFirst();
  await db.updateTable('runs').set(owner()).where('id', '=', run.id).execute();
  return { ...run, next: (last?.seq ?? -1) + 1 };
}
