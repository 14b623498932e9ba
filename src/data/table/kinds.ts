import { forShell, grouped, percent, suggest, WellfitError } from '../../base/index.ts';
import type { EarlierColumn } from '../dataset.ts';
import type { ColumnProfile } from './table.ts';

/** What a column is taken for, and whether it becomes features. */
export const columnKinds = {
  number: { used: true, summary: 'a quantity: missing values filled with the median, scaled by the quartiles' },
  category: { used: true, summary: 'one of several values: one-hot when few, learned embeddings when many' },
  boolean: { used: true, summary: 'yes or no, as a category of two values' },
  date: { used: true, summary: 'a day or a moment: its trend, the season, the day of the week and the time of day' },
  text: { used: false, summary: 'free text, left out' },
  identifier: { used: false, summary: 'a different value in nearly every row, left out' },
  constant: { used: false, summary: 'the same value in every row, left out' },
  ignore: { used: false, summary: 'left out because the experiment says so' },
} as const;

export type ColumnKind = keyof typeof columnKinds;

/** A column and what becomes of it. */
export interface PlannedColumn extends ColumnProfile {
  readonly kind: ColumnKind;
  readonly used: boolean;
  readonly why: string;
}

/** Below so many rows, all values being different says little. */
const fewRows = 20;
const idWords = new Set(['id', 'ids', 'uuid', 'guid', 'key', 'rowid', 'index', 'nr', 'no', '#']);
const codeWords = new Set(['zip', 'zipcode', 'postal', 'postcode', 'code', 'plz']);

/** "PassengerId" -> passenger, id */
const wordsOf = (name: string): string[] =>
  name
    .replace(/([a-z])([A-Z])/g, '$1 $2')
    .toLowerCase()
    .split(/[\s_.:-]+/)
    .filter((word) => word !== '');

/** What the column is, from what was found in it. Text and identifiers would let a network learn rows by heart. */
export function kindOf(column: ColumnProfile, rows: number): { kind: ColumnKind; why: string } {
  const { name, holds, missing, distinct } = column;
  const present = rows - missing;
  if (present === 0) return { kind: 'constant', why: 'every value is missing' };
  if (distinct === 1 && missing === 0) return { kind: 'constant', why: 'it has the same value in every row' };
  const share = distinct / present;
  const words = wordsOf(name);
  const named = idWords.has(words.at(-1) ?? '') || words[0] === 'unnamed';
  const coded = words.some((word) => codeWords.has(word));
  const unique = distinct === present && present >= fewRows;
  if (holds === 'boolean') return { kind: 'boolean', why: 'true or false' };
  if (holds === 'date') return { kind: 'date', why: 'it holds dates' };
  if (holds === 'integer') {
    const dense = unique && column.highest! - column.lowest! + 1 === present;
    if (dense) return { kind: 'identifier', why: 'it counts the rows' };
    if (named && share > 0.9 && present >= fewRows)
      return {
        kind: 'identifier',
        why: `its name says so, and ${grouped(distinct)} of ${grouped(present)} values differ`,
      };
    if ((named || coded) && share <= 0.5) return { kind: 'category', why: 'its name says that the numbers are names' };
  }
  if (holds !== 'text') return { kind: 'number', why: holds === 'integer' ? 'whole numbers' : 'numbers' };
  const length = column.meanWords ?? 1;
  const hint = hintOf(column);
  if (unique || (share > 0.5 && distinct > 50)) {
    const why = `${grouped(distinct)} of ${grouped(present)} values differ${hint}`;
    return length >= 2 && hint === ''
      ? { kind: 'text', why: `${why}, ${length.toFixed(0)} words each` }
      : { kind: 'identifier', why };
  }
  if (length >= 6) return { kind: 'text', why: `${length.toFixed(0)} words on average` };
  return { kind: 'category', why: `${grouped(distinct)} different value${distinct === 1 ? '' : 's'}${hint}` };
}

/** What texts nearly are, and how they become it. */
function hintOf({ name, top }: ColumnProfile): string {
  const column = sqlName(name);
  const replaced = (value: string) => `--sql ${forShell(`select * replace (${value} as ${column}) from data`)}`;
  const most = (pattern: RegExp) => top.filter(({ value }) => pattern.test(value)).length > 0.7 * top.length;
  if (most(/^\d{1,4}[/-]\d{1,2}[/-]\d{1,4}( .*)?$/))
    return `; they look like dates, whose day and month can be mistaken: ${replaced(`strptime(${column}, '%d/%m/%Y')`)} says which is which`;
  if (most(/^[+-]?\d+,\d+$/))
    return `; they look like numbers with a decimal comma: ${replaced(`replace(${column}, ',', '.')::double`)}`;
  const odd = top.find(({ value }) => !number.test(value));
  if (most(number))
    return `; most are numbers${odd ? `, but not "${odd.value}"` : ', but not all'}: --column ${forShell(`${name}=number`)} takes what is none for missing`;
  return '';
}

/** A name as SQL wants it, plain where it can be. */
export const sqlName = (name: string): string => (/^[a-z_]\w*$/i.test(name) ? name : `"${name.replaceAll('"', '""')}"`);

const number = /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i;

/** Kinds that a column of this content can be taken for. */
const possible: Readonly<Record<ColumnProfile['holds'], readonly ColumnKind[]>> = {
  integer: ['number', 'category', 'ignore'],
  number: ['number', 'category', 'ignore'],
  boolean: ['boolean', 'category', 'ignore'],
  date: ['date', 'category', 'ignore'],
  text: ['category', 'ignore'],
};

