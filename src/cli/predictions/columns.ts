import { suggest, WellfitError } from '../../base/index.ts';
import type { WrittenColumn } from '../../data/readers/index.ts';
import { type Answers, greatest, type Model } from '../../predict/index.ts';
import { type Portion, requireColumn, type Source } from './source.ts';

/** A cell that is written: a number, a text that stands as it is, or nothing. */
export type Written = number | string | null;

/** With more classes, only that of the answer has its probability written. */
const mostClasses = 20;

/** What is written of each row. */
export interface Layout {
  readonly columns: readonly WrittenColumn[];
  rowsOf(portion: Portion, answers: Answers): Written[][];
}

/**
 * The columns of the output: `row` (from 0, in the order of the table) or `path`, the columns to keep, and the answer. For classes that is
 * `prediction` and `probability_<class>` (`score_<class>` after the hinge loss), for numbers `prediction`, or `prediction_1`, … where there are several,
 * for labels `probability_1`, ….
 * @throws WellfitError where a column to keep is not there, or has the name of another one
 */
export function layoutOf(model: Model, source: Source, keep: readonly string[], width: number): Layout {
  const kept = keep.map((name): WrittenColumn => {
    const { holds } = requireColumn(source, name, '--keep');
    return { name, holds };
  });
  const answer = answerColumns(model, width);
  const own: WrittenColumn[] = [{ name: source.id, holds: source.id === 'row' ? 'integer' : 'text' }];
  const columns = [...own, ...kept, ...answer.columns];
  const names = columns.map(({ name }) => name.toLowerCase());
  const twice = columns.find((_, i) => names.indexOf(names[i]) < i);
  if (twice)
    throw new WellfitError('option', `the output would have two columns "${twice.name}"`, {
      received: `--keep ${keep.join(',')}`,
      fix: keep.includes(twice.name)
        ? `give the column of the table another name: --sql 'select *, "${twice.name}" as other from data' --keep other`
        : suggest(twice.name, keep),
    });
  return {
    columns,
    rowsOf: ({ rows, ids, extra, broken }, answers) =>
      Array.from({ length: rows }, (_, i) => [
        ids[i],
        ...extra.map((values) => values[i]),
        ...(broken.has(i) ? answer.columns.map(() => null) : answer.cells(answers, i)),
      ]),
  };
}

interface AnswerColumns {
  readonly columns: readonly WrittenColumn[];
  cells(answers: Answers, row: number): Written[];
}

function answerColumns({ task, facts }: Model, width: number): AnswerColumns {
  const numbers = (names: readonly string[]): WrittenColumn[] => names.map((name) => ({ name, holds: 'number' }));
  const numbered = (name: string) => Array.from({ length: width }, (_, k) => `${name}_${k + 1}`);
  const each = ({ data }: Answers, row: number) => Array.from(data.subarray(row * width, (row + 1) * width), shortest);
  if (task === 'regression')
    return { columns: numbers(width === 1 ? ['prediction'] : numbered('prediction')), cells: each };
  if (task === 'labels') return { columns: numbers(numbered('probability')), cells: each };
  const classes = facts.classes!;
  const word = task === 'scores' ? 'score' : 'probability';
  const all = classes.length <= mostClasses;
  const prediction: WrittenColumn = { name: 'prediction', holds: 'text' };
  return {
    columns: [prediction, ...numbers(all ? classes.map((name) => `${word}_${name}`) : [word])],
    cells({ data }, row) {
      const part = data.subarray(row * width, (row + 1) * width);
      const best = greatest(part);
      if (best < 0) return [null, ...(all ? classes : [word]).map(() => null)];
      return [classes[best], ...(all ? Array.from(part, shortest) : [shortest(part[best])])];
    },
  };
}

/** The number with the fewest digits that is the same in 32 bits; null for what is no number. */
export function shortest(value: number): number | null {
  if (!Number.isFinite(value)) return null;
  for (let digits = 6; digits < 9; digits++) {
    const short = Number(value.toPrecision(digits));
    if (Math.fround(short) === value) return short;
  }
  return Number(value.toPrecision(9));
}
