const rootTwoPi = Math.sqrt(2 * Math.PI);

/** Density of the standard normal distribution. */
export const normalDensity = (x: number): number => Math.exp(-0.5 * x * x) / rootTwoPi;

/** P(N(0, 1) ≤ x), to about 13 digits, also where it is tiny. */
export function normalCdf(x: number): number {
  const tail = 0.5 * erfcx(Math.abs(x) / Math.SQRT2) * Math.exp(-0.5 * x * x);
  return x > 0 ? 1 - tail : tail;
}

/**
 * e^(x²)·erfc(x) for x ≥ 0, to about 13 digits: it neither overflows nor vanishes where its factors do. The Maclaurin series near 0, the
 * continued fraction further out (Abramowitz and Stegun 7.1.6, 7.1.14).
 */
export function erfcx(x: number): number {
  if (x < 1.5) {
    let term = x;
    let sum = x;
    for (let n = 1; term > 1e-17 * sum; n++) sum += term *= (2 * x * x) / (2 * n + 1);
    return Math.exp(x * x) - (2 / Math.sqrt(Math.PI)) * sum;
  }
  let tail = 0;
  for (let k = 100; k >= 1; k--) tail = k / 2 / (x + tail);
  return 1 / (Math.sqrt(Math.PI) * (x + tail));
}