/**
 * What becomes of each column that is not the target.
 * @throws WellfitError for a name that is no column, a kind that the column cannot have, and where nothing is left to learn from
 */
export function planColumns(
  columns: readonly ColumnProfile[],
  rows: number,
  asked: Readonly<Record<string, ColumnKind>>,
  /** Columns that are something else, as the target, and what. */
  taken: Readonly<Record<string, string>>,
): PlannedColumn[] {
  const names = columns.map(({ name }) => name);
  for (const name of Object.keys(asked)) {
    requireColumn(name, names, 'data.columns');
    if (Object.hasOwn(taken, name))
      throw new WellfitError('option', `data.columns names "${name}", which is the ${taken[name]}`, {
        fix: 'leave it out of data.columns',
      });
  }
  const planned = columns
    .filter(({ name }) => !Object.hasOwn(taken, name))
    .map((column): PlannedColumn => {
      const wanted = Object.hasOwn(asked, column.name) ? asked[column.name] : undefined;
      const { kind, why } = wanted ? { kind: wanted, why: 'as asked' } : kindOf(column, rows);
      // What is no number is missing then.
      const mixed =
        wanted === 'number' && column.holds === 'text' && column.top.some(({ value }) => number.test(value));
      if (wanted && !mixed) checkPossible(column, wanted);
      return { ...column, kind, why, used: columnKinds[kind].used };
    });
  if (!planned.some(({ used }) => used))
    throw new WellfitError('data', 'no column is left that the target could be told by', {
      expected: 'a column of numbers, categories, booleans or dates beside the target',
      received:
        planned.length === 0
          ? 'no other column'
          : planned.map(({ name, kind, why }) => `"${name}": ${kind} (${why})`).join('; '),
      fix: 'say what a column is, as in --column "name=category", or give a table with more columns',
    });
  return planned;
}

/**
 * The columns that an earlier model takes; all others are left out.
 * @throws WellfitError for a column that is missing, that is the target, or that holds or is asked to be something else
 */
export function planLike(
  columns: readonly ColumnProfile[],
  like: readonly EarlierColumn[],
  taken: Readonly<Record<string, string>>,
  asked: Readonly<Record<string, ColumnKind>>,
  rows: number,
): PlannedColumn[] {
  const names = columns.map(({ name }) => name);
  for (const { name, kind } of like) {
    requireColumn(name, names, 'the earlier model');
    if (Object.hasOwn(taken, name))
      throw new WellfitError('option', `the earlier model takes "${name}", which is the ${taken[name]} now`, {
        expected: `a ${taken[name]} that is none of its columns: ${like.map((column) => column.name).join(', ')}`,
        fix: 'train a new model: leave --from out',
      });
    const column = columns.find((found) => found.name === name)!;
    // Where nothing is at all, any kind may be missing.
    if (column.missing < rows) checkPossible(column, kind);
  }
  for (const [name, wanted] of Object.entries(asked)) {
    requireColumn(name, names, 'data.columns');
    const kind = like.find((column) => column.name === name)?.kind ?? 'ignore';
    if (wanted === kind || (wanted === 'boolean' && kind === 'category')) continue;
    throw new WellfitError('option', `data.columns takes "${name}" for something else than the earlier model`, {
      expected: kind === 'ignore' ? 'ignore: the model does not take it' : `${kind}, as in the model`,
      received: wanted,
      fix: 'leave it out of data.columns, or train a new model: leave --from out',
    });
  }
  return columns
    .filter(({ name }) => !Object.hasOwn(taken, name))
    .map((column): PlannedColumn => {
      const kind = like.find(({ name }) => name === column.name)?.kind ?? 'ignore';
      return {
        ...column,
        kind,
        used: kind !== 'ignore',
        why: kind === 'ignore' ? 'the model does not take it' : 'as in the model',
      };
    });
}

/** @throws WellfitError naming the nearest columns */
export function requireColumn(name: string, names: readonly string[], where: string): void {
  if (names.includes(name)) return;
  const same = names.find((other) => other.trim().toLowerCase() === name.trim().toLowerCase());
  throw new WellfitError('option', `${where}: the table has no column "${name}"`, {
    expected: `one of its ${names.length} columns: ${names.slice(0, 30).join(', ')}${names.length > 30 ? ', …' : ''}`,
    received: `"${name}"`,
    fix: same ? `write "${same}"` : suggest(name, names),
  });
}

function checkPossible({ name, holds, top }: ColumnProfile, kind: ColumnKind): void {
  if (possible[holds].includes(kind)) return;
  throw new WellfitError('option', `the column "${name}" cannot be taken for ${kind}`, {
    expected: `one of: ${possible[holds].join(', ')}`,
    received: `${kind}, and values such as ${top
      .slice(0, 3)
      .map(({ value }) => JSON.stringify(value))
      .join(', ')}`,
    likely: kind === 'number' ? 'some values are no numbers' : undefined,
  });
}

/** What a person should know of what was left out, one sentence a reason. */
export function leftOutNotes(columns: readonly PlannedColumn[], rows: number): string[] {
  const out = columns.filter(({ used, kind }) => !used && kind !== 'ignore');
  const mostlyMissing = columns.filter(({ used, missing }) => used && missing > rows / 2);
  return [
    ...out.map(
      ({ name, kind, why }) =>
        `the column "${name}" is left out: ${kind === 'text' ? 'free text' : `${kind === 'identifier' ? 'an' : 'a'} ${kind}`} (${why})`,
    ),
    ...mostlyMissing.map(({ name, missing }) => `${percent(missing / rows)} of "${name}" is missing`),
  ];
}
