import type { Kysely } from 'kysely';
import type { EventRow, RunChange, Tables } from './schema.ts';

/** One kind of database. */
export interface Backend {
  /** For people, without a password. */
  readonly place: string;
  readonly db: Kysely<Tables>;
  /** The schema that the tables lie in, where the database has such. */
  readonly schema?: string;
  /** Writes events, those that are there already left out, and a change of their run; all of it or nothing. */
  append(run: string, events: readonly EventRow[], change: RunChange): Promise<void>;
  /** Whether an error says that another process is writing, so that the same will soon succeed. */
  isBusy(error: unknown): boolean;
}
