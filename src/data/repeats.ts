import { grouped } from '../base/index.ts';
import type { Dataset } from './dataset.ts';
import type { Split, SplitName } from './split.ts';

/** Rows of one split that stand, feature by feature the same, in another one. */
export interface RepeatedRows {
  readonly split: SplitName;
  readonly other: SplitName;
  /** How many of the `of` rows of `split`. */
  readonly rows: number;
  readonly of: number;
  /** Of these, how many have another target than the first row of `other` that they equal. */
  readonly contradictory: number;
  /** Up to five: a row of `split` and the first row of `other` that it equals. */
  readonly examples: readonly (readonly [row: number, sameAs: number])[];
}

/** Groups that stand in two splits. */
export interface SharedGroups {
  readonly split: SplitName;
  readonly other: SplitName;
  readonly groups: number;
  /** Up to five of them. */
  readonly examples: readonly number[];
}

/** What stands in two splits at once; a pair of splits without any is left out. Plain data. */
export interface Repeats {
  readonly rows: readonly RepeatedRows[];
  readonly groups: readonly SharedGroups[];
}

/** What is measured, and where it should not have been seen: the model learns from train and is chosen by validation. */
const pairs: readonly (readonly [SplitName, SplitName])[] = [
  ['validation', 'train'],
  ['test', 'train'],
  ['test', 'validation'],
];
const mostExamples = 5;

/**
 * The rows of validation and test whose features are those of a row of train, and of test those of a row of validation,
 * and the groups that stand in two splits. Features are equal as numbers: 0 equals -0. Finds them by a hash of each row
 * and compares what has the same hash, in time and memory proportional to the data and to the number of rows.
 */
export function repeatedRows(dataset: Dataset, split: Split): Repeats {
  const hashes = hashRows(dataset, split);
  const tables = {
    train: tableOf(dataset, split.train, hashes),
    validation: tableOf(dataset, split.validation, hashes),
  };
  const rows = pairs.map(([name, other]): RepeatedRows => {
    const table = tables[other as keyof typeof tables];
    const found = { rows: 0, contradictory: 0, examples: [] as [number, number][] };
    for (const row of split[name]) {
      const same = table.slots[slotOf(dataset, table, hashes, row)] - 1;
      if (same < 0) continue;
      found.rows++;
      if (!sameNumbers(dataset.targets.data, targetWidth(dataset), row, same)) found.contradictory++;
      if (found.examples.length < mostExamples) found.examples.push([row, same]);
    }
    return { split: name, other, of: split[name].length, ...found };
  });
  return { rows: rows.filter((pair) => pair.rows > 0), groups: sharedGroups(dataset, split) };
}

/**
 * The repeats in one sentence for a person; undefined where there are none.
 * @example 12 of 5,400 validation rows also stand in the training rows (e.g. row 17 = row 4,211), 2 of them with another
 * target: the validation measure may flatter
 */
export function describeRepeats({ rows, groups }: Repeats, table = false): string | undefined {
  if (rows.length + groups.length === 0) return undefined;
  const parts = [
    ...rows.map(({ split, other, rows, of, contradictory, examples: [[row, sameAs]] }) => {
      const also = `${grouped(rows)} of ${grouped(of)} ${split} rows also ${rows === 1 ? 'stands' : 'stand'} in the`;
      const example = `(${rows === 1 ? '' : 'e.g. '}row ${grouped(row)} = row ${grouped(sameAs)})`;
      const differ = rows === 1 ? 'with another target' : `${grouped(contradictory)} of them with another target`;
      if (table)
        return `${grouped(rows)} of ${grouped(of)} ${split} rows have the same values in all used columns as a ${wordFor[other]} row${contradictory > 0 ? ` (${grouped(contradictory)} of them another target)` : ''}`;
      return `${also} ${wordFor[other]} rows ${example}${contradictory > 0 ? `, ${differ}` : ''}`;
    }),
    ...groups.map(({ split, other, groups, examples }) => {
      const some = `${examples.join(', ')}${groups > examples.length ? ', …' : ''}`;
      return groups === 1
        ? `group ${some} stands in the ${split} and the ${wordFor[other]} rows`
        : `${grouped(groups)} groups (${some}) stand in the ${split} and the ${wordFor[other]} rows`;
    }),
  ];
  const measures = [...new Set([...rows, ...groups].map(({ split }) => split))];
  return `${parts.join('; ')}: the ${measures.join(' and ')} ${measures.length > 1 ? 'measures' : 'measure'} may flatter`;
}

