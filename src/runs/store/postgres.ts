import { Kysely, PostgresDialect, sql } from 'kysely';
import type { Backend } from './backend.ts';
import { changeOf, type Tables } from './schema.ts';

/** Milliseconds after which a server counts as gone. */
const patience = 10_000;
const schema = 'wellfit';

/** A PostgreSQL server by URL; the tables lie in a schema of their own. */
export async function postgresBackend(url: string): Promise<Backend> {
  const { default: pg } = await import('pg');
  const pool = new pg.Pool({
    connectionString: url,
    max: 2,
    connectionTimeoutMillis: patience,
    query_timeout: patience,
    keepAlive: true,
    allowExitOnIdle: true,
    application_name: 'wellfit',
  });
  // A connection that breaks while nobody uses it is replaced when it is needed again.
  pool.on('error', () => {});
  // One that breaks in use fails the query as well, and must not end the process.
  pool.on('connect', (client) => client.on('error', () => {}));
  const db = new Kysely<Tables>({ dialect: new PostgresDialect({ pool }) }).withSchema(schema);
  return {
    place: withoutPassword(url),
    db,
    schema,
    now: sql<number>`(extract(epoch from clock_timestamp()) * 1000)::double precision`,
    isBusy: isBeaten,
    isGone,
    append: (run, events, change) =>
      db.transaction().execute(async (transaction) => {
        if (events.length > 0)
          await transaction
            .insertInto('events')
            .columns(['run', 'seq', 'time', 'kind', 'update', 'body'])
            .expression(
              sql`select ${run}::text, * from unnest(
                ${events.map(({ seq }) => seq)}::integer[], ${events.map(({ time }) => time)}::double precision[],
                ${events.map(({ kind }) => kind)}::text[], ${events.map(({ update }) => update)}::integer[],
                ${events.map(({ body }) => body)}::text[])`,
            )
            .onConflict((c) => c.doNothing())
            .execute();
        await changeOf(transaction, run, change).execute();
      }),
    write: async ([first, ...others]) => {
      const nothing = new Error('no row');
      try {
        await db.transaction().execute(async (transaction) => {
          if (!(await transaction.executeQuery(first)).numAffectedRows) throw nothing;
          for (const query of others) await transaction.executeQuery(query);
        });
        return true;
      } catch (error) {
        if (error === nothing) return false;
        throw error;
      }
    },
  };
}

/** Two wanted the same rows at once, and this one was told to come again. */
const isBeaten = (error: unknown): boolean => /^(40001|40P01)$/.test((error as { code?: string }).code ?? '');

/** What a server answers has a code: 08 is the connection, 53 too little of something, 57P its end or start. */
function isGone(error: unknown): boolean {
  const { code = '', message = '' } = error as { code?: string; message?: string };
  return /^(08|53|57P|E[A-Z]{3})/.test(code) || /terminated|timeout|connection error|closed/i.test(message);
}

function withoutPassword(url: string): string {
  try {
    const parsed = new URL(url);
    if (parsed.password) parsed.password = '***';
    parsed.search = '';
    return parsed.href;
  } catch {
    return 'the PostgreSQL server';
  }
}
