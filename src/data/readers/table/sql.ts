/** Texts that stand for a missing value, also with blanks around them. */
export const missingWords = ['', 'NA', 'N/A', 'n/a', '#N/A', 'NaN', 'nan', 'null', 'NULL', 'None', '?', '-'];

export const quoted = (text: string): string => `'${text.replaceAll("'", "''")}'`;
export const identifier = (name: string): string => `"${name.replaceAll('"', '""')}"`;
export const list = (texts: readonly string[]): string => `[${texts.map(quoted).join(', ')}]`;

const longestMissing = Math.max(...missingWords.map(({ length }) => length));
const blanks = ' \t\r\n\u00a0\ufeff';
// DuckDB turns a long IN into a join of its own for every column.
const unlessMissing = (c: string): string => `CASE WHEN NOT list_contains(${list(missingWords)}, ${c}) THEN ${c} END`;

/**
 * A text without blanks around it, null where it stands for a missing value. Most texts need nothing, so what is slow is done only where a
 * look at both ends says so.
 */
export function cleaned(c: string): string {
  const ends = [...blanks].map((blank) => `ends_with(${c}, ${quoted(blank)})`).join(' OR ');
  const starts = ['\u00a0', '\ufeff'].map((blank) => `starts_with(${c}, ${quoted(blank)})`).join(' OR ');
  const bare = `trim(${c}, ${quoted(blanks)})`;
  return `CASE WHEN ${c} < '!' OR ${starts} OR ${ends} THEN ${unlessMissing(bare)} WHEN strlen(${c}) > ${longestMissing} THEN ${c} ELSE ${unlessMissing(c)} END`;
}

/** Columns are called c0, c1, … inside the database, so that no name of the user's can be in the way. */
export const column = (index: number): string => `c${index}`;

/** What a column of the database is, as far as reading it goes. */
export type Storage = 'whole' | 'float' | 'decimal' | 'boolean' | 'date' | 'timestamp' | 'text';

const nested = /^(STRUCT|MAP|UNION)\b|\[\d*\]$/;

/** How a value of any type of DuckDB's is stored: [storage, SQL]. Infinite numbers and dates become null. */
export function stored(type: string, c: string): [Storage, string] {
  const finite = (value: string) => `CASE WHEN isfinite(${c}) THEN ${value} END`;
  if (nested.test(type)) return ['text', cleaned(`to_json(${c})::VARCHAR`)];
  if (/^U?(TINY|SMALL|BIG|HUGE)?INT(EGER)?$/.test(type)) return ['whole', c];
  if (type === 'BIGNUM') return ['float', `TRY_CAST(${c} AS DOUBLE)`];
  if (type === 'FLOAT' || type === 'DOUBLE') return ['float', finite(c)];
  if (type.startsWith('DECIMAL')) return ['decimal', c];
  if (type === 'BOOLEAN') return ['boolean', c];
  if (type === 'DATE') return ['date', finite(c)];
  if (type.startsWith('TIMESTAMP')) return ['timestamp', finite(`${c}::TIMESTAMP`)];
  if (type === 'JSON') return ['text', cleaned(`(${c}->>'$')`)];
  return ['text', cleaned(`${c}::VARCHAR`)];
}

/** A stored column as numbers: booleans 0 and 1, dates in days since 1970-01-01. */
export function asNumber(storage: Storage, c: string): string {
  if (storage === 'date') return `(${c} - DATE '1970-01-01')::DOUBLE`;
  if (storage === 'timestamp') return `epoch_us(${c}) / 86400000000.0::DOUBLE`;
  if (storage === 'text') return `CASE WHEN isfinite(TRY_CAST(${c} AS DOUBLE)) THEN TRY_CAST(${c} AS DOUBLE) END`;
  return `${c}::DOUBLE`;
}

/** A stored column as texts: whole numbers without a point, midnight without a time. */
export function asText(storage: Storage, c: string): string {
  if (storage === 'float')
    return `CASE WHEN ${c} = trunc(${c}) AND abs(${c}) < 1e15 THEN ${c}::BIGINT::VARCHAR ELSE ${c}::VARCHAR END`;
  if (storage === 'decimal')
    return `CASE WHEN contains(${c}::VARCHAR, '.') THEN rtrim(rtrim(${c}::VARCHAR, '0'), '.') ELSE ${c}::VARCHAR END`;
  if (storage === 'timestamp') return `regexp_replace(${c}::VARCHAR, ' 00:00:00$', '')`;
  return storage === 'text' ? c : `${c}::VARCHAR`;
}
