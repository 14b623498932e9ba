/** The eigenvalues of diag(d) + ρ z zᵀ are the roots of 1/ρ + Σ z(i)² / (d(i) - λ). */
export interface Secular {
  /** Ascending, no two alike. */
  readonly d: Float64Array;
  /** z(i)², none of them 0. */
  readonly squares: Float64Array;
  /** Above 0. */
  readonly rho: number;
}

const epsilon = 2 ** -53;
const mostIterations = 200;
/** Iterations after which every second one halves the bracket. */
const patience = 12;

/** What the secular function is made of at a place: the sums over the poles up to j and above j, and their slopes. */
const sums = { below: 0, above: 0, slopeBelow: 0, slopeAbove: 0 };

function evaluate({ d, squares }: Secular, j: number, origin: number, tau: number): void {
  let [below, above, slopeBelow, slopeAbove] = [0, 0, 0, 0];
  for (let i = 0; i <= j; i++) {
    const ratio = squares[i] / (d[i] - origin - tau);
    below += ratio;
    slopeBelow += ratio / (d[i] - origin - tau);
  }
  for (let i = d.length - 1; i > j; i--) {
    const ratio = squares[i] / (d[i] - origin - tau);
    above += ratio;
    slopeAbove += ratio / (d[i] - origin - tau);
  }
  sums.below = below;
  sums.above = above;
  sums.slopeBelow = slopeBelow;
  sums.slopeAbove = slopeAbove;
}

/**
 * Root j, which lies between d(j) and d(j + 1) (the last one above all d). Writes d(i) - λ into `differences`, each to nearly full relative
 * precision: the root is looked for as its distance from the nearer pole. Two poles are fitted to the function's value and slopes
 * ("the middle way": R.-C. Li, "Solving secular equations stably and efficiently", LAPACK Working Note 89, 1993), inside a bracket that
 * is halved where that fails.
 */
export function secularRoot(equation: Secular, j: number, differences: Float64Array): number {
  const { d, rho } = equation;
  const last = j === d.length - 1;
  let { origin, low, high, tau } = last ? startLast(equation) : startBetween(equation, j);
  for (let iteration = 0; iteration < mostIterations; iteration++) {
    evaluate(equation, j, origin, tau);
    const f = 1 / rho + sums.below + sums.above;
    const scale = 1 / rho + Math.abs(sums.below) + Math.abs(sums.above);
    if (Math.abs(f) <= 4 * epsilon * scale) break;
    if (f < 0) low = tau;
    else high = tau;
    const left = d[j] - origin - tau;
    let next = tau + (last ? stepLast(f, left) : stepBetween(f, left, d[j + 1] - origin - tau));
    const slow = iteration >= patience && iteration % 2 === 0;
    if (slow || !(next > low && next < high)) next = low + (high - low) / 2;
    if (Math.abs(next - tau) <= epsilon * Math.abs(next) || next === low || next === high) {
      tau = next === 0 ? tau : next;
      break;
    }
    tau = next;
  }
  for (let i = 0; i < d.length; i++) differences[i] = d[i] - origin - tau;
  return origin + tau;
}

interface Start {
  /** The pole from which the root is measured. */
  origin: number;
  low: number;
  high: number;
  tau: number;
}

/** The pole on the root's side of the middle, and the root of the two neighbouring poles with all others as they are in the middle. */
function startBetween(equation: Secular, j: number): Start {
  const { d, squares, rho } = equation;
  const gap = d[j + 1] - d[j];
  evaluate(equation, j, d[j], gap / 2);
  const f = 1 / rho + sums.below + sums.above;
  const rest = f + (squares[j] - squares[j + 1]) / (gap / 2);
  const [a, b] = [squares[j], squares[j + 1]];
  if (f >= 0) {
    const tau = root(rest, rest * gap + a + b, a * gap);
    return bracketed({ origin: d[j], low: 0, high: gap / 2, tau });
  }
  const tau = root(rest, -rest * gap + a + b, -b * gap);
  return bracketed({ origin: d[j + 1], low: -gap / 2, high: 0, tau });
}

function startLast(equation: Secular): Start {
  const { d, squares, rho } = equation;
  const j = d.length - 1;
  const high = rho * squares.reduce((sum, square) => sum + square, 0);
  evaluate(equation, j, d[j], high);
  // At `high` the other poles pull least; what is left of 1/ρ without pole j.
  const rest = 1 / rho + sums.below + squares[j] / high;
  return bracketed({ origin: d[j], low: 0, high: high * (1 + 4 * epsilon), tau: squares[j] / rest });
}

const bracketed = (start: Start): Start =>
  start.tau > start.low && start.tau < start.high ? start : { ...start, tau: (start.low + start.high) / 2 };

/** The root of c x² - b x + a that is the smaller where c > 0, without cancellation. */
function root(c: number, b: number, a: number): number {
  const square = Math.sqrt(Math.abs(b * b - 4 * a * c));
  return b <= 0 ? (b - square) / (2 * c) : (2 * a) / (b + square);
}

/** Where a constant plus two poles with the function's value and slopes on either side is 0. */
function stepBetween(f: number, left: number, right: number): number {
  const c = f - left * sums.slopeBelow - right * sums.slopeAbove;
  const slope = sums.slopeBelow + sums.slopeAbove;
  const step = root(c, (left + right) * f - left * right * slope, left * right * f);
  return step * f < 0 ? step : -f / slope;
}

/** Where a constant plus the last pole with the function's value and slope is 0. */
function stepLast(f: number, left: number): number {
  const c = f - left * sums.slopeBelow;
  const step = left + (left * left * sums.slopeBelow) / c;
  return step * f < 0 ? step : -f / sums.slopeBelow;
}