const wordFor: Record<SplitName, string> = { train: 'training', validation: 'validation', test: 'test' };

const featureWidth = ({ features, rows }: Dataset): number => features.length / rows;
const targetWidth = ({ targets }: Dataset): number => (targets.kind === 'classes' ? 1 : targets.width);

function sameNumbers(data: ArrayLike<number>, width: number, a: number, b: number): boolean {
  // A missing value, NaN, is as good as another.
  for (let i = a * width, j = b * width, end = i + width; i < end; i++, j++)
    if (data[i] !== data[j] && !(Number.isNaN(data[i]) && Number.isNaN(data[j]))) return false;
  return true;
}

/** A hash for each row that stands in a split; equal rows have equal hashes. */
function hashRows(dataset: Dataset, split: Split): Int32Array {
  const { features, rows } = dataset;
  const width = featureWidth(dataset);
  const hashes = new Int32Array(rows);
  const inWords = features instanceof Float32Array || (features.byteOffset % 4 === 0 && width % 4 === 0);
  if (inWords) {
    const words = new Int32Array(features.buffer, features.byteOffset, features.byteLength >> 2);
    const perRow = words.length / rows;
    for (const list of Object.values(split))
      for (const row of list) hashes[row] = hashWords(words, row * perRow, perRow);
    return hashes;
  }
  // Bytes that do not lie in whole words go through a row that does.
  const words = new Int32Array(Math.ceil(width / 4));
  const bytes = new Uint8Array(words.buffer);
  for (const list of Object.values(split))
    for (const row of list) {
      bytes.set(features.subarray(row * width, (row + 1) * width));
      hashes[row] = hashWords(words, 0, words.length);
    }
  return hashes;
}

/** The bits of -0 count as those of 0, and all NaNs are one; where they are four pixels, the comparison of the rows tells them apart. */
function hashWords(words: Int32Array, start: number, count: number): number {
  let h = count;
  for (let i = start, end = start + count; i < end; i++) {
    const word = words[i] === -0x80000000 ? 0 : (words[i] & 0x7fffffff) > 0x7f800000 ? 0x7fc00000 : words[i];
    h = Math.imul(h ^ word, 0x9e3779b1);
    h = (h << 13) | (h >>> 19);
  }
  return Math.imul(h ^ (h >>> 15), 0x85ebca77) ^ (h >>> 13);
}

/** The first row of each kind in open addressing: its index + 1, or 0 in an empty slot. */
interface Table {
  readonly slots: Int32Array;
  readonly mask: number;
}

function tableOf(dataset: Dataset, rows: Int32Array, hashes: Int32Array): Table {
  const size = 2 ** Math.ceil(Math.log2(2 * rows.length + 1));
  const table = { slots: new Int32Array(size), mask: size - 1 };
  for (const row of rows) {
    const slot = slotOf(dataset, table, hashes, row);
    if (table.slots[slot] === 0) table.slots[slot] = row + 1;
  }
  return table;
}

/** The slot of the row that equals this one, or the empty one where it would stand. */
function slotOf(dataset: Dataset, { slots, mask }: Table, hashes: Int32Array, row: number): number {
  const width = featureWidth(dataset);
  for (let slot = hashes[row] & mask; ; slot = (slot + 1) & mask) {
    const held = slots[slot] - 1;
    if (held < 0) return slot;
    if (hashes[held] === hashes[row] && sameNumbers(dataset.features, width, held, row)) return slot;
  }
}

function sharedGroups({ groups }: Dataset, split: Split): SharedGroups[] {
  if (groups === undefined) return [];
  const idsOf = (rows: Int32Array) => new Set(Int32Array.from(rows, (row) => groups[row]));
  const ids = { train: idsOf(split.train), validation: idsOf(split.validation), test: idsOf(split.test) };
  return pairs.flatMap(([name, other]) => {
    const shared = [...ids[name]].filter((id) => ids[other].has(id)).sort((a, b) => a - b);
    return shared.length === 0
      ? []
      : [{ split: name, other, groups: shared.length, examples: shared.slice(0, mostExamples) }];
  });
}
