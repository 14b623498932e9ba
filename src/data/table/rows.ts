import { WellfitError } from '../../base/index.ts';
import type { Dataset } from '../dataset.ts';
import { type TableOptions, tableDataset } from './build.ts';
import { type Cell, daysOf, numberOf, textOf } from './cells.ts';
import type { ColumnProfile, Table, TableBlock } from './table.ts';

/** A row by column name; a name that is left out is missing there. */
export type Row = Readonly<Record<string, Cell>>;

const mostFrequent = 30;

/** A column may be called as what every object has, such as "constructor". */
const cellOf = (row: Row, column: string): Cell => (Object.hasOwn(row, column) ? row[column] : null);

/**
 * Rows in memory as a table. A column in which every value that is there reads as a number is one of numbers; the same for dates such as "2024-02-29".
 * @throws WellfitError where there are no rows, or one of them is no object
 */
export function tableOfRows(rows: readonly Row[], name = 'rows'): Table {
  if (!Array.isArray(rows))
    throw new WellfitError('data', `"${name}" is no list of rows`, {
      received: rows === undefined ? 'nothing' : typeof rows,
    });
  if (rows.length === 0)
    throw new WellfitError('data', `"${name}" has no rows`, { expected: 'an array of objects, one for each row' });
  const odd = rows.findIndex((row) => typeof row !== 'object' || row === null || Array.isArray(row));
  if (odd >= 0)
    throw new WellfitError('data', `row ${odd} of "${name}" is no object`, {
      expected: 'an object with a value for each column, as in { age: 31, city: "Rome" }',
      received: JSON.stringify(rows[odd]) ?? 'nothing',
    });
  const names = [...new Set(rows.flatMap((row) => Object.keys(row)))];
  const columns = names.map((column) =>
    profileOf(
      column,
      rows.map((row) => cellOf(row, column)),
    ),
  );
  const holds = new Map(columns.map((column) => [column.name, column.holds]));
  return {
    name,
    rows: rows.length,
    columns,
    async *blocks(requests): AsyncGenerator<TableBlock> {
      yield {
        first: 0,
        rows: rows.length,
        columns: requests.map(({ name: column, as }) => {
          if (as === 'texts') return rows.map((row) => textOf(cellOf(row, column)));
          const read = holds.get(column) === 'date' ? daysOf : numberOf;
          return Float64Array.from(rows, (row) => read(cellOf(row, column)));
        }),
      };
    },
    rowsAt: async (numbers) =>
      numbers.map((number) =>
        Object.fromEntries(names.map((column) => [column, textOf(cellOf(rows[number], column))])),
      ),
    close: async () => {},
  };
}

function profileOf(name: string, cells: readonly Cell[]): ColumnProfile {
  const counts = new Map<string, number>();
  for (const cell of cells) {
    const text = textOf(cell);
    if (text !== null) counts.set(text, (counts.get(text) ?? 0) + 1);
  }
  const present = cells.filter((cell) => textOf(cell) !== null);
  const all = (fits: (cell: Cell) => boolean) => present.length > 0 && present.every(fits);
  const holds = all((cell) => typeof cell === 'boolean')
    ? 'boolean'
    : all((cell) => typeof cell !== 'boolean' && Number.isInteger(numberOf(cell)))
      ? 'integer'
      : all((cell) => typeof cell !== 'boolean' && !Number.isNaN(numberOf(cell)))
        ? 'number'
        : all((cell) => !Number.isNaN(daysOf(cell)))
          ? 'date'
          : 'text';
  const values = [...counts].sort(([a, n], [b, m]) => m - n || (a < b ? -1 : 1));
  const numbers = holds === 'text' || holds === 'boolean' ? [] : present.map(holds === 'date' ? daysOf : numberOf);
  const texts = present.map((cell) => textOf(cell)!);
  const mean = (of: (text: string) => number) => texts.reduce((sum, text) => sum + of(text), 0) / texts.length;
  return {
    name,
    holds,
    missing: cells.length - present.length,
    distinct: counts.size,
    ...(numbers.length > 0 && {
      lowest: numbers.reduce((a, b) => Math.min(a, b)),
      highest: numbers.reduce((a, b) => Math.max(a, b)),
    }),
    ...(holds === 'text' &&
      texts.length > 0 && {
        meanLength: mean((text) => text.length),
        meanWords: mean((text) => text.split(/\s+/).length),
      }),
    top: values.slice(0, mostFrequent).map(([value, count]) => ({ value, count })),
  };
}
export interface RowsOptions extends TableOptions {
  readonly name?: string;
}

/**
 * A data set from objects in memory, one for each row: kinds of columns and the task are inferred as for a file.
 * @example const data = await fromRows([{ age: 31, city: 'Rome', churned: 'no' }, …], { target: 'churned' });
 * @throws WellfitError where the target or the columns do not allow a training
 */
export async function fromRows(rows: readonly Row[], { name, ...options }: RowsOptions): Promise<Dataset> {
  if (typeof options.target !== 'string')
    throw new WellfitError('option', 'fromRows needs the name of the column to learn', {
      fix: "as in: fromRows(rows, { target: 'churned' })",
    });
  return (await tableDataset(tableOfRows(rows, name), options)).dataset;
}
