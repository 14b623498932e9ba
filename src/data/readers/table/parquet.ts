import type { ColumnProfile } from '../../table/table.ts';
import { openDatabase } from './database.ts';
import { identifier, quoted } from './sql.ts';

/** What a column of a file that is written holds. */
export interface WrittenColumn {
  readonly name: string;
  readonly holds: ColumnProfile['holds'];
}

const types = { integer: 'BIGINT', number: 'DOUBLE', boolean: 'BOOLEAN', date: 'TIMESTAMP', text: 'VARCHAR' } as const;

/** Writes a CSV file (RFC 4180, with a header; empty where nothing is known) as Parquet, in the same order of rows. */
export async function writeParquet(csv: string, columns: readonly WrittenColumn[], out: string): Promise<void> {
  const database = await openDatabase();
  try {
    const described = columns.map(({ name, holds }) => `${quoted(name)}: ${quoted(types[holds])}`).join(', ');
    const options = `auto_detect = false, header = true, delim = ',', quote = '"', escape = '"', hive_partitioning = false`;
    const chosen = columns.map(({ name }) => identifier(name)).join(', ');
    const read = `SELECT ${chosen} FROM read_csv(${quoted(csv.replace(/[*?[]/g, '[$&]'))}, ${options}, columns = {${described}})`;
    await database.query(`COPY (${read}) TO ${quoted(out)} (FORMAT parquet, COMPRESSION zstd)`);
  } finally {
    database.close();
  }
}
