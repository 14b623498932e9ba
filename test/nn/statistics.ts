/** How far a measured number may lie from its expectation, in standard errors: one honest sample in 150,000 lies further out. */
export const sigmas = 4.5;

export const mean = (x: ArrayLike<number>): number => sum(x, (v) => v) / x.length;

/** Mean square around a known center. */
export const variance = (x: ArrayLike<number>, center = 0): number => sum(x, (v) => (v - center) ** 2) / x.length;

/** Of two equally long sequences around a known center; 0 ± 1/sqrt(n) where they are independent. */
export function correlation(x: ArrayLike<number>, y: ArrayLike<number>, center = 0): number {
  const together = sum(x, (v, i) => (v - center) * (y[i] - center)) / x.length;
  return together / Math.sqrt(variance(x, center) * variance(y, center));
}

function sum(x: ArrayLike<number>, term: (value: number, i: number) => number): number {
  let total = 0;
  for (let i = 0; i < x.length; i++) total += term(x[i], i);
  return total;
}
