import { type Kysely, type Migration, sql } from 'kysely';

/** The same in SQLite and PostgreSQL. Times are milliseconds since 1970, by the clock of the database unless said. */
export interface StudyTables {
  readonly studies: {
    name: string;
    created: number;
    /** Of Wellfit. */
    version: string;
    state: string;
    /** Whose work it is, to find out whether it still lives; the owner is a word that nobody else has. */
    host: string;
    pid: number;
    seen: number;
    owner: string;
    /** Texts of the codec. */
    settings: string;
    stages: string;
    plan: string;
    summary: string | null;
    /** A structured clone, which keeps bytes as bytes. */
    setup: Uint8Array;
  };
  readonly trials: {
    study: string;
    number: number;
    state: string;
    stage: number;
    origin: string;
    /** 1 for a trial that is never pruned. */
    control: number;
    /** By the clock of the study. */
    asked: number;
    told: number | null;
    attempt: number;
    worker: string | null;
    /** Texts of the codec. */
    values: string;
    note: string | null;
    results: string | null;
    objectives: string | null;
    /** The first objective, for whom a query is to find the best; null where it is no number. */
    value: number | null;
    updates: number | null;
    seconds: number | null;
    parameters: number | null;
    /** By the clock of whoever owns the study. */
    started: number | null;
    ended: number | null;
    why: string | null;
  };
  readonly reports: {
    study: string;
    number: number;
    attempt: number;
    step: number;
    /** Null is NaN. */
    value: number | null;
  };
  /** Where trials that are under way had come to. */
  readonly saved: {
    study: string;
    number: number;
    attempt: number;
    bytes: Uint8Array;
  };
  /** Trials that are handed out to other machines, until their ends are known. */
  readonly jobs: {
    study: string;
    number: number;
    /** What is to be done, a text of the codec. */
    task: string;
    /** Goes up with everyone who takes the job, and whenever it is taken away: who holds an older number is not listened to. */
    claims: number;
    /** How often it was begun. */
    tries: number;
    /** Who works on it, and until when nobody else may. */
    holder: string | null;
    lease_until: number;
    /** The last report that was looked at, and whether the trial should end. */
    judged: number;
    prune: number;
    /** What became of it, a text of the codec, and what goes with that as bytes. */
    outcome: string | null;
    bytes: Uint8Array | null;
  };
  /** Processes that carry out jobs. */
  readonly workers: {
    id: string;
    study: string;
    host: string;
    pid: number;
    /** Jobs at a time. */
    parallel: number;
    seen: number;
  };
}

export const studiesMigration: Migration = {
  async up(db: Kysely<unknown>) {
    // SQLite takes bytes in a column of any type.
    const bytes = sql`bytea`;
    await db.schema
      .createTable('studies')
      .addColumn('name', 'text', (c) => c.primaryKey())
      .addColumn('created', 'double precision', (c) => c.notNull())
      .addColumn('version', 'text', (c) => c.notNull())
      .addColumn('state', 'text', (c) => c.notNull())
      .addColumn('host', 'text', (c) => c.notNull())
      .addColumn('pid', 'integer', (c) => c.notNull())
      .addColumn('seen', 'double precision', (c) => c.notNull())
      .addColumn('owner', 'text', (c) => c.notNull())
      .addColumn('settings', 'text', (c) => c.notNull())
      .addColumn('stages', 'text', (c) => c.notNull())
      .addColumn('plan', 'text', (c) => c.notNull())
      .addColumn('summary', 'text')
      .addColumn('setup', bytes, (c) => c.notNull())
      .execute();
    await db.schema
      .createTable('trials')
      .addColumn('study', 'text', (c) => c.notNull())
      .addColumn('number', 'integer', (c) => c.notNull())
      .addColumn('state', 'text', (c) => c.notNull())
      .addColumn('stage', 'integer', (c) => c.notNull())
      .addColumn('origin', 'text', (c) => c.notNull())
      .addColumn('control', 'integer', (c) => c.notNull())
      .addColumn('asked', 'integer', (c) => c.notNull())
      .addColumn('told', 'integer')
      .addColumn('attempt', 'integer', (c) => c.notNull())
      .addColumn('worker', 'text')
      .addColumn('values', 'text', (c) => c.notNull())
      .addColumn('note', 'text')
      .addColumn('results', 'text')
      .addColumn('objectives', 'text')
      .addColumn('value', 'double precision')
      .addColumn('updates', 'double precision')
      .addColumn('seconds', 'double precision')
      .addColumn('parameters', 'double precision')
      .addColumn('started', 'double precision')
      .addColumn('ended', 'double precision')
      .addColumn('why', 'text')
      .addPrimaryKeyConstraint('trials_by_number', ['study', 'number'])
      .execute();
    await db.schema.createIndex('trials_by_value').on('trials').columns(['study', 'state', 'value']).execute();
    await db.schema
      .createTable('reports')
      .addColumn('study', 'text', (c) => c.notNull())
      .addColumn('number', 'integer', (c) => c.notNull())
      .addColumn('attempt', 'integer', (c) => c.notNull())
      .addColumn('step', 'integer', (c) => c.notNull())
      .addColumn('value', 'double precision')
      .addPrimaryKeyConstraint('reports_in_order', ['study', 'number', 'attempt', 'step'])
      .execute();
    await db.schema
      .createTable('saved')
      .addColumn('study', 'text', (c) => c.notNull())
      .addColumn('number', 'integer', (c) => c.notNull())
      .addColumn('attempt', 'integer', (c) => c.notNull())
      .addColumn('bytes', bytes, (c) => c.notNull())
      .addPrimaryKeyConstraint('saved_by_number', ['study', 'number'])
      .execute();
    await db.schema
      .createTable('jobs')
      .addColumn('study', 'text', (c) => c.notNull())
      .addColumn('number', 'integer', (c) => c.notNull())
      .addColumn('task', 'text', (c) => c.notNull())
      .addColumn('claims', 'integer', (c) => c.notNull())
      .addColumn('tries', 'integer', (c) => c.notNull())
      .addColumn('holder', 'text')
      .addColumn('lease_until', 'double precision', (c) => c.notNull())
      .addColumn('judged', 'integer', (c) => c.notNull())
      .addColumn('prune', 'integer', (c) => c.notNull())
      .addColumn('outcome', 'text')
      .addColumn('bytes', bytes)
      .addPrimaryKeyConstraint('jobs_by_number', ['study', 'number'])
      .execute();
    await db.schema
      .createTable('workers')
      .addColumn('id', 'text', (c) => c.primaryKey())
      .addColumn('study', 'text', (c) => c.notNull())
      .addColumn('host', 'text', (c) => c.notNull())
      .addColumn('pid', 'integer', (c) => c.notNull())
      .addColumn('parallel', 'integer', (c) => c.notNull())
      .addColumn('seen', 'double precision', (c) => c.notNull())
      .execute();
  },
};
