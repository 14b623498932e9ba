import { nearest, WellfitError } from '../../../base/index.ts';
import type { Database } from './database.ts';
import { type Dialect, dialectOf } from './dialect.ts';
import { mustBeText } from './encoding.ts';
import { literal, type SourceFile } from './files.ts';
import { column, identifier, list, missingWords, quoted } from './sql.ts';
import { headOf } from './unpack.ts';

/** Files as a relation with columns c0, c1, …: all texts, or with the types that a Parquet file gives. */
export interface Raw {
  readonly sql: string;
  readonly names: readonly string[];
  /** DuckDB's types; without them everything is text and has to be understood. */
  readonly types?: readonly string[];
  readonly dialect?: Dialect;
}

export async function rawOf(database: Database, files: readonly SourceFile[]): Promise<Raw> {
  const { format } = files[0];
  if (format === 'csv') return csv(files);
  return format === 'parquet' ? parquet(database, files) : json(database, files);
}

const paths = (files: readonly SourceFile[]): string => list(files.map(literal));

/** SQL for the columns of a reader that takes them as { name: type }. */
const texts = (names: readonly string[]): string => `{${names.map((name) => `${quoted(name)}: 'VARCHAR'`).join(', ')}}`;

async function csv(files: readonly SourceFile[]): Promise<Raw> {
  const dialect = await dialectOf(files[0]);
  for (const file of files.slice(1)) {
    const other = await dialectOf(file);
    mustAgree(files[0], dialect.names, file, other.names);
    if (other.delimiter !== dialect.delimiter || other.skip !== dialect.skip)
      throw new WellfitError('file', `${file.shown} separates its fields otherwise than ${files[0].shown}`, {
        expected: JSON.stringify(dialect.delimiter),
        received: JSON.stringify(other.delimiter),
        fix: 'write the files with one separator',
      });
  }
  const { delimiter, names, skip } = dialect;
  const options = [
    'auto_detect = false',
    'header = true',
    `skip = ${skip}`,
    `delim = ${quoted(delimiter)}`,
    `quote = '"'`,
    `escape = '"'`,
    `nullstr = ${list(missingWords)}`,
    'hive_partitioning = false',
    `columns = ${texts(names.map((_, i) => column(i)))}`,
  ];
  return { sql: `SELECT * FROM read_csv(${paths(files)}, ${options.join(', ')})`, names, dialect };
}

async function json(database: Database, files: readonly SourceFile[]): Promise<Raw> {
  for (const file of files) mustBeText(file, await headOf(file, 1 << 16));
  const form = files[0].format === 'jsonl' ? 'newline_delimited' : 'auto';
  const read = (rest: string) =>
    `SELECT * FROM read_json(${paths(files)}, format = '${form}', records = true, hive_partitioning = false, ${rest})`;
  const sniff = read('sample_size = -1, maximum_depth = 1, maximum_sample_files = 1000000, union_by_name = true');
  const found = await database.query(`DESCRIBE ${sniff}`);
  const names = found.map(([name]) => String(name));
  const doubled = names.find((name) => /_\d+$/.test(name) && has(names, name.replace(/_\d+$/, '')));
  if (doubled !== undefined) await mustBeKey(database, files, form, doubled);
  const chosen = names.map((name, i) => `${identifier(name)} AS ${column(i)}`).join(', ');
  return { sql: `SELECT ${chosen} FROM (${read(`columns = ${texts(names)}`)})`, names };
}

const has = (names: readonly string[], name: string): boolean =>
  names.some((one) => one.toLowerCase() === name.toLowerCase());

/** DuckDB calls the second of "a" and "A" "A_1", and would not find it again. */
async function mustBeKey(database: Database, files: readonly SourceFile[], form: string, name: string): Promise<void> {
  const objects = `read_json_objects(${paths(files)}, format = '${form}')`;
  const rows = await database.query(`SELECT DISTINCT unnest(json_keys(json)) FROM ${objects}`);
  if (rows.some(([key]) => key === name)) return;
  throw new WellfitError('file', `${files[0].shown} has two columns whose names differ only in capital letters`, {
    received: `one like "${name.replace(/_\d+$/, '')}"`,
    fix: 'rename one of them',
  });
}

async function parquet(database: Database, files: readonly SourceFile[]): Promise<Raw> {
  const read = (some: readonly SourceFile[]) =>
    `read_parquet(${paths(some)}, hive_partitioning = false, union_by_name = true)`;
  for (const file of files) await mustBeParquet(file);
  const [first] = files;
  const found = await database.query(`DESCRIBE SELECT * FROM ${read([first])}`);
  const names = found.map(([name]) => String(name));
  for (const file of files.slice(1)) {
    const other = await database.query(`DESCRIBE SELECT * FROM ${read([file])}`);
    mustAgree(first, [...names].sort(), file, other.map(([name]) => String(name)).sort());
  }
  const types = files.length === 1 ? found : await database.query(`DESCRIBE SELECT * FROM ${read(files)}`);
  const chosen = names.map((name, i) => `${identifier(name)} AS ${column(i)}`).join(', ');
  return { sql: `SELECT ${chosen} FROM ${read(files)}`, names, types: types.map(([, type]) => String(type)) };
}

async function mustBeParquet(file: SourceFile): Promise<void> {
  const head = await headOf(file, 4);
  if (new TextDecoder('latin1').decode(head) === 'PAR1') return;
  throw new WellfitError('file', `${file.shown} is not a Parquet file`, {
    expected: 'the letters PAR1 at byte 0',
    received: JSON.stringify(new TextDecoder('latin1').decode(head)),
    likely: 'another format with this ending, or a broken download',
    fix: 'get the file again',
  });
}

function mustAgree(first: SourceFile, names: readonly string[], file: SourceFile, other: readonly string[]): void {
  if (names.length === other.length && names.every((name, i) => name === other[i])) return;
  const absent = names.filter((name) => !other.includes(name));
  const extra = other.filter((name) => !names.includes(name));
  const near = absent.length === 1 ? nearest(absent[0], extra) : undefined;
  const said = [
    ...(absent.length > 0 ? [`it lacks ${absent.slice(0, 5).join(', ')}`] : []),
    ...(extra.length > 0 ? [`it has ${extra.slice(0, 5).join(', ')} besides`] : []),
  ];
  throw new WellfitError('file', `${file.shown} has other columns than ${first.shown}`, {
    expected: `the columns ${names.slice(0, 12).join(', ')}${names.length > 12 ? ', …' : ''}`,
    received: said.length > 0 ? said.join('; ') : 'the same columns in another order',
    fix:
      near !== undefined
        ? `rename "${near}" to "${absent[0]}" if they are the same`
        : 'open only files of one table at a time',
  });
}
