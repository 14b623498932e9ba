import type { TableColumn } from '../../data/index.ts';

export interface LayoutOptions {
  /** Categories of more values than this are embedded by the model; the others become one feature a value. */
  readonly oneHot: number;
  /** The most frequent values that an embedded category keeps; the rest count as unseen. */
  readonly most: number;
  /** Pieces of the piecewise-linear encoding of each number; 0 for none. */
  readonly bins: number;
}

/** Features that the pieces of all numbers may come to where nobody said how many. */
const mostPieces = 4096;

/** How finely numbers may be cut: more rows can fill more pieces, but many columns must share them. */
export function binsFor(table: readonly TableColumn[], rows: number): number {
  const numbers = table.filter(({ kind }) => kind === 'number').length;
  const filled = Math.min(128, Math.max(16, Math.round(rows / 40)));
  return Math.min(filled, Math.floor(mostPieces / Math.max(1, numbers)));
}

/** A category among the columns: its place, and how many slots it has beside the one for unseen values. */
export interface Slots {
  readonly at: number;
  readonly slots: number;
}

/** Which columns become what, in the order of the features: numbers, their pieces, dates, flags, one-hot slots, codes of embedded categories. */
export interface Layout {
  readonly numbers: readonly number[];
  readonly dates: readonly number[];
  /** Columns of numbers and dates with missing values: one feature each says so. */
  readonly flags: readonly number[];
  readonly bins: number;
  readonly oneHot: readonly Slots[];
  readonly embedded: readonly Slots[];
  readonly width: number;
}

/** Features of one date: trend, year, week, day. */
export const dateFeatures = 15;

/** The shape of the features hangs on the table alone; what is learned of the training rows only fills it. */
export function layoutOf(table: readonly TableColumn[], { oneHot, most, bins }: LayoutOptions): Layout {
  const places = [...table.keys()];
  const of = (kind: TableColumn['kind']) => places.filter((at) => table[at].kind === kind);
  const categories = of('category').map((at): Slots => {
    const values = table[at].values!.length;
    const kept = values > oneHot ? Math.min(values, most) : values;
    return { at, slots: kept + (table[at].missing ? 1 : 0) };
  });
  const few = categories.filter(({ at }) => table[at].values!.length <= oneHot);
  const embedded = categories.filter(({ at }) => table[at].values!.length > oneHot);
  const [numbers, dates] = [of('number'), of('date')];
  const flags = places.filter((at) => table[at].missing && table[at].kind !== 'category');
  const width =
    numbers.length * (1 + bins) +
    dates.length * dateFeatures +
    flags.length +
    few.reduce((sum, { slots }) => sum + slots, 0) +
    embedded.length;
  return { numbers, dates, flags, bins, oneHot: few, embedded, width };
}
