import { forShell, grouped, WellfitError } from '../../base/index.ts';
import { checkDataset, type Dataset, type EarlierColumn, type TableColumn, type Targets } from '../dataset.ts';
import {
  type ColumnKind,
  leftOutNotes,
  type PlannedColumn,
  planColumns,
  planLike,
  requireColumn,
  sqlName,
} from './kinds.ts';
import type { ColumnProfile, ColumnRequest, Table, TableBlock } from './table.ts';
import { type Task, taskOf } from './task.ts';

export interface TableOptions {
  readonly target: string;
  /** Inferred from the target where it is left out. */
  readonly task?: Task;
  /** What columns are, where the guess is not right. */
  readonly columns?: Readonly<Record<string, ColumnKind>>;
  /** The column that says which rows belong together; for a split by group. */
  readonly group?: string;
  /** The column that says when a row happened; for a split by time. */
  readonly time?: string;
  /** The columns of an earlier model: those and no others are used, and values keep their numbers. */
  readonly like?: readonly EarlierColumn[];
}

export interface TableData {
  readonly dataset: Dataset;
  readonly task: Task;
  readonly why: string;
  readonly columns: readonly PlannedColumn[];
  readonly target: ColumnProfile;
  /** For each row of the data set its number in the table: rows without a target are left out. */
  readonly rowNumbers: Int32Array;
}

/**
 * A table as numbers: rows x used columns. Numbers and dates stand as they are (dates as days since 1970-01-01), NaN where missing; a category is
 * the place of its value in `values`, or values.length where missing.
 * @throws WellfitError where the target or the columns do not allow a training
 */
export async function tableDataset(
  table: Table,
  options: TableOptions,
  onProgress: (done: number) => void = () => {},
): Promise<TableData> {
  if (table.rows === 0) throw new WellfitError('data', `the table "${table.name}" has no rows`);
  const profile = (name: string, where: string) => {
    requireColumn(
      name,
      table.columns.map((column) => column.name),
      where,
    );
    return table.columns.find((column) => column.name === name)!;
  };
  const target = profile(options.target, 'data.target');
  const { task, why } = taskOf(target, table.rows, options.task);
  const roles = [options.group, options.time].flatMap((name, i) =>
    name === undefined ? [] : [[name, i === 0 ? 'group' : 'time'] as const],
  );
  for (const [name, role] of roles) profile(name, `data.${role}`);
  const odd = options.time === undefined ? undefined : profile(options.time, 'data.time');
  if (odd && (odd.holds === 'text' || odd.holds === 'boolean' || odd.missing > 0))
    throw new WellfitError('data', `the column "${odd.name}" does not say when each row happened`, {
      expected: 'a date or a number in every row',
      received:
        odd.missing > 0 ? `${grouped(odd.missing)} rows without a value` : `texts such as "${odd.top[0]?.value}"`,
    });
  const taken = { ...Object.fromEntries(roles), [target.name]: 'target' };
  const columns = options.like
    ? planLike(table.columns, options.like, taken, options.columns ?? {}, table.rows)
    : planColumns(table.columns, table.rows, options.columns ?? {}, taken);
  const used = options.like
    ? options.like.map(({ name }) => columns.find((column) => column.name === name)!)
    : columns.filter((column) => column.used);
  const numeric = (kind: ColumnKind) => kind === 'number' || kind === 'date';
  const requests: ColumnRequest[] = [
    { name: target.name, as: task === 'regression' ? 'numbers' : 'texts' },
    ...used.map(({ name, kind }): ColumnRequest => ({ name, as: numeric(kind) ? 'numbers' : 'texts' })),
    ...roles.map(([name, role]): ColumnRequest => ({ name, as: role === 'time' ? 'numbers' : 'texts' })),
  ];
  const collected = await collect(table, requests, used.length, table.rows - target.missing, onProgress);
  const { rows, features, dictionaries } = collected;
  const described = used.map(({ name, kind }, c): TableColumn => {
    const like = options.like?.[c];
    if (like) {
      if (!numeric(kind)) recode(collected, c, used.length, dictionaries[c + 1]!, like);
      const { values, codes, missing, range } = like;
      return { name, kind: like.kind, values, missing: missing !== undefined, earlier: { codes, missing, range } };
    }
    const values = numeric(kind) ? undefined : sortColumn(collected, c, used.length, dictionaries[c + 1]!);
    return {
      name,
      kind: numeric(kind) ? (kind as 'number' | 'date') : 'category',
      ...(values && { values }),
      missing: collected.missing[c],
    };
  });
  const targets = targetsOf(task, collected);
  const notes = [
    ...leftOutNotes(columns, table.rows),
    ...(target.missing > 0 ? [`${grouped(target.missing)} rows have no "${target.name}" and are left out`] : []),
    ...classNotes(targets, table.name, target.name),
  ];
  const extra = Object.fromEntries(
    roles.map(([, role], i) => {
      const at = 1 + used.length + i;
      return role === 'time' ? ['times', collected.extra[at]] : ['groups', Int32Array.from(collected.extra[at])];
    }),
  );
  const dataset: Dataset = {
    name: table.name,
    rows,
    shape: [used.length],
    features,
    targets,
    columns: described.map(({ name }) => name),
    table: described,
    targetName: target.name,
    notes,
    ...extra,
  };
  checkDataset(dataset);
  return { dataset, task, why, columns, target, rowNumbers: collected.rowNumbers };
}

interface Collected {
  readonly rows: number;
  readonly features: Float32Array;
  /** Of the target: numbers, or codes in order of appearance. */
  readonly target: Float64Array;
  /** Codes by value in order of appearance, for each request that asks for texts. */
  readonly dictionaries: readonly (Map<string, number> | undefined)[];
  /** Whether a used column lacks a value in some row. */
  readonly missing: boolean[];
  /** Columns that are neither target nor feature, by place among the requests. */
  readonly extra: Readonly<Record<number, Float64Array>>;
  readonly rowNumbers: Int32Array;
}

