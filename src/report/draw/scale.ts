export type Domain = readonly [low: number, high: number];

/** Round numbers within a domain, about `count` of them. */
export function ticks([low, high]: Domain, count = 5): number[] {
  const rough = (high - low) / count;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = [1, 2, 2.5, 5, 10].map((factor) => factor * power).find((size) => size >= rough * 0.75)!;
  const first = Math.ceil(low / step - 1e-9);
  const last = Math.floor(high / step + 1e-9);
  return Array.from({ length: last - first + 1 }, (_, i) => Number(((first + i) * step).toPrecision(12)));
}

/** 1, 2 and 5 times powers of ten within a domain, thinned until there are few. */
export function logTicks([low, high]: Domain): number[] {
  const from = Math.floor(Math.log10(low));
  const powers = Array.from({ length: Math.ceil(Math.log10(high)) - from + 1 }, (_, i) => from + i);
  const within = (factors: readonly number[]) =>
    powers
      .flatMap((power) => factors.map((factor) => Number((factor * 10 ** power).toPrecision(12))))
      .filter((tick) => tick >= low && tick <= high);
  return [[1, 2, 5], [1, 3], [1]].map(within).find((list) => list.length <= 7) ?? within([1]);
}

/** The smallest domain that holds all finite values, with room at both ends; never of no length. */
export function around(values: Iterable<number>, room = 0.05): Domain {
  let [low, high] = [Infinity, -Infinity];
  for (const value of values) if (Number.isFinite(value)) [low, high] = [Math.min(low, value), Math.max(high, value)];
  if (low > high) return [0, 1];
  const size = high - low || Math.abs(low) * 0.2 || 1;
  return [low - size * room, high + size * room];
}

/** From a domain to pixels. */
export const linear =
  ([low, high]: Domain, from: number, to: number) =>
  (value: number): number =>
    from + ((value - low) / (high - low)) * (to - from);

export const logarithmic = ([low, high]: Domain, from: number, to: number) => {
  const scale = linear([Math.log(low), Math.log(high)], from, to);
  return (value: number): number => scale(Math.log(value));
};

/** Pixels to a tenth: finer than can be seen, and short. */
export const px = (x: number): number => Math.round(x * 10) / 10;
