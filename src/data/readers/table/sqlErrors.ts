import { suggest, WellfitError } from '../../../base/index.ts';
import type { SourceFile } from './files.ts';
import type { TableSource } from './open.ts';

/** DuckDB's message in one line, without its advice and its drawing of where in the text. */
function oneLine(message: string): string {
  const [text] = message.split(/\n\s*\n|\nPossible|\nLINE \d|\nCandidate|\nDid you mean|Try setting/);
  const line = text.replace(/\s+/g, ' ').trim();
  return line.length > 200 ? `${line.slice(0, 200)}…` : line;
}

/** What is wrong with a condition or a query of the user's. */
export function queryError(
  error: Error,
  { where, sql }: TableSource,
  names: readonly string[],
  files: readonly SourceFile[],
): WellfitError {
  if (isResource(error.message) || files.some(({ path }) => error.message.includes(path)))
    return resourceError(error, files);
  const option = sql === undefined ? 'where' : 'sql';
  const given = (sql ?? where ?? '').replace(/\s+/g, ' ').trim();
  const column = /Referenced column "([^"]*)" not found|column named "([^"]*)"/.exec(error.message);
  const table = /Table with name (\S+) does not exist/.exec(error.message);
  const asked = column?.[1] ?? column?.[2];
  const all = names.slice(0, 40);
  return new WellfitError('option', `${option} cannot be run: ${oneLine(error.message)}`, {
    received: given.length > 160 ? `${given.slice(0, 160)}…` : given,
    fix:
      asked !== undefined
        ? `${suggest(asked, all)}; texts stand in single quotes`
        : table
          ? 'the files are the table data: SELECT … FROM data'
          : `the columns are ${all.map((name) => `"${name}"`).join(', ')}${names.length > 40 ? ', …' : ''}`,
  });
}

const isResource = (message: string): boolean => /out of memory|no space left|could not allocate/i.test(message);

/** A failure of DuckDB's that no line of a file explains. */
export function resourceError(error: Error, files: readonly SourceFile[] = []): WellfitError {
  const about = files.find(({ path }) => error.message.includes(path)) ?? files[0];
  const received = oneLine(about ? error.message.replaceAll(about.path, about.shown) : error.message);
  if (isResource(error.message))
    return new WellfitError('data', 'the table needs more room than there is', {
      received,
      fix: 'make room in the folder for temporary files, or name another one in the variable TMPDIR; or take fewer columns with sql',
    });
  if (about === undefined) return new WellfitError('data', 'the table cannot be read', { received });
  return new WellfitError('file', `${about.shown} cannot be read`, {
    expected: { csv: 'lines of fields', json: 'JSON', jsonl: 'JSON', parquet: 'an intact Parquet file' }[about.format],
    received,
    ...(/duplicate key/i.test(received)
      ? { likely: 'an object has the same name twice', fix: 'give every value a name of its own' }
      : { likely: 'the file is damaged, or was cut short', fix: 'get or write the file again' }),
  });
}
