import type { DuckDBDataChunk } from '@duckdb/node-api';
import { WellfitError } from '../../../base/index.ts';
import type { ColumnRequest, ColumnValues, TableBlock } from '../../table/table.ts';
import type { Database } from './database.ts';
import type { StoredColumn } from './profile.ts';
import { asNumber, asText, column, type Storage } from './sql.ts';
import { resourceError } from './sqlErrors.ts';

interface Requested {
  readonly storage: Storage;
  readonly c: string;
  readonly as: ColumnRequest['as'];
}

/** Blocks of about 2000 rows, as DuckDB hands them over. */
export async function* blocksOf(
  database: Database,
  table: string,
  columns: readonly Requested[],
): AsyncGenerator<TableBlock> {
  const chosen = columns.map(({ storage, c, as }) =>
    as === 'texts' ? asText(storage, c) : `coalesce(${asNumber(storage, c)}, 'NaN'::DOUBLE)`,
  );
  let first = 0;
  try {
    for await (const chunk of database.stream(`SELECT ${chosen.join(', ') || '1'} FROM ${table}`)) {
      const rows = chunk.rowCount;
      const values = columns.map(({ as }, i) => (as === 'numbers' ? numbers(chunk, i) : texts(chunk, i)));
      yield { first, rows, columns: values };
      first += rows;
    }
  } catch (error) {
    throw error instanceof WellfitError ? error : resourceError(error as Error);
  }
}

/** A copy of the chunk's own memory where the vector shows it, which takes no object for each cell. */
function numbers(chunk: DuckDBDataChunk, index: number): Float64Array {
  const { items } = chunk.getColumnVector(index) as unknown as { items?: unknown };
  if (items instanceof Float64Array) return items.slice(0, chunk.rowCount);
  return Float64Array.from(chunk.getColumnValues(index) as number[]);
}

const texts = (chunk: DuckDBDataChunk, index: number): ColumnValues =>
  chunk.getColumnValues(index) as (string | null)[];

/** Rows looked up in one query. */
const atOnce = 1000;

export async function rowsOf(
  database: Database,
  table: string,
  columns: readonly StoredColumn[],
  count: number,
  rows: readonly number[],
): Promise<Record<string, string | null>[]> {
  const odd = rows.find((row) => !Number.isInteger(row) || row < 0 || row >= count);
  if (odd !== undefined)
    throw new WellfitError('option', `there is no row ${odd}`, { expected: `whole numbers from 0 to ${count - 1}` });
  const chosen = columns.map(({ storage }, i) => asText(storage, column(i)));
  const found = new Map<number, Record<string, string | null>>();
  for (let i = 0; i < rows.length; i += atOnce) {
    const some = new Set(rows.slice(i, i + atOnce));
    const sql = `SELECT rowid::DOUBLE, ${chosen.join(', ')} FROM ${table} WHERE rowid IN (${[...some].join(', ')})`;
    for (const [row, ...values] of await database.query(sql))
      found.set(Number(row), Object.fromEntries(columns.map(({ name }, c) => [name, values[c] as string | null])));
  }
  return rows.map((row) => found.get(row)!);
}
