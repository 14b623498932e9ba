import { grouped } from '../../base/index.ts';
import type { TableData } from '../../data/index.ts';

type TableFacts = Pick<TableData, 'columns' | 'target' | 'task' | 'why'>;

/** More lines than this hide what comes after them. */
const mostLines = 40;
const widestName = 32;

const cut = (text: string): string => (text.length > widestName ? `${text.slice(0, widestName - 1)}…` : text);

/** What was found in a table, a line a column, and what is learned. */
export function columnLines({ columns, target, task, why }: TableFacts): string[] {
  const shown = columns.slice(0, mostLines);
  const names = Math.max(6, ...shown.map(({ name }) => cut(name).length));
  const kinds = Math.max(4, ...shown.map(({ kind }) => kind.length));
  const line = (name: string, kind: string, missing: string, distinct: string, why: string) =>
    `  ${cut(name).padEnd(names)}  ${kind.padEnd(kinds)}  ${missing.padStart(8)}  ${distinct.padStart(9)}  ${why}`.trimEnd();
  return [
    line('column', 'kind', 'missing', 'different', ''),
    ...shown.map(({ name, kind, used, missing, distinct, why }) =>
      line(name, kind, missing > 0 ? grouped(missing) : '', grouped(distinct), used ? '' : `left out: ${why}`),
    ),
    ...(columns.length > mostLines ? [`  … and ${columns.length - mostLines} more (all of them with --json)`] : []),
    `target: ${target.name}, ${taskWords[task]} (${why})`,
  ];
}

const taskWords = { binary: 'one of two classes', classes: 'one of several classes', regression: 'a number' } as const;
