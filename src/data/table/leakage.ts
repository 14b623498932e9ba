import { forShell, percent } from '../../base/index.ts';
import type { Dataset } from '../dataset.ts';

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
/** A column that takes away more than this is hardly a cause: it is the target in other words, or was written down after it was known. */
const suspicious = 0.98;

/**
 * Columns from which alone the target follows. Each row is answered by the rows beside it: those of the same category, or with the next lower and higher
 * number, among four fifths of the rows that it does not belong to. Numbers to predict count by their rank, so that a few large ones do not decide.
 */
export function leaks(dataset: Dataset, rows: Int32Array): Leak[] {
  const { table, targets, features, shape } = dataset;
  if (!table || rows.length < fewestRows || (targets.kind === 'numbers' && targets.width > 1)) return [];
  const step = Math.max(1, Math.ceil(rows.length / mostRows));
  const chosen = rows.filter((_, i) => i % step === 0);
  const classes = targets.kind === 'classes' ? targets.classes.length : 0;
  const own = Float64Array.from(chosen, (row) => targets.data[row]);
  // By rank alone, a few values far apart that each vary a little would not count.
  const truths = classes > 0 ? [own] : [own, ranks(own)];
  return table.flatMap(({ name, kind }, at) => {
    const values = Float64Array.from(chosen, (row) => features[row * shape[0] + at]);
    const explained = Math.max(...truths.map((truth) => explainedBy(values, truth, classes, kind === 'category')));
    return explained > suspicious ? [{ column: name, explained }] : [];
  });
}

/** The place of each number among all, equal ones sharing the mean of theirs. */
function ranks(numbers: Float64Array): Float64Array {
  const order = [...numbers.keys()].sort((a, b) => numbers[a] - numbers[b]);
  const result = new Float64Array(numbers.length);
  for (let first = 0; first < order.length; ) {
    let end = first;
    while (end < order.length && numbers[order[end]] === numbers[order[first]]) end++;
    for (let i = first; i < end; i++) result[order[i]] = (first + end - 1) / 2;
    first = end;
  }
  return result;
}

/** What a person should know of them. */
export const describeLeaks = (found: readonly Leak[], target: string): string[] =>
  found.map(
    ({ column, explained }) =>
      `the column "${column}" alone explains ${percent(explained, 1)} of "${target}": if it is only known when "${target}" is, the model will not work; leave it out with --column ${forShell(`${column}=ignore`)}`,
  );

/** Share of the error of the best constant answer that the column takes away. */
function explainedBy(values: Float64Array, truth: Float64Array, classes: number, category: boolean): number {
  let [error, constant] = [0, 0];
  for (let part = 0; part < parts; part++) {
    const seen = [...values.keys()].filter((i) => i % parts !== part);
    const { overall, answer } = learn(values, truth, seen, classes, category);
    for (let i = part; i < values.length; i += parts) {
      const said = answer(values[i]);
      error += classes > 0 ? Number(said !== truth[i]) : (said - truth[i]) ** 2;
      constant += classes > 0 ? Number(overall !== truth[i]) : (overall - truth[i]) ** 2;
    }
  }
  return constant === 0 ? 0 : 1 - error / constant;
}

/** What rows say of the target for each value of a column, and between its values. */
function learn(values: Float64Array, truth: Float64Array, seen: readonly number[], classes: number, category: boolean) {
  const groups = new Map<number, number[]>();
  for (const i of seen) {
    // Missing numbers are a group of their own: a map takes every NaN for the same.
    const group = groups.get(values[i]);
    if (group) group.push(truth[i]);
    else groups.set(values[i], [truth[i]]);
  }
  const best = (group: readonly number[]) => (classes > 0 ? mostFrequent(group, classes) : meanOf(group));
  const overall = best(seen.map((i) => truth[i]));
  const known = new Map([...groups].map(([value, group]) => [value, best(group)]));
  const sorted = [...known.keys()].filter((value) => !Number.isNaN(value)).sort((a, b) => a - b);
  const answer = (value: number): number => {
    const same = known.get(value);
    if (same !== undefined) return same;
    if (category || Number.isNaN(value) || sorted.length === 0) return overall;
    const above = firstAbove(sorted, value);
    const [low, high] = [sorted[Math.max(0, above - 1)], sorted[Math.min(above, sorted.length - 1)]];
    const [below, beyond] = [known.get(low)!, known.get(high)!];
    if (low === high) return below;
    const share = (value - low) / (high - low);
    return classes > 0 ? (share < 0.5 ? below : beyond) : below + share * (beyond - below);
  };
  return { overall, answer };
}

function mostFrequent(labels: readonly number[], classes: number): number {
  const counts = new Float64Array(classes);
  for (const label of labels) counts[label]++;
  return counts.indexOf(counts.reduce((a, b) => Math.max(a, b)));
}

const meanOf = (numbers: readonly number[]): number => numbers.reduce((sum, n) => sum + n, 0) / numbers.length;

/** The place of the first of ascending numbers that is greater. */
function firstAbove(sorted: readonly number[], value: number): number {
  let [low, high] = [0, sorted.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (sorted[middle] > value) high = middle;
    else low = middle + 1;
  }
  return low;
}
