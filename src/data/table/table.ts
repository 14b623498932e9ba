/** What a reader found in a column before anybody decided what to do with it. */
export interface ColumnProfile {
  readonly name: string;
  /** What the values are: `integer` and `number` differ only in whether every value is whole. */
  readonly holds: 'integer' | 'number' | 'boolean' | 'date' | 'text';
  readonly missing: number;
  /** How many different values there are, missing ones not counted. */
  readonly distinct: number;
  /** Least and greatest value; numbers, and dates in days since 1970-01-01. */
  readonly lowest?: number;
  readonly highest?: number;
  /** Mean number of characters and of words; texts. */
  readonly meanLength?: number;
  readonly meanWords?: number;
  /** The most frequent values as text, at most 30, most frequent first (equally frequent ones in order of the text). */
  readonly top: readonly { readonly value: string; readonly count: number }[];
}

/**
 * Values of one column in one block: numbers, booleans (0 and 1) and dates (days since 1970-01-01, with fractions) with NaN where missing; texts with
 * null where missing.
 */
export type ColumnValues = Float64Array | readonly (string | null)[];

export interface TableBlock {
  /** Number of the first row in the table, from 0. */
  readonly first: number;
  readonly rows: number;
  /** In the order in which the columns were asked for. */
  readonly columns: readonly ColumnValues[];
}

/** A column to read: as numbers, or as the text that stands in the table (numbers and booleans as text look like `top`). */
export interface ColumnRequest {
  readonly name: string;
  readonly as: 'numbers' | 'texts';
}

/** A table that has been looked at and can be read, any number of times, always in the same order of rows. */
export interface Table {
  /** For people, and for the names of files: "customers". */
  readonly name: string;
  readonly rows: number;
  readonly columns: readonly ColumnProfile[];
  blocks(columns: readonly ColumnRequest[]): AsyncIterable<TableBlock>;
  /** The given rows (numbers from 0, any order) as text by column name, as a person would want to see them; null where missing. */
  rowsAt(rows: readonly number[]): Promise<Record<string, string | null>[]>;
  close(): Promise<void>;
}
