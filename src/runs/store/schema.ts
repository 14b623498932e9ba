import type { Insertable, Kysely, Migration, Selectable, Updateable } from 'kysely';
import { type StudyTables, studiesMigration } from './studyTables.ts';

/** The same in SQLite and PostgreSQL. Times are milliseconds since 1970; settings, summary, results and body are texts of the codec. */
export interface Tables extends StudyTables {
  readonly runs: {
    /** Sorts by the time of the start. */
    id: string;
    name: string;
    folder: string;
    dataset: string;
    started: number;
    finished: number | null;
    state: string;
    /** Whose work it is, to find out whether it still lives. */
    host: string;
    pid: number;
    /** When the process last wrote. */
    seen: number;
    /** Events that could not be written. */
    lost: number;
    settings: string | null;
    summary: string;
    results: string | null;
  };
  readonly events: {
    run: string;
    seq: number;
    time: number;
    kind: string;
    update: number | null;
    body: string;
  };
}

export type RunRow = Selectable<Tables['runs']>;
export type NewRunRow = Insertable<Tables['runs']>;
export type RunChange = Omit<Updateable<Tables['runs']>, 'id'>;
export type EventRow = Selectable<Tables['events']>;

/** In order of their numbers. One that was published is never changed; a change of the tables is one more. */
export const migrations: Readonly<Record<string, Migration>> = {
  '001-runs': {
    async up(db: Kysely<unknown>) {
      await db.schema
        .createTable('runs')
        .addColumn('id', 'text', (c) => c.primaryKey())
        .addColumn('name', 'text', (c) => c.notNull())
        .addColumn('folder', 'text', (c) => c.notNull())
        .addColumn('dataset', 'text', (c) => c.notNull())
        .addColumn('started', 'double precision', (c) => c.notNull())
        .addColumn('finished', 'double precision')
        .addColumn('state', 'text', (c) => c.notNull())
        .addColumn('host', 'text', (c) => c.notNull())
        .addColumn('pid', 'integer', (c) => c.notNull())
        .addColumn('seen', 'double precision', (c) => c.notNull())
        .addColumn('lost', 'integer', (c) => c.notNull())
        .addColumn('settings', 'text')
        .addColumn('summary', 'text', (c) => c.notNull())
        .addColumn('results', 'text')
        .execute();
      await db.schema
        .createTable('events')
        .addColumn('run', 'text', (c) => c.notNull())
        .addColumn('seq', 'integer', (c) => c.notNull())
        .addColumn('time', 'double precision', (c) => c.notNull())
        .addColumn('kind', 'text', (c) => c.notNull())
        .addColumn('update', 'integer')
        .addColumn('body', 'text', (c) => c.notNull())
        .addPrimaryKeyConstraint('events_in_order', ['run', 'seq'])
        .execute();
    },
  },
  '002-studies': studiesMigration,
};

/** The change of a run as a query. */
export const changeOf = (db: Kysely<Tables>, run: string, change: RunChange) =>
  db.updateTable('runs').set(change).where('id', '=', run);

/** The number of a migration's name. */
export const versionOf = (name: string): number => Number.parseInt(name, 10);
