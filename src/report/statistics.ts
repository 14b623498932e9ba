/** 95 % of a normal distribution lie within so many standard deviations. */
const z95 = 1.959963984540054;

/** Wilson's interval (1927) for the probability behind `successes` of `rows`, at 95 %. */
export function wilson(successes: number, rows: number): { low: number; high: number } {
  const p = successes / rows;
  const spread = z95 ** 2 / rows;
  const middle = (p + spread / 2) / (1 + spread);
  const half = (z95 / (1 + spread)) * Math.sqrt((p * (1 - p)) / rows + spread / (4 * rows));
  return { low: Math.max(0, middle - half), high: Math.min(1, middle + half) };
}

export const mean = (values: ArrayLike<number>): number => {
  let sum = 0;
  for (let i = 0; i < values.length; i++) sum += values[i];
  return sum / values.length;
};

/** Standard deviation of the values themselves: their squares are divided by how many they are. */
export function deviation(values: readonly number[]): number {
  const middle = mean(values);
  return Math.sqrt(mean(values.map((value) => (value - middle) ** 2)));
}
