import { readFile, stat } from 'node:fs/promises';
import { basename, dirname, extname, resolve } from 'node:path';
import { grouped, suggest, WellfitError } from '../../../base/index.ts';
import { isImageName } from './files.ts';
import type { BrokenImage, Entry, Layout } from './layout.ts';
import { inOrder } from './parallel.ts';

/** Names under which labels usually stand, for tables with more than two columns. */
const labelNames = ['label', 'labels', 'class', 'classes', 'category', 'target', 'species', 'y'];

/**
 * A table of paths (relative to it) and labels.
 *
 * @throws WellfitError if it is no such table or a column is missing or ambiguous
 */
export async function readLabels(file: string, columns: { path?: string; label?: string }): Promise<Layout> {
  const ending = extname(file).toLowerCase();
  if (ending !== '.csv' && ending !== '.tsv')
    throw new WellfitError('file', `${file} is neither a folder nor a table of paths and labels`, {
      expected: 'a folder with one subfolder for each class, or a file .csv or .tsv',
      received: isImageName(file) ? 'one image' : `a file ${ending || 'without an ending'}`,
    });
  const text = await readFile(file, 'utf8').catch((error: Error) => {
    throw new WellfitError('file', `cannot read ${file}`, { received: error.message });
  });
  const [header = [], ...rows] = parseDelimited(text, ending === '.tsv' ? '\t' : undefined);
  const names = header.map((name) => name.trim());
  if (rows.length === 0)
    throw new WellfitError('file', `the table ${file} has no rows`, {
      expected: 'a line of column names, then one line for each image',
      received: `${grouped(text.length)} characters`,
    });
  const path = pathColumn(file, names, rows, columns.path);
  const label = labelColumn(file, names, path, columns.label);
  const root = dirname(resolve(file));
  const entries: Entry[] = [];
  const broken: BrokenImage[] = [];
  const rowOf = new Map<string, number>();
  const at = `of ${basename(file)}`;
  const files = inOrder(rows, async (row) => existing(root, (row[path] ?? '').trim()));
  let row = 0;
  for await (const there of files) {
    const [given, value] = [path, label].map((column) => (rows[row][column] ?? '').trim());
    const number = ++row;
    const before = there === undefined ? undefined : rowOf.get(there);
    if (given === '') broken.push({ path: `row ${number} ${at}`, why: 'the path is missing' });
    else if (there === undefined) broken.push({ path: given, why: `there is no such file (row ${number} ${at})` });
    else if (value === '') broken.push({ path: given, why: `the label is missing (row ${number} ${at})` });
    else if (before !== undefined)
      broken.push({ path: given, why: `row ${number} ${at} repeats the path of row ${before}` });
    else {
      rowOf.set(there, number);
      entries.push({ path: there, label: value, test: false });
    }
  }
  if (entries.length === 0)
    throw new WellfitError('data', `no row of ${file} names an image that is there`, {
      expected: `paths relative to ${root} in the column "${names[path]}"`,
      received: `${grouped(broken.length)} rows, the first: ${broken[0].path}: ${broken[0].why}`,
      fix: 'put the table beside the images, or name another column with "path"',
    });
  const notes = [`the paths are those of the column "${names[path]}", the classes those of "${names[label]}"`];
  const unused = names.filter((_, i) => i !== path && i !== label);
  if (unused.length > 0) notes.push(`columns that are not used: ${unused.join(', ')}`);
  return { name: basename(file, extname(file)), root, entries, broken, notes };
}

/** The path as it leads to a file: as it stands, or written with the separators of Windows. */
async function existing(root: string, path: string): Promise<string | undefined> {
  if (path === '') return undefined;
  for (const candidate of new Set([path, path.replaceAll('\\', '/')])) {
    const found = await stat(resolve(root, candidate)).catch(() => undefined);
    if (found) return candidate;
  }
  return undefined;
}

function pathColumn(file: string, names: readonly string[], rows: readonly string[][], given?: string): number {
  if (given !== undefined) return columnNamed(file, names, given, 'path');
  const looked = rows.slice(0, 100);
  const like = names.keys().filter((i) => {
    const values = looked.map((row) => (row[i] ?? '').trim()).filter((value) => value !== '');
    return (
      values.length > 0 && values.filter((value) => isImageName(value.replaceAll('\\', '/'))).length > values.length / 2
    );
  });
  const found = [...like];
  if (found.length === 1) return found[0];
  throw new WellfitError(
    'option',
    found.length === 0
      ? `no column of ${file} holds paths of images`
      : `several columns of ${file} hold paths of images`,
    {
      expected: 'one column with names of files such as cats/1.jpg',
      received: `the columns ${(found.length === 0 ? names : found.map((i) => names[i])).join(', ')}`,
      likely: found.length === 0 ? 'the names lack their ending, or the table has no line of column names' : undefined,
      fix: 'name the column with "path"',
    },
  );
}

function labelColumn(file: string, names: readonly string[], path: number, given?: string): number {
  if (given !== undefined) {
    const column = columnNamed(file, names, given, 'label');
    if (column !== path) return column;
    throw new WellfitError('option', `the column "${given}" of ${file} cannot be both path and label`, {
      fix: `name another one: ${names.filter((_, i) => i !== path).join(', ')}`,
    });
  }
  const others = [...names.keys()].filter((i) => i !== path);
  const usual = others.filter((i) => labelNames.includes(names[i].toLowerCase()));
  if (others.length === 1) return others[0];
  if (usual.length === 1) return usual[0];
  throw new WellfitError('option', `it is not clear which column of ${file} holds the labels`, {
    expected: `one column beside the paths, or one named ${labelNames.slice(0, 3).join(', ')} or the like`,
    received: others.length === 0 ? 'only a column of paths' : `the columns ${others.map((i) => names[i]).join(', ')}`,
    fix: others.length === 0 ? 'add a column of labels' : 'name the column with "label"',
  });
}

function columnNamed(file: string, names: readonly string[], name: string, option: string): number {
  const column = names.indexOf(name);
  if (column >= 0 && names.indexOf(name, column + 1) < 0) return column;
  throw new WellfitError('option', `${option}: ${file} has ${column < 0 ? 'no' : 'more than one'} column "${name}"`, {
    fix: column < 0 ? suggest(name, names) : 'rename one of them',
  });
}

/** Fields of a text as in RFC 4180, without empty lines; the delimiter is the one of , ; tab that the first line has most of. */
function parseDelimited(text: string, delimiter?: string): string[][] {
  const plain = text.replace(/^\ufeff/, '');
  const first = plain.split(/\r?\n/, 1)[0];
  const [most] = [',', ';', '\t'].sort((a, b) => first.split(b).length - first.split(a).length);
  const mark = delimiter ?? most;
  const field = new RegExp(`(?:"([^"]*(?:""[^"]*)*)"|([^${mark}\\r\\n]*))(${mark}|\\r\\n|\\n|\\r|$)`, 'y');
  const rows: string[][] = [];
  let row: string[] = [];
  for (let end = mark; end !== ''; ) {
    const [, quoted, bare, separator] = field.exec(plain)!;
    row.push(quoted?.replaceAll('""', '"') ?? bare);
    end = separator;
    if (end === mark) continue;
    if (row.length > 1 || row[0] !== '') rows.push(row);
    row = [];
  }
  return rows;
}
