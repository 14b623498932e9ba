/** log √(2π) */
export const logRoot2Pi = 0.9189385332046727;

/**
 * Of (1 + 2x) e^(x²) erfc(x) in Chebyshev polynomials of (x - 3.75) / (x + 3.75): the form of Shepherd & Laframboise 1981, computed anew.
 */
const chebyshev = [
  1.1775789345674017, -0.004590054580646478, -0.08424913336651792, 0.05920993999819189, -0.026658668435305753,
  0.009074997670705265, -0.002413163540417608, 0.0004907758365258086, -0.00006916973302501207, 0.00000413902798607301,
  7.74038306619849e-7, -2.1886401049234397e-7, 1.076499946567091e-8, 4.521959811218287e-9, -7.754400208831351e-10,
  -6.318088340886684e-11, 2.86879501093067e-11, 1.9455868545777347e-13, -9.65469674843344e-13, 3.25254814814874e-14,
  3.3478119482868056e-14, -1.864562880419313e-15, -1.2507950530688648e-15, 7.418235256624044e-17, 5.068148904796111e-17,
];

/** e^(x²) erfc(x) for x ≥ 0: never over- or underflows. */
function erfcx(x: number): number {
  const t = (2 * (x - 3.75)) / (x + 3.75);
  let one = 0;
  let two = 0;
  for (let i = chebyshev.length - 1; i > 0; i--) {
    const next = t * one + (chebyshev[i] - two);
    two = one;
    one = next;
  }
  return ((t / 2) * one + (chebyshev[0] - two)) / (1 + 2 * x);
}

/** The standard normal probability below -x, over e^(-x²/2), for x ≥ 0. */
const scaledTail = (x: number): number => 0.5 * erfcx(x * Math.SQRT1_2);

/** The probability itself; beyond 9 it is too small to count beside 1. */
const tail = (x: number): number => (x > 9 ? 0 : scaledTail(x) * Math.exp((-x * x) / 2));

/** The logarithm of the standard normal probability below x, exact in both tails. */
export const logCdf = (x: number): number =>
  x < 0 ? Math.log(scaledTail(-x)) - (x * x) / 2 : Math.log1p(-scaledTail(x) * Math.exp((-x * x) / 2));

/**
 * The logarithm of the probability of a narrow interval around ±√square: the density in the middle times the width, with two more terms.
 */
function logNarrow(square: number, width: number): number {
  const w = width * width;
  const rest = (w * (square - 1)) / 24 + (w * w * (square * square - 6 * square + 3)) / 1920;
  return Math.log(width) + Math.log1p(rest) - square / 2 - logRoot2Pi;
}

/** The logarithm of the standard normal probability between a < b. */
export function logMass(a: number, b: number): number {
  const [middle, width] = [(a + b) / 2, b - a];
  if (width < 1e-3 && Math.abs(middle) * width < 0.1) return logNarrow(middle * middle, width);
  if (a > 0) return logMass(-b, -a);
  if (b > 0) return Math.log1p(-tail(-a) - tail(b));
  const rest = scaledTail(-b) - scaledTail(-a) * Math.exp(((b - a) * (b + a)) / 2);
  return Math.log(rest) - (b * b) / 2;
}

function logAdd(a: number, b: number): number {
  const high = Math.max(a, b);
  return high === Number.NEGATIVE_INFINITY ? high : high + Math.log1p(Math.exp(Math.min(a, b) - high));
}

/** The x ≤ 0 whose logCdf is y ≤ log(1/2). Newton's method: logCdf is concave, so from the left it never overshoots. */
function inverseLogCdf(y: number): number {
  let x = y < -5 ? -Math.sqrt(-2 * (y + logRoot2Pi)) : Math.min(0, -0.55 * Math.log(Math.expm1(-y)));
  for (let i = 0; i < 50; i++) {
    const scaled = scaledTail(Math.max(0, -x));
    const step = (Math.log(scaled) - (x * x) / 2 - y) * scaled * Math.exp(logRoot2Pi);
    x -= step;
    if (Math.abs(step) <= 1e-8 * Math.abs(x) || Math.abs(step) < 1e-16) break;
  }
  return x;
}

/** The point of the standard normal between a < b that has this share (0 to 1) of its probability below it. */
export function quantile(share: number, a: number, b: number): number {
  const mass = logMass(a, b);
  const below = logAdd(logCdf(a), Math.log(share) + mass);
  const above = logAdd(logCdf(-b), Math.log1p(-share) + mass);
  const x = below <= above ? inverseLogCdf(below) : -inverseLogCdf(above);
  return Math.min(b, Math.max(a, x));
}
