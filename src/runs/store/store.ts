import { existsSync } from 'node:fs';
import { hostname } from 'node:os';
import { setTimeout as wait } from 'node:timers/promises';
import { type Kysely, Migrator } from 'kysely';
import { WellfitError } from '../../base/index.ts';
import { decode } from '../codec.ts';
import type { RecordedEvent } from '../event.ts';
import type { RunSummary } from '../summary.ts';
import type { Backend } from './backend.ts';
import { migrations, type NewRunRow, type RunRow, type Tables, versionOf } from './schema.ts';
import { isBusy, sqliteBackend } from './sqlite.ts';

export type RunState = 'running' | 'finished' | 'interrupted' | 'failed' | 'killed';

/** A run as the store knows it. */
export interface StoredRun {
  readonly id: string;
  readonly name: string;
  readonly folder: string;
  readonly dataset: string;
  /** Milliseconds since 1970. */
  readonly started: number;
  readonly finished?: number;
  readonly state: RunState;
  /** Events that could not be written. */
  readonly lost: number;
  /** Of the first network. */
  readonly settings?: unknown;
  readonly summary: RunSummary;
  /** What was said of the run when it ended. */
  readonly results?: unknown;
}

/** Runs and their events, in one place. Readers disturb nobody. */
export interface Store {
  /** A path, or a URL without its password. */
  readonly place: string;
  readonly backend: Backend;
  /** Newest first. */
  runs(limit?: number): Promise<StoredRun[]>;
  run(id: string): Promise<StoredRun | undefined>;
  /** In order; those after `after`, of these kinds, `limit` at most. */
  events(
    run: string,
    options?: { readonly after?: number; readonly kinds?: readonly string[]; readonly limit?: number },
  ): Promise<RecordedEvent[]>;
  close(): Promise<void>;
}

/** Whether a place is a server, not a file. */
export const isPostgres = (target: string): boolean => /^postgres(ql)?:\/\//i.test(target);

/**
 * Opens a store: a path of a SQLite file, which is made where it is not there, or a URL of a PostgreSQL server.
 * @param waiting how many milliseconds a server that is not there is waited for, and who hears of it
 * @throws WellfitError where it cannot be opened, is no store, or was made by a newer version of Wellfit
 */
export async function openStore(
  target: string,
  waiting?: { readonly patience: number; readonly onTrouble: (words: string) => void },
): Promise<Store> {
  let told = false;
  for (const began = Date.now(); ; await wait(told ? 500 : 20)) {
    let backend: Backend | undefined;
    try {
      backend = await backendOf(target);
      await migrate(backend);
      return storeOf(backend);
    } catch (error) {
      await backend?.db.destroy().catch(() => {});
      if (error instanceof WellfitError) throw error;
      // Another process makes the same file at this moment.
      if (isBusy(error) && Date.now() - began < patience) continue;
      if (waiting && backend?.isGone(error) && Date.now() - began < waiting.patience) {
        if (!told) waiting.onTrouble(`the run store ${backend.place} cannot be reached; it is tried again`);
        told = true;
        continue;
      }
      throw unusable(target, backend?.place ?? (isPostgres(target) ? 'at this URL' : target), error as Error);
    }
  }
}

/** Milliseconds that opening waits for other processes. */
const patience = 5_000;

const backendOf = async (target: string): Promise<Backend> =>
  isPostgres(target) ? (await import('./postgres.ts')).postgresBackend(target) : sqliteBackend(target);

/** Whether there is something to read: a server is taken to have it. */
export const storeExists = (target: string): boolean => isPostgres(target) || existsSync(target);

function unusable(target: string, place: string, error: Error & { errcode?: number }): WellfitError {
  // Where a name has several addresses, the message stands inside.
  const received = error.message || (error as unknown as { errors?: Error[] }).errors?.[0]?.message || error.name;
  const foreign = error.errcode === 26;
  return new WellfitError('file', `the run store ${place} cannot be used`, {
    received,
    ...(foreign && { likely: 'the file is no SQLite database' }),
    fix: isPostgres(target)
      ? 'check the URL, and that the server runs and lets you make tables'
      : 'check that the folder may be written to and the disk has room, or name another file with --store',
  });
}

/** Brings the tables up to this version; those of a newer one are left alone. */
async function migrate({ db, place, schema }: Backend): Promise<void> {
  const done = await migrationsIn(db, schema);
  const known = Object.keys(migrations);
  const newest = Math.max(0, ...done.map(versionOf));
  const own = Math.max(...known.map(versionOf));
  if (newest > own)
    throw new WellfitError('file', `the run store ${place} was made by a newer Wellfit`, {
      expected: `version ${own} of its tables, or older`,
      received: `version ${newest}`,
      fix: 'update Wellfit, or name another store with --store',
    });
  if (known.every((name) => done.includes(name))) return;
  const provider = { getMigrations: async () => ({ ...migrations }) };
  const { error } = await new Migrator({ db, provider, migrationTableSchema: schema }).migrateToLatest();
  if (error) throw error;
}

async function migrationsIn(db: Kysely<Tables>, schema?: string): Promise<string[]> {
  const tables = await db.introspection.getTables({ withInternalKyselyTables: true });
  const table = 'kysely_migration';
  if (!tables.some((each) => each.name === table && (!schema || each.schema === schema))) return [];
  const rows = await (db as unknown as Kysely<{ [table]: { name: string } }>)
    .selectFrom(table)
    .select('name')
    .execute();
  return rows.map(({ name }) => name);
}

function storeOf(backend: Backend): Store {
  const { db, place } = backend;
  const newestFirst = db.selectFrom('runs').selectAll().orderBy('id', 'desc');
  return {
    place,
    backend,
    async runs(limit) {
      const rows = await (limit === undefined ? newestFirst : newestFirst.limit(limit)).execute();
      return rows.map((row) => storedRun(row));
    },
    async run(id) {
      const row = await newestFirst.where('id', '=', id).executeTakeFirst();
      return row && storedRun(row);
    },
    async events(run, { after = -1, kinds, limit } = {}) {
      let query = db.selectFrom('events').selectAll().where('run', '=', run).where('seq', '>', after).orderBy('seq');
      if (kinds) query = query.where('kind', 'in', kinds);
      if (limit !== undefined) query = query.limit(limit);
      const rows = await query.execute();
      return rows.map(({ seq, time, kind, update, body }) => ({
        seq,
        time,
        kind,
        ...(update !== null && { update }),
        body: decode(body),
      }));
    },
    close: () => db.destroy(),
  };
}

/** A running process says so at least this often, in milliseconds. */
export const heartbeat = 5_000;
/** One that was silent for so long counts as dead. */
const silence = 60_000;

function storedRun(row: RunRow): StoredRun {
  const { id, name, folder, dataset, started, finished, lost, settings, summary, results } = row;
  return {
    id,
    name,
    folder,
    dataset,
    started,
    ...(finished !== null && { finished }),
    state: row.state === 'running' && !isAlive(row) ? 'killed' : (row.state as RunState),
    lost,
    ...(settings !== null && { settings: decode(settings) }),
    summary: decode(summary) as RunSummary,
    ...(results !== null && { results: decode(results) }),
  };
}

/** Whether the process that wrote a row still lives. */
export function isAlive({ host, pid, seen }: Pick<NewRunRow, 'host' | 'pid' | 'seen'>, now = Date.now()): boolean {
  if (now - seen > silence) return false;
  if (host !== hostname()) return true;
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}
