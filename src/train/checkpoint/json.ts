/** JSON has no NaN, no infinity and no -0: such a number becomes {"$number": "NaN"}. */
const key = '$number';

export const toText = (value: unknown): string =>
  JSON.stringify(value, (_, v) =>
    typeof v === 'number' && (!Number.isFinite(v) || Object.is(v, -0))
      ? { [key]: Object.is(v, -0) ? '-0' : `${v}` }
      : v,
  );

export const fromText = (text: string): unknown =>
  JSON.parse(text, (_, v) => (typeof v === 'object' && v !== null && key in v ? Number(v[key]) : v));
