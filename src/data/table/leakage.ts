import { percent } from '../../base/index.ts';
import type { Dataset, TableColumn } from '../dataset.ts';

/** A column that says what the target is. */
export interface Leak {
  readonly column: string;
  /** Share of the error of the best constant answer that this column alone takes away, 0 … 1, on rows that were not looked at. */
  readonly explained: number;
}

const parts = 5;
const mostRows = 20_000;
/** With fewer rows a column of chance can look perfect. */
const fewestRows = 50;
const bins = 64;
/** A column that takes away more than this is hardly a cause: it is the target in other words, or was written down after it was known. */
const suspicious = 0.98;

/**
 * Columns from which alone the target follows. Each is cut into quantiles (a category into its values); what the rows of a piece say of the target is
 * learned from four fifths of the rows and measured on the others.
 */
export function leaks(dataset: Dataset, rows: Int32Array): Leak[] {
  const { table, targets } = dataset;
  if (!table || rows.length < fewestRows || (targets.kind === 'numbers' && targets.width > 1)) return [];
  const step = Math.max(1, Math.ceil(rows.length / mostRows));
  const chosen = rows.filter((_, i) => i % step === 0);
  return table.flatMap((column, at) => {
    const pieces = piecesOf(dataset, column, at, chosen);
    const explained = explainedBy(dataset, chosen, pieces);
    return explained > suspicious ? [{ column: column.name, explained }] : [];
  });
}

/** What a person should know of them. */
export const describeLeaks = (found: readonly Leak[], target: string): string[] =>
  found.map(
    ({ column, explained }) =>
      `the column "${column}" alone explains ${percent(explained, 1)} of "${target}": if it is only known when "${target}" is, the model will not work; leave it out with --column "${column}=ignore"`,
  );

/** The number of the piece of each row. */
function piecesOf({ features, shape }: Dataset, { kind }: TableColumn, at: number, rows: Int32Array): Int32Array {
  const values = Float32Array.from(rows, (row) => features[row * shape[0] + at]);
  if (kind === 'category') return Int32Array.from(values);
  const sorted = values.filter((x) => !Number.isNaN(x)).sort();
  const edges = Array.from({ length: bins - 1 }, (_, i) => sorted[Math.floor(((i + 1) * sorted.length) / bins)]);
  return Int32Array.from(values, (x) => (Number.isNaN(x) ? bins : edges.findIndex((edge) => x < edge) + 1));
}

function explainedBy(dataset: Dataset, rows: Int32Array, pieces: Int32Array): number {
  const { targets } = dataset;
  const classes = targets.kind === 'classes' ? targets.classes.length : 0;
  let [error, constant] = [0, 0];
  for (let part = 0; part < parts; part++) {
    const seen = (i: number) => i % parts !== part;
    const learned = learn(targets.data, classes, rows, pieces, seen);
    rows.forEach((row, i) => {
      if (seen(i)) return;
      const truth = targets.data[row];
      const said = learned.byPiece.get(pieces[i]) ?? learned.overall;
      error += classes > 0 ? Number(said !== truth) : (said - truth) ** 2;
      constant += classes > 0 ? Number(learned.overall !== truth) : (learned.overall - truth) ** 2;
    });
  }
  return constant === 0 ? 0 : 1 - error / constant;
}

/** The most frequent class, or the mean, of each piece and of all rows. */
function learn(
  truth: ArrayLike<number>,
  classes: number,
  rows: Int32Array,
  pieces: Int32Array,
  seen: (i: number) => boolean,
): { byPiece: Map<number, number>; overall: number } {
  const width = classes || 2;
  const sums = new Map<number, Float64Array>();
  const all = new Float64Array(width);
  rows.forEach((row, i) => {
    if (!seen(i)) return;
    let own = sums.get(pieces[i]);
    if (!own) sums.set(pieces[i], (own = new Float64Array(width)));
    for (const sum of [own, all])
      if (classes > 0) sum[truth[row]]++;
      else {
        sum[0] += truth[row];
        sum[1]++;
      }
  });
  const answer = (sum: Float64Array) =>
    classes > 0 ? sum.indexOf(sum.reduce((a, b) => Math.max(a, b))) : sum[0] / sum[1];
  return { byPiece: new Map([...sums].map(([piece, sum]) => [piece, answer(sum)])), overall: answer(all) };
}
