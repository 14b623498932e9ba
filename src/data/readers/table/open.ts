import { basename } from 'node:path';
import { suggest, WellfitError } from '../../../base/index.ts';
import type { ColumnRequest, Table, TableBlock } from '../../table/table.ts';
import { type Database, openDatabase } from './database.ts';
import { findBrokenLine } from './diagnose.ts';
import { findFiles, type SourceFile } from './files.ts';
import { understand } from './kinds.ts';
import { profile, type StoredColumn } from './profile.ts';
import { type Raw, rawOf } from './raw.ts';
import { blocksOf, rowsOf } from './read.ts';
import { column, identifier, stored } from './sql.ts';
import { queryError, resourceError } from './sqlErrors.ts';
import { unpacked, withEvenLineEnds } from './unpack.ts';

export interface TableSource {
  /**
   * One path or glob, or several: .csv, .tsv, .txt, .jsonl, .ndjson, .json, .parquet, each also followed by .gz or .zst. All of one format and with the
   * same columns.
   */
  readonly table: string | readonly string[];
  /** Condition on rows, SQL: "age > 18". */
  readonly where?: string;
  /** A whole SQL query; the files are the table "data". */
  readonly sql?: string;
  /** Columns of text files that stay texts even where every value could be a number or a date. */
  readonly texts?: readonly string[];
}

export interface TableOptions {
  /** What is going on, for people: "decompressing adult.csv.gz". */
  onProgress?(words: string): void;
}

/** Tables from more bytes than this are kept in a file. */
const mostInMemory = 64 * 2 ** 20;

/**
 * Opens files as one table: looks at every value, decides what the columns hold, and keeps the rows in a database of its own (in a
 * temporary folder if they are many) until the table is closed. Memory does not grow with the number of rows.
 *
 * Blanks around texts go; '', NA, N/A, n/a, #N/A, NaN, nan, null, NULL, None, ? and - mean missing, and so do infinite numbers. In text files a
 * column is of a kind if every value is: numbers (with a decimal comma where fields are separated by semicolons; codes with leading
 * zeros are texts), true and false, dates. Times of day, lists and objects are texts. Times with a zone count in UTC. CSV needs a header; a
 * column without a name is called column3 by its place.
 *
 * The rows are in the order of the files (by name, where a glob named them), or as the query gives them; it runs on one thread, so that it gives the
 * same order every time.
 *
 * @throws WellfitError with file and line for a file that cannot be read, with SQL's own words and near names for a wrong query
 */
export async function openTable(source: TableSource, options: TableOptions = {}): Promise<Table> {
  if (source.where !== undefined && source.sql !== undefined)
    throw new WellfitError('option', 'a condition and a query are both given', {
      expected: 'one of where and sql',
      fix: 'put the condition into the query, after WHERE',
    });
  const database = await openDatabase();
  try {
    return await opened(database, source, options.onProgress ?? (() => {}));
  } catch (error) {
    database.close();
    throw error instanceof WellfitError ? error : resourceError(error as Error);
  }
}

async function opened(database: Database, source: TableSource, say: (words: string) => void): Promise<Table> {
  const packed = await findFiles(database, source.table);
  const files: SourceFile[] = [];
  for (const [i, file] of packed.entries()) {
    if (file.packed) say(`decompressing ${file.shown}`);
    files.push(await unpacked(file, database.folder, i));
  }
  const [first] = files;
  const name = basename(first.shown).split('.')[0] || 'table';
  say(`reading ${files.length === 1 ? first.shown : `${files.length} files`}`);

  const names = await understood(database, files, source.texts ?? []);

  const isLarge = files.reduce((sum, { bytes }) => sum + bytes, 0) > mostInMemory;
  if (isLarge) await database.query(`ATTACH '${`${database.folder}/table.duckdb`.replaceAll("'", "''")}' AS disk`);
  const target = isLarge ? 'disk.rows' : 'rows';
  let columns: StoredColumn[];
  if (source.where === undefined && source.sql === undefined)
    columns = await keep(database, target, 'SELECT * FROM understood', names, false).catch((error: Error) => {
      throw resourceError(error, files);
    });
  else
    try {
      columns = await keepQuery(database, target, names, source);
    } catch (error) {
      throw error instanceof WellfitError ? error : queryError(error as Error, source, names, files);
    }

  say('looking at the columns');
  const found = await profile(database, target, columns);
  if (found.rows === 0) throw noRows(source, first);
  const storageOf = new Map(columns.map(({ name, storage }, i) => [name, { storage, c: column(i) }]));
  const requested = (requests: readonly ColumnRequest[]) =>
    requests.map(({ name, as }) => {
      const known = storageOf.get(name);
      if (!known)
        throw new WellfitError('option', `there is no column "${name}" in ${first.shown}`, {
          fix: suggest(name, storageOf.keys()),
        });
      return { ...known, as };
    });

  return {
    name,
    ...found,
    blocks: (requests): AsyncIterable<TableBlock> => blocksOf(database, target, requested(requests)),
    rowsAt: (rows) => rowsOf(database, target, columns, found.rows, rows),
    close: async () => database.close(),
  };
}

