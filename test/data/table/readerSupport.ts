import { mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { openDatabase } from '../../../src/data/readers/table/database.ts';
import { openTable, type TableSource } from '../../../src/data/readers/table/index.ts';
import type { ColumnProfile, ColumnRequest, Table } from '../../../src/data/table/table.ts';
import { temporaryFolder } from '../support.ts';

/** Writes a file under the folder and returns its path. */
export function write(folder: string, name: string, content: string | Uint8Array): string {
  const path = join(folder, name);
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, content);
  return path;
}

/** Runs statements in a database of its own, for instance to write a Parquet file. */
export async function runSql(...statements: string[]): Promise<void> {
  const database = await openDatabase();
  try {
    for (const sql of statements) await database.query(sql);
  } finally {
    database.close();
  }
}

/** Opens a table, hands it to `use` and closes it. */
export async function withTable<T>(source: TableSource, use: (table: Table) => Promise<T> | T): Promise<T> {
  const table = await openTable(source);
  try {
    return await use(table);
  } finally {
    await table.close();
  }
}

/** All values of some columns, by name. */
export async function valuesOf(table: Table, requests: readonly ColumnRequest[]): Promise<Record<string, unknown[]>> {
  const values: unknown[][] = requests.map(() => []);
  for await (const { columns } of table.blocks(requests))
    for (const [i, column] of columns.entries()) values[i].push(...column);
  return Object.fromEntries(requests.map(({ name }, i) => [name, values[i]]));
}

export const numbersOf = async (table: Table, name: string): Promise<number[]> =>
  (await valuesOf(table, [{ name, as: 'numbers' }]))[name] as number[];

export const textsOf = async (table: Table, name: string): Promise<(string | null)[]> =>
  (await valuesOf(table, [{ name, as: 'texts' }]))[name] as (string | null)[];

export const kindsOf = (table: Table): Record<string, ColumnProfile['holds']> =>
  Object.fromEntries(table.columns.map(({ name, holds }) => [name, holds]));

/** A folder that is also the one for temporary files, so that tables of other tests do not count. */
export async function ownTemporaryFolder(): Promise<string> {
  const folder = await temporaryFolder();
  process.env.TMPDIR = folder;
  return folder;
}

/** Folders that tables have made and not taken away. */
export const leftBehind = (): string[] => readdirSync(tmpdir()).filter((name) => name.startsWith('wellfit-table-'));
