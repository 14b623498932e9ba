import { rmSync } from 'node:fs';
import { open, rename, rm, stat } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { WellfitError } from '../../base/index.ts';
import { type WrittenColumn, writeParquet } from '../../data/readers/index.ts';
import type { Written } from './columns.ts';

/** Where predictions go, row after row. */
export interface Sink {
  /** False where nobody reads any more. */
  write(rows: readonly (readonly Written[])[]): Promise<boolean>;
  /** Puts the file in its place. */
  finish(): Promise<void>;
  /** Leaves nothing behind. */
  abort(): Promise<void>;
}

const endings = ['.csv', '.jsonl', '.parquet'] as const;
type Ending = (typeof endings)[number];

/** @throws WellfitError before any work is done, where the file cannot be written or is one that is read */
export async function checkOut(out: string, read: readonly string[]): Promise<void> {
  endingOf(out);
  const folder = await stat(dirname(out)).catch(() => undefined);
  if (!folder?.isDirectory())
    throw new WellfitError('file', `the folder of --out is not there: ${dirname(out)}`, {
      received: out,
      fix: 'make the folder, or name a file in another one',
    });
  const found = await stat(out).catch(() => undefined);
  if (found?.isDirectory())
    throw new WellfitError('option', `--out is a folder: ${out}`, { fix: 'name a file in it, as in predictions.csv' });
  for (const path of read) {
    const other = found && (await stat(path).catch(() => undefined));
    if (resolve(path) === resolve(out) || (other && other.ino === found.ino && other.dev === found.dev))
      throw new WellfitError('option', `--out would overwrite ${path}`, { fix: 'name another file' });
  }
}

function endingOf(out: string): Ending {
  const found = endings.find((ending) => out.toLowerCase().endsWith(ending));
  if (found) return found;
  throw new WellfitError('option', '--out: the ending says how predictions are written', {
    expected: endings.join(', '),
    received: out,
    fix: 'name a file such as predictions.csv',
  });
}

/** A file that stands in its place once it is whole. */
export async function fileSink(out: string, columns: readonly WrittenColumn[]): Promise<Sink> {
  const ending = endingOf(out);
  const partial = `${out}.${process.pid}.part`;
  const text = ending === '.parquet' ? `${out}.${process.pid}.csv.part` : partial;
  const remove = () => {
    for (const path of new Set([partial, text])) rmSync(path, { force: true });
  };
  const cannot = (error: Error): never => {
    throw new WellfitError('file', `${out} cannot be written`, {
      received: error.message,
      fix: 'make room on the disk, or name a file in a folder that may be written to',
    });
  };
  const file = await open(text, 'w').catch(cannot);
  process.once('exit', remove);
  const lines = ending === '.jsonl' ? jsonLines(columns) : csvLines;
  if (ending !== '.jsonl') await file.writeFile(csvLines([columns.map(({ name }) => name)])).catch(cannot);
  return {
    async write(rows) {
      await file.writeFile(lines(rows)).catch(cannot);
      return true;
    },
    async finish() {
      try {
        await file.sync();
        await file.close();
        if (ending === '.parquet') await writeParquet(text, columns, partial);
        await rename(partial, out);
        if (text !== partial) await rm(text, { force: true });
      } catch (error) {
        remove();
        cannot(error as Error);
      }
      process.removeListener('exit', remove);
    },
    async abort() {
      await file.close().catch(() => {});
      remove();
      process.removeListener('exit', remove);
    },
  };
}

/** CSV on stdout. */
export async function standardSink(columns: readonly WrittenColumn[]): Promise<Sink> {
  const put = (text: string) =>
    new Promise<boolean>((done) => {
      process.stdout.write(text, (error) => done(!error));
    });
  let begun = false;
  return {
    async write(rows) {
      const head = begun ? '' : csvLines([columns.map(({ name }) => name)]);
      begun = true;
      return put(head + csvLines(rows));
    },
    finish: async () => {},
    abort: async () => {},
  };
}

/** Rows in the one object that --json prints, at most. */
const mostInObject = 100_000;

/** Objects in memory. */
export function memorySink(columns: readonly WrittenColumn[], total: number, into: object[]): Sink {
  if (total > mostInObject)
    throw new WellfitError('option', 'too many rows for one JSON object', {
      expected: `${mostInObject.toLocaleString('en-US')} rows at most`,
      received: total.toLocaleString('en-US'),
      fix: 'write them to a file: --out predictions.jsonl',
    });
  return {
    async write(rows) {
      for (const row of rows)
        into.push(
          Object.fromEntries(
            columns.map(({ name, holds }, i) => {
              const cell = row[i];
              const plain = bare(holds, cell) && !(Math.abs(Number(cell)) > Number.MAX_SAFE_INTEGER);
              return [name, plain ? JSON.parse(cell as string) : cell];
            }),
          ),
        );
      return true;
    },
    finish: async () => {},
    abort: async () => {},
  };
}

/** RFC 4180, with the line ends of Unix. */
export const csvLines = (rows: readonly (readonly Written[])[]): string =>
  rows.map((row) => `${row.map(csvField).join(',')}\n`).join('');

const csvField = (cell: Written): string =>
  cell === null
    ? ''
    : typeof cell === 'string' && /[",\r\n]/.test(cell)
      ? `"${cell.replaceAll('"', '""')}"`
      : String(cell);

/** Numbers stand as the table has them, however many digits they have. */
const jsonLines = (columns: readonly WrittenColumn[]) => {
  const keys = columns.map(({ name }) => JSON.stringify(name));
  const field = (cell: Written, i: number) => (bare(columns[i].holds, cell) ? cell : JSON.stringify(cell));
  return (rows: readonly (readonly Written[])[]): string =>
    rows.map((row) => `{${row.map((cell, i) => `${keys[i]}:${field(cell, i)}`).join(',')}}\n`).join('');
};

/** Whether the text of a cell is JSON as it stands. */
const bare = (holds: WrittenColumn['holds'], cell: Written): boolean =>
  typeof cell === 'string' &&
  (holds === 'boolean' || ((holds === 'integer' || holds === 'number') && jsonNumber.test(cell)));

const jsonNumber = /^-?(0|[1-9]\d*)(\.\d+)?([eE][-+]?\d+)?$/;
