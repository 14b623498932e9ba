import { existsSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import type { DatabaseSync, SQLInputValue, StatementSync } from 'node:sqlite';
import { type Dialect, Kysely, SqliteAdapter, SqliteDialect, type SqliteStatement, sql } from 'kysely';
import type { Backend } from './backend.ts';
import { changeOf, type EventRow, type Tables } from './schema.ts';

/** Milliseconds that a writing waits for other processes. */
const patience = 'pragma busy_timeout = 5000;';

/** Opens a file as a database, and makes it and its folder where they are not there. */
export async function sqliteBackend(path: string): Promise<Backend> {
  await makeFolder(dirname(resolve(path)));
  const { DatabaseSync } = nodeSqlite();
  const database = new DatabaseSync(path);
  try {
    // Readers and one writer at a time, side by side. A power cut may cost the last moments, but never the file.
    database.exec(`${patience} pragma journal_mode = wal; pragma synchronous = normal;`);
  } catch (error) {
    database.close();
    throw error;
  }
  const db = new Kysely<Tables>({ dialect: dialectOf(database) });
  return {
    place: path,
    db,
    now: sql<number>`unixepoch('subsec') * 1000`,
    append: appender(database, db),
    write: writer(database),
    isBusy,
    isGone: () => false,
  };
}

/** One after the other: Node's own way of making several never ends where the system refuses with "no such file", as in /proc. */
async function makeFolder(path: string): Promise<void> {
  if (existsSync(path)) return;
  await makeFolder(dirname(path));
  await mkdir(path).catch((error: NodeJS.ErrnoException) => {
    if (error.code !== 'EEXIST') throw error;
  });
}

/** Node's own SQLite, without the warning of older versions that it is an experiment. */
function nodeSqlite(): typeof import('node:sqlite') {
  const { emitWarning } = process;
  process.emitWarning = () => {};
  try {
    return process.getBuiltinModule('node:sqlite');
  } finally {
    process.emitWarning = emitWarning;
  }
}

/** SQLITE_BUSY and SQLITE_LOCKED, of which the lowest byte is the code. */
export const isBusy = (error: unknown): boolean => [5, 6].includes((error as { errcode?: number }).errcode! & 0xff);

/** Events go past the query builder: at thousands a second, building a query for each would cost more than writing it. */
function appender(database: DatabaseSync, db: Kysely<Tables>): Backend['append'] {
  let insert: StatementSync | undefined;
  const columns = { run: '', seq: 0, time: 0, kind: '', update: 0, body: '' } satisfies EventRow;
  const sql = db
    .insertInto('events')
    .values(columns)
    .onConflict((c) => c.doNothing())
    .compile().sql;
  return async (run, events, change) => {
    insert ??= database.prepare(sql);
    // A training does not wait for other writers, it comes again.
    database.exec('pragma busy_timeout = 0; begin immediate');
    try {
      for (const { run, seq, time, kind, update, body } of events) insert.run(run, seq, time, kind, update, body);
      const { sql, parameters } = changeOf(db, run, change).compile();
      database.prepare(sql).run(...(parameters as SQLInputValue[]));
      database.exec('commit');
    } catch (error) {
      rollBack(database);
      throw error;
    }
  };
}

/** In one go, so that nothing else of this process comes between. */
const writer =
  (database: DatabaseSync): Backend['write'] =>
  async (queries) => {
    database.exec('pragma busy_timeout = 0; begin immediate');
    try {
      for (const [i, { sql, parameters }] of queries.entries()) {
        const { changes } = database.prepare(sql).run(...(parameters as SQLInputValue[]));
        if (i > 0 || changes !== 0) continue;
        rollBack(database);
        return false;
      }
      database.exec('commit');
      return true;
    } catch (error) {
      rollBack(database);
      throw error;
    } finally {
      database.exec(patience);
    }
  };

/** A full disk may have done so already, which is an error here. */
function rollBack(database: DatabaseSync): void {
  try {
    database.exec('rollback');
  } catch {}
}

/** Kysely knows another library for SQLite: this makes Node's own look like it. */
function dialectOf(database: DatabaseSync): Dialect {
  const dialect = new SqliteDialect({
    database: {
      close: () => database.close(),
      // A transaction that begins as a reader cannot always become a writer.
      prepare: (text) => statement(database.prepare(text === 'begin' ? 'begin immediate' : text), text),
    },
  });
  return {
    createAdapter: () => new TransactionalAdapter(),
    createDriver: () => dialect.createDriver(),
    createIntrospector: (db) => dialect.createIntrospector(db),
    createQueryCompiler: () => dialect.createQueryCompiler(),
  };
}

/** SQLite makes tables in transactions as well, so that of two processes one makes them. */
class TransactionalAdapter extends SqliteAdapter {
  override get supportsTransactionalDdl(): boolean {
    return true;
  }
}

const statement = (prepared: StatementSync, text: string): SqliteStatement => ({
  reader: /^\s*(select|with|pragma)\b|\breturning\b/i.test(text),
  all: (parameters) => prepared.all(...(parameters as SQLInputValue[])),
  run: (parameters) => prepared.run(...(parameters as SQLInputValue[])),
  iterate: (parameters) => prepared.iterate(...(parameters as SQLInputValue[])),
});
