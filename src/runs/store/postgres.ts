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
  const db = new Kysely<Tables>({ dialect: new PostgresDialect({ pool }) }).withSchema(schema);
  return {
    place: withoutPassword(url),
    db,
    schema,
    isBusy: () => false,
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
  };
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
