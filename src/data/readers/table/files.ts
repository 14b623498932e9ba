import { readdir, stat } from 'node:fs/promises';
import { basename, dirname, resolve } from 'node:path';
import { nearest, WellfitError } from '../../../base/index.ts';
import type { Database } from './database.ts';
import { quoted } from './sql.ts';

export type Format = 'csv' | 'json' | 'jsonl' | 'parquet';

/** A file of the user's: where it is, and where it can be read (elsewhere if it had to be decompressed). */
export interface SourceFile {
  /** As the user would name it; in every error. */
  readonly shown: string;
  readonly path: string;
  readonly format: Format;
  /** Fields are probably separated by tabs. */
  readonly tabs: boolean;
  readonly packed?: 'gz' | 'zst';
  readonly bytes: number;
}

const formats: Record<string, Format> = {
  csv: 'csv',
  tsv: 'csv',
  txt: 'csv',
  jsonl: 'jsonl',
  ndjson: 'jsonl',
  json: 'json',
  parquet: 'parquet',
};
const ending = /\.(csv|tsv|txt|jsonl|ndjson|json|parquet)(?:\.(gz|zst))?$/i;
const known = '.csv, .tsv, .txt, .jsonl, .ndjson, .json or .parquet, also followed by .gz or .zst';

/** The files that paths and globs name, those of a glob in order of their names. All are of one format. */
export async function findFiles(database: Database, table: string | readonly string[]): Promise<SourceFile[]> {
  const asked = typeof table === 'string' ? [table] : table;
  if (asked.length === 0) throw new WellfitError('option', 'no file is named', { expected: 'a path or a glob' });
  const paths: string[] = [];
  for (const path of asked) paths.push(...(await matches(database, path)));
  const files: SourceFile[] = [];
  for (const path of new Set(paths)) files.push(await describeFile(path));
  const other = files.find(({ format }) => format !== files[0].format);
  if (other)
    throw new WellfitError('file', 'the files are of different formats', {
      expected: `${files[0].format} throughout, as ${files[0].shown}`,
      received: other.shown,
      fix: 'convert them to one format, or open them one after the other',
    });
  return files;
}

async function matches(database: Database, path: string): Promise<string[]> {
  if (/^[a-z][a-z0-9+.-]+:\/\//i.test(path))
    throw new WellfitError('file', `${path} is an address, not a file`, {
      expected: 'a path on this machine',
      fix: 'download it first: Wellfit reads no table from the network',
    });
  if (path.trim() === '' || path.includes('\0'))
    throw new WellfitError('option', 'a path is empty or has a zero byte in it', { received: JSON.stringify(path) });
  const found = await stat(path).catch(() => undefined);
  if (found?.isDirectory()) throw await isFolder(path);
  if (found) return [path];
  if (!/[*?[]/.test(path)) throw await notFound(path);
  const rows = await database.query(`SELECT file FROM glob(${quoted(path)})`);
  if (rows.length === 0) throw await notFound(path);
  return rows.map(([file]) => (path.startsWith('./') ? String(file) : String(file).replace(/^\.\//, ''))).sort();
}

async function describeFile(shown: string): Promise<SourceFile> {
  const [, name, packed] = ending.exec(shown)?.map((part) => part?.toLowerCase()) ?? [];
  if (name === undefined)
    throw new WellfitError('file', `${shown} has no ending that says how to read it`, {
      expected: known,
      received: basename(shown),
      ...(/\.(xlsx?|ods|numbers)$/i.test(shown)
        ? { likely: 'it is a spreadsheet', fix: 'save it as CSV (UTF-8) and open that' }
        : { fix: 'rename the file, or convert it' }),
    });
  const found = await stat(shown).catch((error: Error) => {
    throw new WellfitError('file', `${shown} cannot be read`, { received: error.message });
  });
  if (found.size === 0)
    throw new WellfitError('file', `${shown} is empty`, {
      expected: 'a line with the names of the columns, and rows',
      received: '0 bytes',
      likely: 'the program that wrote it has failed or is not done',
    });
  const packing = packed as 'gz' | 'zst' | undefined;
  const path = resolve(shown);
  return { shown, path, format: formats[name], tabs: name === 'tsv', packed: packing, bytes: found.size };
}

const filesIn = async (folder: string): Promise<string[]> =>
  (await readdir(folder).catch(() => [])).filter((name) => ending.test(name)).sort();

const listed = (names: readonly string[]): string =>
  names.length === 0
    ? 'no table'
    : names.slice(0, 8).join(', ') + (names.length > 8 ? ` and ${names.length - 8} more` : '');

async function isFolder(path: string): Promise<WellfitError> {
  const names = await filesIn(path);
  return new WellfitError('file', `${path} is a folder`, {
    expected: `a file that ends in ${known}`,
    received: `a folder with ${listed(names)}`,
    fix: names.length > 0 ? `name one of them, or several with "${path.replace(/\/+$/, '')}/*.csv"` : 'name a file',
  });
}

async function notFound(path: string): Promise<WellfitError> {
  const folder = dirname(path);
  const exists = await stat(folder).catch(() => undefined);
  const isGlob = /[*?[]/.test(path);
  const what = isGlob ? `no file matches ${path}` : `there is no file ${path}`;
  if (!exists) {
    if (/[*?[]/.test(folder)) return new WellfitError('file', what, { fix: 'check the path' });
    return new WellfitError('file', what, { received: `there is no folder ${folder} either`, fix: 'check the path' });
  }
  const names = await filesIn(folder);
  const near = isGlob ? undefined : nearest(basename(path), names);
  return new WellfitError('file', what, {
    received: `in ${folder === '.' ? 'this folder' : folder}: ${listed(names)}`,
    fix: near === undefined ? 'check the path' : `did you mean "${near}"?`,
  });
}

/** A path as DuckDB wants it, which else takes brackets and stars for a glob. */
export const literal = ({ path }: SourceFile): string => path.replace(/[*?[]/g, '[$&]');
