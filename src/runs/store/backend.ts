import type { CompiledQuery, Kysely, RawBuilder } from 'kysely';
import type { EventRow, RunChange, Tables } from './schema.ts';

/** One kind of database. */
export interface Backend {
  /** For people, without a password. */
  readonly place: string;
  readonly db: Kysely<Tables>;
  /** The schema that the tables lie in, where the database has such. */
  readonly schema?: string;
  /** The clock of the database, in milliseconds since 1970. */
  readonly now: RawBuilder<number>;
  /** Writes events, those that are there already left out, and a change of their run; all of it or nothing. */
  append(run: string, events: readonly EventRow[], change: RunChange): Promise<void>;
  /** Carries out changes, all of them or none; none, and false, where the first one finds no row. */
  write(queries: readonly CompiledQuery[]): Promise<boolean>;
  /** Whether an error says that another process is writing, so that the same will soon succeed. */
  isBusy(error: unknown): boolean;
  /** Whether an error says that the server cannot be reached at this moment. */
  isGone(error: unknown): boolean;
}
