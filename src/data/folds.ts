import { grouped, hashText, Random, WellfitError } from '../base/index.ts';
import type { Dataset } from './dataset.ts';
import { checkBy, groupsOf, inTime, placeGroups, range, type SplitBy, shuffledByClass, timeBorders } from './divide.ts';

/** Row indices of a data set, each list ascending. No row stands in both lists. */
export interface Fold {
  readonly train: Int32Array;
  readonly validation: Int32Array;
}

export interface FoldOptions {
  /** How many, 2 or more. */
  readonly folds: number;
  readonly seed: number;
  /**
   * Give every fold its share of each class, as near as whole groups allow. Means nothing where the targets are numbers;
   * refused by time, where the order decides.
   */
  readonly stratify: boolean;
  /** 'row' where it is left out. */
  readonly by?: SplitBy;
}

const stream = hashText('folds');

/**
 * The folds of a cross-validation over all rows but the test set that the publisher of the data defined. By row and by
 * group each row is validated in one fold and trains in all others.
 *
 * By row: folds differ by one row at most and, stratified, each class is within one row of its share in every fold (as
 * scikit-learn's KFold and StratifiedKFold). By group: whole groups, the sizes (stratified: and the classes) near their
 * share (as GroupKFold and StratifiedGroupKFold). By time: k + 1 blocks of ⌊rows / (k + 1)⌋ rows, the first takes what
 * is left over; fold i trains on all blocks before block i + 1 and validates on that one (as TimeSeriesSplit), but rows
 * of one time are never divided.
 *
 * @throws WellfitError for fewer than 2 folds, more folds than rows, groups or times allow, and, stratified, more folds
 * than a class has rows (by group: groups)
 */
export function folds(dataset: Dataset, options: FoldOptions): Fold[] {
  const pool = dataset.rows - (dataset.testRows ?? 0);
  checkBy(dataset, options);
  checkCount(dataset.name, options.folds, pool, 'rows');
  return options.by === 'time' ? expanding(dataset, pool, options.folds) : crossed(dataset, pool, options);
}

/** The fold that validates each row, and from it the folds. */
function crossed(dataset: Dataset, pool: number, options: FoldOptions): Fold[] {
  const foldOf = options.by === 'group' ? foldsByGroup(dataset, pool, options) : foldsByRow(dataset, pool, options);
  return Array.from({ length: options.folds }, (_, fold) => {
    const train: number[] = [];
    const validation: number[] = [];
    for (let row = 0; row < pool; row++) (foldOf[row] === fold ? validation : train).push(row);
    return { train: Int32Array.from(train), validation: Int32Array.from(validation) };
  });
}

/** Class by class, the shuffled rows are dealt like cards; a class goes on where the one before it stopped. */
function foldsByRow(dataset: Dataset, pool: number, options: FoldOptions): Int32Array {
  const lists = shuffledByClass(dataset, range(0, pool), options, stream);
  const { targets } = dataset;
  if (options.stratify && targets.kind === 'classes')
    for (const [label, { length }] of lists.entries())
      checkClass(dataset.name, targets.classes[label], options.folds, length, 'rows');
  const foldOf = new Int32Array(pool);
  let dealt = 0;
  for (const list of lists) for (const row of list) foldOf[row] = dealt++ % options.folds;
  return foldOf;
}

function foldsByGroup(dataset: Dataset, pool: number, { folds, seed, stratify }: FoldOptions): Int32Array {
  const groups = groupsOf(dataset, pool, stratify);
  checkCount(dataset.name, folds, groups.length, 'groups');
  if (stratify && dataset.targets.kind === 'classes')
    for (const [label, name] of dataset.targets.classes.entries())
      checkClass(dataset.name, name, folds, groups.filter(({ classes }) => classes.has(label)).length, 'groups');
  const shares = Array.from({ length: folds }, () => 1 / folds);
  const foldOf = new Int32Array(pool);
  // Largest first comes nearest to equal folds, and every group is validated, wherever it stands.
  const order = new Random(seed, stream).shuffle([...groups.keys()]);
  order.sort((a, b) => groups[b].rows.length - groups[a].rows.length);
  const places = placeGroups(groups, shares, order);
  for (const [i, { rows }] of groups.entries()) for (const row of rows) foldOf[row] = places[i];
  return foldOf;
}

function expanding(dataset: Dataset, pool: number, count: number): Fold[] {
  const rows = inTime(dataset, pool);
  const block = Math.floor(pool / (count + 1));
  const starts = Array.from({ length: count }, (_, fold) => pool - (count - fold) * block);
  const borders = [...timeBorders(dataset, rows, starts), pool];
  return starts.map((_, fold) => ({
    train: rows.slice(0, borders[fold]).sort(),
    validation: rows.slice(borders[fold], borders[fold + 1]).sort(),
  }));
}

function checkCount(dataset: string, folds: number, available: number, what: 'rows' | 'groups'): void {
  if (Number.isInteger(folds) && folds >= 2 && folds <= available) return;
  throw new WellfitError('option', `"${dataset}" cannot be divided into ${folds} folds`, {
    expected: `a whole number from 2 to ${grouped(available)}, the number of ${what}`,
    received: String(folds),
    fix: available < 2 ? `give more ${what}` : 'take 5 or 10 folds, or as many as there are, if there are fewer',
  });
}

/** A class without a row is no obstacle: there is nothing to share out. */
function checkClass(dataset: string, name: string, folds: number, count: number, what: 'rows' | 'groups'): void {
  if (count === 0 || count >= folds) return;
  throw new WellfitError('option', `class "${name}" of "${dataset}" does not reach into every fold`, {
    expected: `at least ${folds} ${what} of every class, for ${folds} stratified folds`,
    received: `${count} ${what}`,
    fix:
      count >= 2 ? `take ${count} folds or fewer, or use stratify: false` : 'use stratify: false, or remove the class',
  });
}
