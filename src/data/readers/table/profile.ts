import type { ColumnProfile } from '../../table/table.ts';
import type { Database } from './database.ts';
import { asNumber, asText, column, quoted, type Storage } from './sql.ts';

/** Up to as many rows, different values are counted; above, estimated (HyperLogLog, within about 5 %). */
const countedRows = 1_000_000;
/** Of columns with more values than this in larger tables, the frequent ones are looked for in as many rows. */
const fewValues = 100_000;
const topValues = 30;
/** Columns of which all is asked in one query. */
const atOnce = 200;

export interface StoredColumn {
  readonly name: string;
  readonly storage: Storage;
}

/** @param table name of a table with the columns c0, c1, … */
export async function profile(
  database: Database,
  table: string,
  columns: readonly StoredColumn[],
): Promise<{ rows: number; columns: ColumnProfile[] }> {
  const [[count]] = await database.query(`SELECT count(*)::DOUBLE FROM ${table}`);
  const rows = Number(count);
  const facts: (number | null)[][] = [];
  for (let first = 0; first < columns.length; first += atOnce) {
    const some = columns.slice(first, first + atOnce);
    const asked = some.flatMap(({ storage }, i) => measures(storage, column(first + i), rows > countedRows));
    const [row] = await database.query(`SELECT ${asked.join(', ')} FROM ${table}`);
    for (let i = 0; i < some.length; i++) facts.push(row.slice(6 * i, 6 * i + 6) as (number | null)[]);
  }
  const profiles: ColumnProfile[] = [];
  for (const [i, { name, storage }] of columns.entries()) {
    const [present, estimate, least, greatest, broken, meanWords] = facts[i];
    const { distinct, top } = await frequent(database, table, storage, column(i), rows, Number(estimate));
    const missing = rows - Number(present);
    const holds = holding(storage, missing === rows, broken === 0);
    profiles.push({
      name,
      holds,
      missing,
      distinct,
      ...(present !== 0 && (holds === 'integer' || holds === 'number' || holds === 'date')
        ? { lowest: Number(least), highest: Number(greatest) }
        : {}),
      ...(present !== 0 && holds === 'text' ? { meanLength: Number(least), meanWords: Number(meanWords) } : {}),
      top,
    });
  }
  return { rows, columns: profiles };
}

function holding(storage: Storage, empty: boolean, whole: boolean): ColumnProfile['holds'] {
  if (storage === 'text' || empty) return 'text';
  if (storage === 'boolean') return 'boolean';
  if (storage === 'date' || storage === 'timestamp') return 'date';
  return whole ? 'integer' : 'number';
}

/** Six aggregates: values, estimate of different ones, then least, greatest, broken numbers; or mean length and words. */
function measures(storage: Storage, c: string, estimates: boolean): string[] {
  const present = `count(${c})::DOUBLE`;
  const estimate = estimates ? `approx_count_distinct(${c})::DOUBLE` : 'NULL';
  if (storage === 'text') {
    return [present, estimate, `avg(length(${c}))`, 'NULL', 'NULL', `avg(${words(c)})`];
  }
  const number = asNumber(storage, c);
  const broken = storage === 'float' || storage === 'decimal' ? `count_if(${c} <> trunc(${c}))::DOUBLE` : '0::DOUBLE';
  return [present, estimate, `min(${number})`, `max(${number})`, broken, 'NULL'];
}

/** Texts have no blanks around them, so that the single ones inside say how many words there are. */
function words(c: string): string {
  const odd = ['  ', '\t', '\n', '\r'].map((blank) => `contains(${c}, ${quoted(blank)})`).join(' OR ');
  const gaps = `strlen(${c}) - strlen(replace(${c}, ' ', ''))`;
  return `CASE WHEN ${odd} THEN len(regexp_extract_all(${c}, '\\S+')) WHEN contains(${c}, ' ') THEN ${gaps} + 1 ELSE 1 END`;
}

async function frequent(
  database: Database,
  table: string,
  storage: Storage,
  c: string,
  rows: number,
  estimate: number,
): Promise<{ distinct: number; top: ColumnProfile['top'] }> {
  const text = asText(storage, 'v');
  const all = `SELECT ${c} AS v, count(*) AS n FROM ${table} WHERE ${c} IS NOT NULL`;
  const many = rows > countedRows && estimate > fewValues;
  const step = Math.ceil(rows / fewValues);
  const some = `SELECT ${c} FROM ${table} WHERE rowid % ${step} = 0 AND ${c} IS NOT NULL GROUP BY 1 ORDER BY count(*) DESC, 1`;
  const counted = many ? `${all} AND ${c} IN (${some} LIMIT ${topValues}) GROUP BY 1` : `${all} GROUP BY 1`;
  const found = await database.query(
    `SELECT ${text}, n::DOUBLE, (count(*) OVER ())::DOUBLE FROM (${counted}) ORDER BY n DESC, ${text} LIMIT ${topValues}`,
  );
  const top = found.map(([value, count]) => ({ value: String(value), count: Number(count) }));
  return { distinct: many ? estimate : Number(found[0]?.[2] ?? 0), top };
}
