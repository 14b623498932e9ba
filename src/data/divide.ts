import { grouped, lookUp, Random, WellfitError } from '../base/index.ts';
import type { Dataset } from './dataset.ts';

/**
 * What stays together: single rows; whole groups (`Dataset.groups`), as for several rows of one patient; or the order in
 * time (`Dataset.times`), where a model may not learn from what comes after the rows it is measured on.
 */
export type SplitBy = 'row' | 'group' | 'time';

const needed = { row: undefined, group: 'groups', time: 'times' } as const;

/** @throws WellfitError where the data set lacks what the rows are to be divided by */
export function checkBy(dataset: Dataset, { by = 'row', stratify }: { by?: SplitBy; stratify: boolean }): void {
  const field = needed[lookUp(needed, by, 'by', 'way to divide rows')];
  if (field && dataset[field] === undefined)
    throw new WellfitError('option', `"${dataset.name}" cannot be divided by ${by}`, {
      expected: `a data set with ${field}`,
      received: `a data set without ${field}`,
      fix: `give ${field} (fromArrays takes one for each row), or use by: 'row'`,
    });
  if (by === 'time' && stratify)
    throw new WellfitError('option', 'rows in the order of time cannot be stratified', {
      expected: "stratify: false with by: 'time'",
      received: 'stratify: true',
      likely: 'the order alone says where a row stands, so that the shares of the classes cannot be chosen',
    });
}

/** The rows by class (or all in one list), each list shuffled by a stream of its own. */
export function shuffledByClass(
  { targets }: Dataset,
  rows: ArrayLike<number>,
  { seed, stratify }: { readonly seed: number; readonly stratify: boolean },
  ...key: number[]
): Int32Array[] {
  const count = stratify && targets.kind === 'classes' ? targets.classes.length : 1;
  const lists = Array.from({ length: count }, (): number[] => []);
  for (let i = 0; i < rows.length; i++) lists[count === 1 ? 0 : targets.data[rows[i]]].push(rows[i]);
  return lists.map((list, i) => new Random(seed, ...key, i).shuffle(Int32Array.from(list)));
}

export interface Group {
  readonly id: number;
  readonly rows: number[];
  /** Rows of each class that stands in the group; empty where classes do not count. */
  readonly classes: Map<number, number>;
}

/** The groups among the first `pool` rows, in the order of their first rows. */
export function groupsOf({ groups, targets }: Dataset, pool: number, stratify: boolean): Group[] {
  const found = new Map<number, Group>();
  for (let row = 0; row < pool; row++) {
    const id = groups![row];
    let group = found.get(id);
    if (group === undefined) found.set(id, (group = { id, rows: [], classes: new Map() }));
    group.rows.push(row);
    if (!stratify || targets.kind !== 'classes') continue;
    const label = targets.data[row];
    group.classes.set(label, (group.classes.get(label) ?? 0) + 1);
  }
  return [...found.values()];
}

/**
 * The place of each group, so that every place holds nearly its share of the rows and of each class. Measured as
 * Pearson's chi-square, the sum over places of (rows - expected)² / expected, for each class and, √classes times, for
 * all rows together. The groups come in the given order to the emptiest place that they fit into, then move for as long
 * as a single move betters the sum. (scikit-learn's GroupKFold and StratifiedGroupKFold are greedy as well.)
 */
export function placeGroups(groups: readonly Group[], shares: readonly number[], order: readonly number[]): number[] {
  // What a group holds of each class, and under the key -1 of all classes together.
  const parts = groups.map(({ rows, classes }) => [[-1, rows.length], ...classes] as [number, number][]);
  const total = new Map<number, number>();
  for (const part of parts) for (const [key, count] of part) total.set(key, (total.get(key) ?? 0) + count);
  const weight = Math.sqrt(Math.max(1, total.size - 1));
  const places = shares.map((share, index) => ({ share, index, held: new Map<number, number>() }));
  const open = places.filter(({ share }) => share > 0);
  const placeOf = groups.map(() => -1);

  type Place = (typeof places)[number];
  const put = (group: number, { held }: Place, sign: number): void => {
    for (const [key, count] of parts[group]) held.set(key, (held.get(key) ?? 0) + sign * count);
  };
  const fits = (group: number, { share, held }: Place): boolean =>
    (held.get(-1) ?? 0) + groups[group].rows.length <= share * total.get(-1)! + 1e-6;
  /** By how much the group adds to the sum; when it comes, without its own size, or large groups would all be train. */
  const cost = (group: number, { share, held }: Place, comes: boolean): number => {
    let sum = 0;
    for (const [key, count] of parts[group]) {
      const expected = share * total.get(key)!;
      const added = (count * (2 * ((held.get(key) ?? 0) - expected) + (comes ? 0 : count))) / expected;
      sum += key === -1 ? weight * added : added;
    }
    return sum;
  };

  for (let moved = true; moved; ) {
    moved = false;
    for (const group of order) {
      const before = placeOf[group];
      const comes = before < 0;
      if (!comes) put(group, places[before], -1);
      const fitting = comes ? open.filter((place) => fits(group, place)) : [];
      const candidates = fitting.length > 0 ? fitting : open;
      let best = comes ? candidates[0] : places[before];
      let least = cost(group, best, comes);
      for (const candidate of candidates) {
        const here = cost(group, candidate, comes);
        // More than rounding, so that no group goes to and fro for ever.
        if (here < least - 1e-9 * weight * groups[group].rows.length) [best, least] = [candidate, here];
      }
      put(group, best, 1);
      placeOf[group] = best.index;
      moved ||= best.index !== before;
    }
  }
  return placeOf;
}

/** The first `pool` rows, earliest first. */
export function inTime({ times }: Dataset, pool: number): Int32Array {
  return Int32Array.from(range(0, pool)).sort((a, b) => times![a] - times![b] || a - b);
}

/**
 * Moves borders between rows in time to the nearest place where the time changes, at least one time between two.
 * @throws WellfitError where there are fewer different times than pieces
 */
export function timeBorders({ name, times }: Dataset, rows: Int32Array, wanted: readonly number[]): number[] {
  const changes: number[] = [];
  for (let i = 1; i < rows.length; i++) if (times![rows[i]] !== times![rows[i - 1]]) changes.push(i);
  if (changes.length < wanted.length)
    throw new WellfitError('data', `the rows of "${name}" have too few different times`, {
      expected: `at least ${wanted.length + 1} different times, one for each piece`,
      received: `${grouped(changes.length + (rows.length > 0 ? 1 : 0))} among ${grouped(rows.length)} rows`,
      likely: 'rows of one time stay together',
      fix: 'give finer times, or divide into fewer pieces',
    });
  const borders: number[] = [];
  let at = changes.length;
  for (let i = wanted.length - 1; i >= 0; i--) {
    const distance = (change: number) => Math.abs(changes[change] - wanted[i]);
    at--;
    while (at > i && distance(at - 1) <= distance(at)) at--;
    borders.unshift(changes[at]);
  }
  return borders;
}

export const range = (start: number, end: number): number[] => Array.from({ length: end - start }, (_, i) => start + i);
