/** Texts that mean that nothing is there, in lower case. */
const missingTexts = new Set(['', 'na', 'n/a', '#n/a', 'nan', 'null', 'none', '?', '-']);

/** What may stand in a cell of a row in memory. */
export type Cell = number | bigint | string | boolean | Date | null | undefined;

/** The text of a cell without the blanks around it; null where nothing is there, or an infinite number. */
export function textOf(cell: Cell): string | null {
  if (cell === null || cell === undefined || cell === Infinity || cell === -Infinity) return null;
  if (cell instanceof Date) return Number.isNaN(cell.getTime()) ? null : cell.toISOString();
  const text = String(cell).trim();
  return missingTexts.has(text.toLowerCase()) ? null : text;
}

/** The number that a cell holds, NaN where it holds none or an infinite one. */
export function numberOf(cell: Cell): number {
  if (typeof cell === 'number') return Number.isFinite(cell) ? cell : Number.NaN;
  const text = textOf(cell);
  if (text === null || cell instanceof Date) return Number.NaN;
  if (typeof cell === 'boolean') return cell ? 1 : 0;
  // Not what only programs write: 0x1f, 0b11.
  const value = decimal.test(text) ? Number(text) : Number.NaN;
  return Number.isFinite(value) ? value : Number.NaN;
}

const decimal = /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i;

const isoDate = /^(\d{4})-(\d\d)-(\d\d)(?:[T ](\d\d):(\d\d)(?::(\d\d)(?:\.(\d+))?)?)?(Z|[+-]\d\d(?::?\d\d)?)?$/;
const millisecondsOfDay = 86_400_000;

/** Days since 1970-01-01 (UTC, with fractions) of a Date or a text such as "2024-02-29" or "2024-02-29 13:05:00"; NaN for any other. */
export function daysOf(cell: Cell): number {
  if (cell instanceof Date) return cell.getTime() / millisecondsOfDay;
  const text = textOf(cell);
  const parts = text?.match(isoDate);
  if (!parts) return Number.NaN;
  // February 30 would become a day of March.
  if (new Date(`${parts[1]}-${parts[2]}-${parts[3]}T00:00Z`).getUTCDate() !== Number(parts[3])) return Number.NaN;
  const [, year, month, day, hour = '00', minute = '00', second = '00', fraction = '0', zone = 'Z'] = parts;
  const offset = zone === 'Z' ? zone : `${zone.slice(0, 3)}:${zone.slice(3).replace(':', '') || '00'}`;
  const moment = `${year}-${month}-${day}T${hour}:${minute}:${second}.${fraction.slice(0, 3)}${offset}`;
  return Date.parse(moment) / millisecondsOfDay;
}
