import { setTimeout as wait } from 'node:timers/promises';
import { type CompiledQuery, sql } from 'kysely';
import { WellfitError } from '../../base/index.ts';
import { encode } from '../codec.ts';
import type { KeptChange, KeptStage } from '../study.ts';
import type { Backend } from './backend.ts';
import { heartbeat, type Store } from './store.ts';
import { numberOrNull, type ReportRow, rowOf, type TrialRow } from './trials.ts';

/** How a process can leave a study; one whose process died is found out by readers. */
export type StudyEnding = 'finished' | 'interrupted' | 'failed';

/** Writes down a study that this process owns. */
export interface StudyKeeper {
  readonly name: string;
  /** Takes a change; it is written a tenth of a second later, and nobody waits for it. */
  change(change: KeptChange): void;
  /**
   * Writes what is still waiting.
   * @throws WellfitError where the store cannot be written for half a minute, or another process owns the study now
   */
  flush(): Promise<void>;
  /** Where trials had come to; it is forgotten when their ends are written. */
  readonly saved: {
    read(number: number): Promise<Uint8Array | undefined>;
    write(number: number, bytes: Uint8Array): Promise<void>;
  };
  /** Writes the rest, and gives the study up. */
  close(ending: StudyEnding, summary?: unknown): Promise<void>;
}

/** Milliseconds between a change and its writing, and before what failed is tried again. */
const pause = 100;
const again = 500;
/** Milliseconds for which whoever waits for a writing waits, and for which a store may be busy. */
const patience = { gone: 30_000, busy: 5_000 };
/** Rows in one query: SQLite takes 32,766 values. */
const most = 500;

