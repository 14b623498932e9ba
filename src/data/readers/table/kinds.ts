import type { Database } from './database.ts';
import { cleaned, column, quoted } from './sql.ts';

/** A way to understand the texts of a column. */
interface Candidate {
  /** The value of a cell; null where the text is no such value. */
  value(c: string): string;
  /** Texts that could be read so but are something else. */
  unless?(c: string): string;
  /** Whether it is tried for files whose fields are separated by this. */
  for?(delimiter: string): boolean;
}

const double = (c: string) => `TRY_CAST(${c} AS DOUBLE)`;
const instant = (c: string) => `TRY_CAST(${c} AS TIMESTAMPTZ)::TIMESTAMP`;
/** 007 is a code, and 1_000 was never meant as a number. */
const codes = (c: string) => `(${c} >= '00' AND ${c} < '0:' AND NOT contains(${c}, '.')) OR contains(${c}, '_')`;
/** DuckDB also takes "epoch" and "infinity". */
const words = (c: string) => `ltrim(${c}) < '0' OR ltrim(${c}) >= ':'`;

const whole = (type: string): Candidate => ({
  value: (c) => `CASE WHEN TRY_CAST(${c} AS ${type})::DOUBLE = ${double(c)} THEN TRY_CAST(${c} AS ${type}) END`,
  unless: codes,
});

const times = ['', ' %H:%M', ' %H:%M:%S', ' %I:%M %p', ' %I:%M:%S %p'];
const written = (format: string): Candidate => ({
  value: (c) => `try_strptime(trim(${c}), [${times.map((time) => quoted(format + time)).join(', ')}])`,
});

const decimalComma = (c: string) => `replace(${c}, ',', '.')`;

/** The first one that every cell of the column fits is taken. */
const plain: readonly Candidate[] = [
  whole('BIGINT'),
  whole('HUGEINT'),
  { value: double, unless: codes },
  {
    value: (c) => double(decimalComma(c)),
    unless: (c) => `contains(${c}, '.') OR ${codes(decimalComma(c))}`,
    for: (delimiter) => delimiter === ';',
  },
  {
    value: (c) => `CASE lower(trim(${c})) WHEN 'true' THEN true WHEN 'false' THEN false END`,
  },
];

/** Forms that can be read in one way alone: 1/2/2020 is January or February, and another file may settle it otherwise. */
const dates: readonly Candidate[] = [
  {
    value: (c) => `CASE WHEN ${instant(c)} = date_trunc('day', ${instant(c)}) THEN ${instant(c)}::DATE END`,
    unless: words,
  },
  { value: instant, unless: words },
  ...['%d.%m.%Y', '%d-%b-%Y', '%b %d, %Y', '%d %b %Y'].map(written),
];

/** How many cells a candidate does not fit; `clean` is the SQL of the cell as text, null where it is missing. */
const misfits = ({ value, unless }: Candidate, c: string, clean: string): string =>
  `count_if(CASE WHEN ${value(c)} IS NULL THEN (${clean}) IS NOT NULL ELSE ${unless?.(c) ?? 'false'} END)::DOUBLE`;

/** How many cells cannot be a date, by a look that takes no time. */
const notDated = (c: string): string =>
  `count_if(strlen(${c}) NOT BETWEEN 6 AND 40 OR NOT regexp_matches(${c}, '\\d.*\\d'))::DOUBLE`;

/** Enough to rule out nearly everything; the rest is decided by all rows. */
const sampleRows = 200;
/** Columns of the sample looked at in one query; DuckDB's planning takes more than twice as long for twice as many. */
const atOnce = 64;
/** The same for the whole view, which is parsed once for each query. */
const atOnceOfAll = 400;

/**
 * SQL of every column of a view of texts, with the type of what it holds. That is decided by all rows: a sample says what a column can be, and one
 * pass over the view what it is.
 *
 * @param view columns c0, c1, … of texts
 * @param texts columns that are left as texts
 */
export async function understand(
  database: Database,
  view: string,
  columns: number,
  texts: ReadonlySet<number>,
  delimiter = ',',
): Promise<string[]> {
  const all = Array.from({ length: columns }, (_, i) => i);
  const possible = plain.filter((candidate) => candidate.for?.(delimiter) ?? true);
  const open: Candidate[][] = all.map((i) => (texts.has(i) ? [] : [...possible]));
  const sample = all.map((i) => `${cleaned(column(i))} AS ${column(i)}`).join(', ');
  await database.query(`CREATE TEMP TABLE sample AS SELECT ${sample} FROM (FROM ${view} LIMIT ${sampleRows})`);
  for (let first = 0; first < columns; first += atOnce) {
    const some = all.slice(first, first + atOnce);
    await narrow(database, 'sample', open, some, (c) => c);
    const undated = await database.query(`SELECT ${some.map((i) => notDated(column(i))).join(', ')} FROM sample`);
    // Where all values so far are missing, everything is possible.
    for (const i of some) if (open[i].length === possible.length) open[i].push(...dates);
    const dated = some.filter((i, j) => open[i].length === 0 && !texts.has(i) && undated[0][j] === 0);
    for (const i of dated) open[i] = [...dates];
    if (dated.length > 0) await narrow(database, 'sample', open, dated, (c) => c);
  }
  await database.query('DROP TABLE sample');
  // Where whole numbers of 64 bits fit, those of 128 are not tried: they take long.
  for (const list of open) if (list[0] === plain[0]) list.splice(1, 1);
  for (let first = 0; first < columns; first += atOnceOfAll)
    await narrow(database, view, open, all.slice(first, first + atOnceOfAll), cleaned);
  return all.map((i) => open[i][0]?.value(column(i)) ?? cleaned(column(i)));
}

/** Leaves the candidates of the columns that every row of a view fits. */
async function narrow(
  database: Database,
  view: string,
  open: Candidate[][],
  columns: readonly number[],
  clean: (c: string) => string,
): Promise<void> {
  const asked = columns.flatMap((i) => open[i].map((candidate) => ({ i, candidate })));
  // Every column is counted, so that the whole file is parsed and a broken line is found here and not later.
  const counts = columns.map((i) => `count(${column(i)})`);
  const measured = asked.map(({ i, candidate }) => misfits(candidate, column(i), clean(column(i))));
  const [row] = await database.query(`SELECT ${[...measured, ...counts].join(', ')} FROM ${view}`);
  for (const i of columns) open[i] = [];
  for (const [j, { i, candidate }] of asked.entries()) if (row[j] === 0) open[i].push(candidate);
}