/**
 * Makes the view "understood" with columns c0, c1, …, each with the type of what it holds.
 *
 * @returns the names of the columns
 */
async function understood(
  database: Database,
  files: readonly SourceFile[],
  texts: readonly string[],
  isRetry = false,
): Promise<readonly string[]> {
  let raw: Raw | undefined;
  try {
    raw = await rawOf(database, files);
    const { names, types, dialect } = raw;
    await database.query(`CREATE OR REPLACE TEMP VIEW raw AS ${raw.sql}`);
    const kept = new Set(texts.map((name) => names.indexOf(name)));
    const columns =
      types?.map((type, i) => stored(type, column(i))[1]) ??
      (await understand(database, 'raw', names.length, kept, dialect?.delimiter));
    const chosen = columns.map((sql, i) => `${sql} AS ${column(i)}`).join(', ');
    await database.query(`CREATE TEMP VIEW understood AS SELECT ${chosen} FROM raw`);
    return names;
  } catch (error) {
    const found = await readError(error as Error, files, raw);
    if (found instanceof WellfitError || isRetry)
      throw found instanceof WellfitError ? found : resourceError(found, files);
    // No line is to blame: DuckDB does not take lines that end in different ways.
    const even = await Promise.all(files.map((file, i) => withEvenLineEnds(file, database.folder, i)));
    return understood(database, even, texts, true);
  }
}

/** Runs the user's query and keeps what it gives. */
async function keepQuery(
  database: Database,
  target: string,
  names: readonly string[],
  { where, sql }: TableSource,
): Promise<StoredColumn[]> {
  const chosen = names.map((name, i) => `${column(i)} AS ${identifier(name)}`).join(', ');
  await database.query(`CREATE TEMP VIEW data AS SELECT ${chosen} FROM understood`);
  // On a line of its own, a bracket is not lost in a comment at the end.
  const query =
    sql === undefined
      ? `SELECT * FROM data WHERE (${where}\n)`
      : sql.replace(/;(?:[;\s]|--.*(?:\n|$)|\/\*[\s\S]*?\*\/)*$/, '');
  if ((where ?? sql ?? '').trim() === '' || !(await database.isOneQuery(query)))
    throw new WellfitError('option', sql === undefined ? 'where is no condition' : 'sql is not one query', {
      expected: sql === undefined ? 'one condition, such as age > 18' : 'one SELECT, such as SELECT * FROM data',
      received: (where ?? sql ?? '').replace(/\s+/g, ' ').slice(0, 100),
    });
  await database.query('SELECT setseed(0)');
  const found = await database.query(`DESCRIBE ${query}`);
  return keep(
    database,
    target,
    query,
    found.map(([name]) => String(name)),
    sql !== undefined,
  );
}

/** Creates the table that everything is read from. */
async function keep(
  database: Database,
  target: string,
  query: string,
  names: readonly string[],
  isQuery: boolean,
): Promise<StoredColumn[]> {
  const aliases = names.map((_, i) => column(i)).join(', ');
  const types = await database.query(`DESCRIBE ${query}`);
  const columns = types.map(([, type], i) => stored(String(type), column(i)));
  // What the files hold has been cleaned; a query may have made new texts.
  const chosen = columns
    .map(([storage, sql], i) => `${isQuery || storage !== 'text' ? sql : column(i)} AS ${column(i)}`)
    .join(', ');
  const create = `CREATE TABLE ${target} AS SELECT ${chosen} FROM (${query}\n) AS t(${aliases})`;
  await (isQuery ? database.inOrder(create) : database.query(create));
  return names.map((name, i) => ({ name, storage: columns[i][0] }));
}

const noRows = ({ where, sql }: TableSource, file: SourceFile): WellfitError =>
  where === undefined && sql === undefined
    ? new WellfitError('file', `${file.shown} has no rows`, {
        expected: 'rows below the names of the columns',
        received: 'the names alone',
      })
    : new WellfitError('option', `no row of ${file.shown} is left`, {
        received: `${where === undefined ? 'sql' : 'where'}: ${(where ?? sql ?? '').replace(/\s+/g, ' ').slice(0, 100)}`,
        fix: 'loosen the condition',
      });

/** What is wrong with a file that DuckDB refuses, found by reading it once more; for CSV, DuckDB's own error if nothing is. */
async function readError(error: Error, files: readonly SourceFile[], raw: Raw | undefined): Promise<Error> {
  if (error instanceof WellfitError) return error;
  const [{ format }] = files;
  if (format !== 'parquet')
    try {
      for (const file of files) await findBrokenLine(file, raw?.dialect);
    } catch (found) {
      if (found instanceof WellfitError) return found;
    }
  return format === 'csv' && raw ? error : resourceError(error, files);
}