/** @param owner the word with which this process took the study */
export function keeperOf(
  store: Store,
  name: string,
  owner: string,
  kept: readonly KeptStage[],
  onTrouble: (words: string) => void,
): StudyKeeper {
  const { backend, place } = store;
  const { db, now } = backend;
  const stages = [...kept];
  let trials = new Map<number, TrialRow>();
  let reports = new Map<string, ReportRow>();
  let over: number[] = [];
  let newStages = false;
  let writing: Promise<void> | undefined;
  let [written, notBefore] = [Date.now(), 0];
  let lost: WellfitError | undefined;

  const own = (change: object) =>
    db
      .updateTable('studies')
      .set({ seen: now, ...change })
      .where('name', '=', name)
      .where('owner', '=', owner)
      .compile();

  /** What is left of work that was handed out, the finalists' as well. */
  const clean = () =>
    (['saved', 'jobs'] as const).map((table) => db.deleteFrom(table).where('study', '=', name).compile());

  /** All that waits, in one transaction; where that fails, it waits on, and what came meanwhile goes before it. */
  const attempt = async (change: object = {}, after: readonly CompiledQuery[] = []): Promise<void> => {
    const batch = { trials, reports, over, newStages };
    [trials, reports, over, newStages] = [new Map(), new Map(), [], false];
    try {
      const queries = [
        own({ ...(batch.newStages && { stages: encode(stages) }), ...change }),
        ...chunks([...batch.trials.values()]).map((rows) => putTrials(rows)),
        ...chunks([...batch.reports.values()]).map((rows) => putReports(rows)),
        ...chunks(batch.over).flatMap((numbers) => forget(numbers)),
        ...after,
      ];
      if (!(await backend.write(queries))) throw (lost = ownedByAnother(name));
      [written, notBefore] = [Date.now(), 0];
    } catch (error) {
      trials = new Map([...batch.trials, ...trials]);
      reports = new Map([...batch.reports, ...reports]);
      [over, newStages] = [[...batch.over, ...over], newStages || batch.newStages];
      throw error;
    }
  };
  const trouble = (error: unknown) => {
    if (lost || backend.isBusy(error)) return;
    if (notBefore === 0)
      onTrouble(`the run store ${place} cannot be written (${(error as Error).message}); it is tried again`);
    notBefore = Date.now() + again;
  };
  /** One writing at a time. */
  const write = (...given: Parameters<typeof attempt>): Promise<void> => {
    writing = attempt(...given).finally(() => {
      writing = undefined;
    });
    return writing;
  };
  const flush = async (...given: Parameters<typeof attempt>): Promise<void> => {
    for (const began = Date.now(); ; ) {
      while (writing) await writing.catch(() => {});
      if (lost) throw lost;
      try {
        return await write(...given);
      } catch (error) {
        trouble(error);
        if (lost) throw lost;
        if (Date.now() - began > patience.gone) throw notWritten(name, place, (error as Error).message);
        await wait(backend.isBusy(error) ? 20 : again);
      }
    }
  };
  const timer = setInterval(() => {
    const waiting = trials.size > 0 || reports.size > 0 || newStages || Date.now() - written > heartbeat;
    if (waiting && !writing && !lost && Date.now() >= notBefore) write().catch(trouble);
  }, pause).unref();

  const putTrials = (rows: readonly TrialRow[]) =>
    db
      .insertInto('trials')
      .values(rows)
      .onConflict((c) => c.columns(['study', 'number']).doUpdateSet(excluded(rows[0], ['study', 'number'])))
      .compile();
  const putReports = (rows: readonly ReportRow[]) =>
    db
      .insertInto('reports')
      .values(rows)
      .onConflict((c) => c.columns(['study', 'number', 'attempt', 'step']).doUpdateSet({ value: sql`excluded.value` }))
      .compile();
  const forget = (numbers: readonly number[]) =>
    (['saved', 'jobs'] as const).map((table) =>
      db.deleteFrom(table).where('study', '=', name).where('number', 'in', numbers).compile(),
    );

  return {
    name,
    change(change) {
      if (change.kind === 'stage') {
        stages[change.index] = change.stage;
        newStages = true;
      } else if (change.kind === 'reported') {
        const { number, attempt, report } = change;
        const row = { study: name, number, attempt, step: report.step, value: numberOrNull(report.value) };
        reports.set(`${number} ${attempt} ${report.step}`, row);
      } else {
        trials.set(change.trial.number, rowOf(name, change.trial));
        if (change.kind === 'told') over.push(change.trial.number);
      }
    },
    flush: () => flush(),
    saved: {
      async read(number) {
        const rows = db.selectFrom('saved').select('bytes').where('study', '=', name).where('number', '=', number);
        const row = await rows.executeTakeFirst();
        return row && new Uint8Array(row.bytes);
      },
      async write(number, bytes) {
        const row = { study: name, number, attempt: 0, bytes };
        const put = db
          .insertInto('saved')
          .values(row)
          .onConflict((c) => c.columns(['study', 'number']).doUpdateSet(excluded(row, ['study', 'number'])))
          .compile();
        // Without it the trial would only begin anew.
        await soon(backend, [own({}), put]).catch(trouble);
      },
    },
    async close(ending, summary) {
      clearInterval(timer);
      const end = { state: ending, owner: '', ...(summary !== undefined && { summary: encode(summary) }) };
      await flush(end, ending === 'finished' ? clean() : []);
    },
  };
}

/** Writes as soon as no other process does. */
export async function soon(backend: Backend, queries: readonly CompiledQuery[]): Promise<boolean> {
  for (const began = Date.now(); ; await wait(20))
    try {
      return await backend.write(queries);
    } catch (error) {
      if (!backend.isBusy(error) || Date.now() - began > patience.busy) throw error;
    }
}

export const ownedByAnother = (name: string, who?: string): WellfitError =>
  new WellfitError('option', `the study "${name}" belongs to another process`, {
    ...(who && { received: who }),
    likely: 'two searches were given the same name and store',
    fix: 'wait for it, end it, or give this search another name with --name',
  });

const notWritten = (name: string, place: string, received: string): WellfitError =>
  new WellfitError('file', `the study "${name}" cannot be written to the run store ${place}`, {
    received,
    fix: 'when the store can be written again, go on with --resume; the last trials before that are missing',
  });

/** Every column but those that say which row is meant. */
const excluded = (row: object, keys: readonly string[]) =>
  Object.fromEntries(
    Object.keys(row)
      .filter((column) => !keys.includes(column))
      .map((column) => [column, sql.ref(`excluded.${column}`)]),
  );

const chunks = <T>(all: readonly T[]): T[][] =>
  Array.from({ length: Math.ceil(all.length / most) }, (_, i) => all.slice(i * most, (i + 1) * most));