async function collect(
  table: Table,
  requests: readonly ColumnRequest[],
  width: number,
  rows: number,
  onProgress: (done: number) => void,
): Promise<Collected> {
  const features = new Float32Array(rows * width);
  const target = new Float64Array(rows);
  const rowNumbers = new Int32Array(rows);
  const dictionaries = requests.map(({ as }) => (as === 'texts' ? new Map<string, number>() : undefined));
  const missing = Array.from({ length: width }, () => false);
  const extra: Record<number, Float64Array> = {};
  for (let at = 1 + width; at < requests.length; at++) extra[at] = new Float64Array(rows);
  let row = 0;
  for await (const block of table.blocks(requests)) {
    const kept = keptRows(block);
    for (const [i, from] of kept.entries()) rowNumbers[row + i] = block.first + from;
    block.columns.forEach((values, at) => {
      const dictionary = dictionaries[at];
      const isFeature = at >= 1 && at <= width;
      const into = at === 0 ? target : isFeature ? features : extra[at];
      let place = isFeature ? row * width + at - 1 : row;
      const step = isFeature ? width : 1;
      for (const from of kept) {
        const value = values[from];
        const read = typeof value === 'number' ? value : value === null ? absent : codeOf(dictionary!, value);
        // What float32 would hold as an infinity counts as missing.
        const number = isFeature && !Number.isFinite(Math.fround(read)) ? Number.NaN : read;
        if (isFeature && (Number.isNaN(number) || number === absent)) missing[at - 1] = true;
        into[place] = number;
        place += step;
      }
    });
    row += kept.length;
    onProgress(row / rows);
  }
  return { rows: row, features, target, dictionaries, missing, extra, rowNumbers };
}

/** Stands for a missing text until the dictionary is complete. */
const absent = -1;

function codeOf(dictionary: Map<string, number>, value: string): number {
  let code = dictionary.get(value);
  if (code === undefined) {
    code = dictionary.size;
    dictionary.set(value, code);
  }
  return code;
}

/** The rows of a block that have a target. */
function keptRows({ rows, columns: [target] }: TableBlock): number[] {
  const kept: number[] = [];
  for (let i = 0; i < rows; i++) {
    const value = target[i];
    if (value !== null && !(typeof value === 'number' && Number.isNaN(value))) kept.push(i);
  }
  return kept;
}

const collator = new Intl.Collator('en', { numeric: true });

/** Sorted values, and for each code in order of appearance the place of its value among them. */
function sorted(dictionary: ReadonlyMap<string, number>): { values: string[]; places: Int32Array } {
  const values = [...dictionary.keys()].sort((a, b) => collator.compare(a, b) || (a < b ? -1 : 1));
  const places = new Int32Array(values.length);
  for (const [place, value] of values.entries()) places[dictionary.get(value)!] = place;
  return { values, places };
}

/** Brings the codes of a column into the order of its sorted values, which it returns. */
function sortColumn(
  { features, rows }: Collected,
  at: number,
  width: number,
  dictionary: Map<string, number>,
): string[] {
  const { values, places } = sorted(dictionary);
  for (let i = at, row = 0; row < rows; row++, i += width)
    features[i] = features[i] === absent ? values.length : places[features[i]];
  return values;
}

/** Gives the values of a column the numbers that an earlier model has for them; -1 to those it does not know. */
function recode(
  { features, rows }: Collected,
  at: number,
  width: number,
  dictionary: Map<string, number>,
  { values = [], codes = [], missing = -1 }: EarlierColumn,
): void {
  const known = new Map(values.map((value, i) => [value, codes[i]]));
  const places = Float32Array.from(dictionary.keys(), (value) => known.get(value) ?? -1);
  for (let i = at, row = 0; row < rows; row++, i += width)
    features[i] = features[i] === absent ? missing : places[features[i]];
}

function targetsOf(task: Task, { target, dictionaries }: Collected): Targets {
  if (task === 'regression') return { kind: 'numbers', data: Float32Array.from(target), width: 1 };
  const { values, places } = sorted(dictionaries[0]!);
  return { kind: 'classes', data: Int32Array.from(target, (code) => places[code]), classes: values };
}

/** @throws WellfitError for a class of one row, which can be either learned or measured */
function classNotes(targets: Targets, table: string, target: string): string[] {
  if (targets.kind !== 'classes') return [];
  const counts = targets.classes.map(() => 0);
  for (const label of targets.data) counts[label]++;
  const single = counts.indexOf(1);
  if (single >= 0)
    throw new WellfitError('data', `the class "${targets.classes[single]}" of "${target}" has one row in "${table}"`, {
      expected: 'two rows or more of each class: some to learn from, some to measure',
      received: `${counts.filter((n) => n === 1).length} of ${counts.length} classes have one row`,
      likely: 'a misspelt value, or a very rare class',
      fix: `leave it out, as in: --where ${forShell(`${sqlName(target)} <> '${targets.classes[single].replaceAll("'", "''")}'`)}`,
    });
  const few = Math.min(...counts);
  const rarest = targets.classes[counts.indexOf(few)];
  const share = few / targets.data.length;
  return share < 0.5 / counts.length
    ? [
        `the classes are unbalanced: "${rarest}" is ${(100 * share).toFixed(1)} % of the rows (${grouped(few)}); accuracy alone says little, look at balancedAccuracy${counts.length === 2 ? ', rocAuc and averagePrecision' : ''} too`,
      ]
    : [];
}
