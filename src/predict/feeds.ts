import { type ColumnValues, daysOf, numberOf, type Row, textOf } from '../data/index.ts';
import type { ModelTensor } from '../engine/index.ts';
import type { ModelColumn } from '../onnx/index.ts';

/** How often values came that the training rows did not have; of a column only where there were any. */
export interface Surprise {
  /** Numbers below or above every training row. */
  outside: number;
  /** Texts that are none of the values that the model knows. */
  unseen: number;
  readonly examples: string[];
}

export type Surprises = Map<string, Surprise>;

const mostExamples = 3;

/** Makes the model's input, [rows, 1], of the values of a column for some rows; what is surprising is counted. */
export type Feeder = (values: ColumnValues, rows: number, surprises: Surprises) => ModelTensor;

export function feederOf(column: ModelColumn): Feeder {
  const note = (surprises: Surprises, kind: 'outside' | 'unseen', value: string) => {
    let surprise = surprises.get(column.name);
    if (!surprise) surprises.set(column.name, (surprise = { outside: 0, unseen: 0, examples: [] }));
    surprise[kind]++;
    if (surprise.examples.length < mostExamples && !surprise.examples.includes(value)) surprise.examples.push(value);
  };
  if (column.kind === 'category') {
    const known = new Set(column.values);
    return (values, rows, surprises) => {
      const data = Array.from({ length: rows }, (_, i) => {
        const text = (values as readonly (string | null)[])[i] ?? '';
        if (text !== '' && !known.has(text)) note(surprises, 'unseen', text);
        return text;
      });
      return { shape: [rows, 1], data };
    };
  }
  // In 32 bits a value that the training rows had may stand a little beside their range.
  const [low, high] = (column.range ?? [Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY]).map(Math.fround);
  const shown = column.kind === 'date' ? dayText : String;
  return (values, rows, surprises) => {
    const data = new Float32Array(rows);
    for (let i = 0; i < rows; i++) {
      const value = values[i] as number;
      data[i] = value;
      if (data[i] < low || data[i] > high) note(surprises, 'outside', shown(value));
    }
    return { shape: [rows, 1], data };
  };
}

/** Days since 1970-01-01 as "2024-02-29". */
export function dayText(days: number): string {
  const date = new Date(Math.floor(days) * 86_400_000);
  return Number.isNaN(date.getTime()) ? String(days) : date.toISOString().slice(0, 10);
}

/** The cells of a column in rows in memory, read as the model needs them. */
export const cellsOf = ({ name, kind }: ModelColumn, rows: readonly Row[]): ColumnValues =>
  kind === 'category'
    ? rows.map((row) => textOf(row[name]))
    : Float64Array.from(rows, (row) => (kind === 'date' ? daysOf(row[name]) : numberOf(row[name])));
