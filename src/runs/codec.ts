const tag = '$number';
const mark = '$';

/**
 * A value as JSON that keeps every float64: NaN, the infinities and -0 become {"$number":"NaN"} and the like, and a key that begins with "$"
 * gains another, so that nobody's own text is taken for a number. Typed arrays become arrays; undefined entries of objects are left out.
 */
export const encode = (value: unknown): string => JSON.stringify(isJson(value) ? value : escaped(value));

/** What `encode` wrote; throws a SyntaxError for other text. */
export const decode = (text: string): unknown => {
  const value: unknown = JSON.parse(text);
  // Most texts hold nothing to bring back, which is seen faster than it is looked for.
  return text.includes(`"${mark}`) ? restored(value) : value;
};

const isSpecial = (x: number): boolean => !Number.isFinite(x) || Object.is(x, -0);

/** Whether JSON keeps the value as it is; nearly always, so that no copy is made. */
function isJson(value: unknown): boolean {
  if (typeof value === 'number') return !isSpecial(value);
  if (typeof value !== 'object' || value === null) return true;
  if (ArrayBuffer.isView(value)) return false;
  if (Array.isArray(value)) return value.every(isJson);
  for (const key in value) if (key.startsWith(mark) || !isJson((value as Record<string, unknown>)[key])) return false;
  return true;
}

function escaped(value: unknown): unknown {
  if (typeof value === 'number' && isSpecial(value)) return { [tag]: Object.is(value, -0) ? '-0' : String(value) };
  if (typeof value !== 'object' || value === null) return value;
  if (ArrayBuffer.isView(value)) return Array.from(value as Float64Array, escaped);
  if (Array.isArray(value)) return value.map(escaped);
  return Object.fromEntries(
    Object.entries(value).map(([key, entry]) => [key.startsWith(mark) ? mark + key : key, escaped(entry)]),
  );
}

function restored(value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) return value.map(restored);
  const entries = Object.entries(value);
  if (entries.length === 1 && entries[0][0] === tag) return Number(entries[0][1]);
  return Object.fromEntries(
    entries.map(([key, entry]) => [key.startsWith(mark + mark) ? key.slice(mark.length) : key, restored(entry)]),
  );
}
