import { nearest, WellfitError } from '../base/index.ts';
import type { ModelColumn } from '../onnx/index.ts';

/** A column of a table that is to be answered for. */
export interface GivenColumn {
  readonly name: string;
  readonly holds: 'integer' | 'number' | 'boolean' | 'date' | 'text';
  /** A value as a person would recognize it; where the column does not fit, one that shows why. */
  readonly example?: string;
  /** The row of the example, from 0, where it is worth saying. */
  readonly row?: number;
}

interface Difference {
  readonly name: string;
  readonly model: string;
  readonly given: string;
  /** A column that looks like a missing one. */
  readonly near?: string;
}

const numeric = new Set(['integer', 'number', 'boolean']);
const mostNamed = 20;

/** Whether a column of this content can be read as the model's. A column without any value fits everything. */
export function fits({ kind }: Pick<ModelColumn, 'kind'>, { holds, example }: GivenColumn): boolean {
  if (kind === 'category' || example === undefined) return true;
  return kind === 'date' ? holds === 'date' : numeric.has(holds);
}

/**
 * Where the columns of a table are not those that the model was trained on. Returns the names of columns that it does not need.
 * @throws WellfitError with a table of the differences where the model cannot answer
 */
export function checkColumns(columns: readonly ModelColumn[], given: readonly GivenColumn[]): string[] {
  const byName = new Map(given.map((column) => [column.name, column]));
  const known = new Set(columns.map(({ name }) => name));
  const spare = given.filter(({ name }) => !known.has(name)).map(({ name }) => name);
  const free = new Set(spare);
  const differences = columns.flatMap((column): Difference[] => {
    const found = byName.get(column.name);
    if (found && fits(column, found)) return [];
    if (found) return [{ name: column.name, model: column.kind, given: contentOf(found) }];
    const near = similar(column.name, [...free]);
    if (near !== undefined) free.delete(near);
    return [
      {
        name: column.name,
        model: column.kind,
        given: near === undefined ? 'missing' : `missing; "${near}" looks like it`,
        near,
      },
    ];
  });
  if (differences.length === 0) return spare;
  const many = columns.length === 1 ? 'the only column is' : `${differences.length} of ${columns.length} columns are`;
  throw new WellfitError('data', `${many} not as the model needs ${columns.length === 1 ? 'it' : 'them'}`, {
    expected: tableOf([{ name: 'column', model: 'the model takes', given: 'the table has' }, ...differences]),
    received: `${given.length} columns: ${listed(given.map(({ name }) => name))}`,
    likely: differences.every(({ near }) => near !== undefined)
      ? 'columns were renamed since the model was trained'
      : 'the table was made in another way than that of the training',
    fix: fixOf(differences),
  });
}

const contentOf = ({ holds, example, row }: GivenColumn): string =>
  `${holds}, such as ${JSON.stringify(example)}${row === undefined ? '' : ` in row ${row.toLocaleString('en-US')}`}`;

/** The same name in another spelling, or one that is near. */
function similar(name: string, free: readonly string[]): string | undefined {
  const bare = (text: string) => text.toLowerCase().replace(/[^\p{L}\p{N}]/gu, '');
  return free.find((other) => bare(other) !== '' && bare(other) === bare(name)) ?? nearest(name, free);
}

const listed = (names: readonly string[]): string =>
  names.slice(0, mostNamed).join(', ') + (names.length > mostNamed ? ` and ${names.length - mostNamed} more` : '');

/** Lines of three columns, the first right behind the word "expected". */
function tableOf(lines: readonly Difference[]): string {
  const width = (of: (line: Difference) => string) => Math.max(...lines.map((line) => of(line).length));
  const [names, kinds] = [width(({ name }) => name), width(({ model }) => model)];
  return lines
    .map(({ name, model, given }) => `${name.padEnd(names)}  ${model.padEnd(kinds)}  ${given}`)
    .join(`\n${' '.repeat('  expected  '.length)}`);
}

function fixOf(differences: readonly Difference[]): string {
  const quoted = (name: string) => `"${name.replaceAll('"', '""')}"`;
  if (differences.every(({ near }) => near !== undefined)) {
    const renamed = differences.map(({ name, near }) => `${quoted(near!)} as ${quoted(name)}`);
    return `rename ${differences.length === 1 ? 'it' : 'them'}, or use --sql: select *, ${renamed.join(', ')} from data`;
  }
  if (differences.every(({ given }) => !given.startsWith('missing')))
    return 'mend the values (a cell where nothing is known may be empty), or convert the columns with --sql';
  return 'rename or add the columns (empty where nothing is known), or select them with --sql';
}
