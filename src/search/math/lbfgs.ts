/** The value of a function at x; its gradient is written into `gradient`. A value that is not finite counts as a wall. */
export type Differentiable = (x: Float64Array, gradient: Float64Array) => number;

export interface Box {
  readonly low: ArrayLike<number>;
  readonly high: ArrayLike<number>;
}

export interface Minimum {
  readonly x: Float64Array;
  readonly value: number;
}

interface Pair {
  readonly step: Float64Array;
  readonly change: Float64Array;
}

const memory = 10;
const mostTrials = 25;
/** A step that lowers the value by less than this share of it ends the descent. */
const least = 2.2e-9;

/**
 * The lowest point of a smooth function in a box, near where the search starts: L-BFGS (Liu and Nocedal 1989) on the coordinates that do
 * not press against the box, with steps that are projected into it (Bertsekas 1982) and meet the weak conditions of Wolfe.
 * @param tolerance the largest component of the projected gradient at which it ends
 */
export function minimize(
  f: Differentiable,
  start: ArrayLike<number>,
  { low, high }: Box,
  { tolerance, iterations = 200 }: { readonly tolerance: number; readonly iterations?: number },
): Minimum {
  const n = start.length;
  const inside = (value: number, i: number) => Math.min(high[i], Math.max(low[i], value));
  let x = Float64Array.from(start, inside);
  let gradient = new Float64Array(n);
  let value = f(x, gradient);
  const pairs: Pair[] = [];
  for (let k = 0; k < iterations; k++) {
    const free = Array.from(x, (at, i) => !((at <= low[i] && gradient[i] > 0) || (at >= high[i] && gradient[i] < 0)));
    if (x.every((at, i) => Math.abs(inside(at - gradient[i], i) - at) <= tolerance)) break;
    let direction = descent(gradient, pairs, free);
    if (!(along(gradient, direction) < 0)) {
      pairs.length = 0;
      direction = descent(gradient, pairs, free);
    }
    const first = pairs.length > 0 ? 1 : Math.min(1, 1 / Math.sqrt(along(direction, direction)));
    const next = walk(f, { x, value, gradient }, direction, first, inside);
    if (next === undefined) {
      if (pairs.length === 0) break;
      pairs.length = 0;
      continue;
    }
    const step = next.x.map((at, i) => at - x[i]);
    const change = next.gradient.map((slope, i) => slope - gradient[i]);
    if (along(step, change) > 1e-12 * along(change, change)) pairs.push({ step, change });
    if (pairs.length > memory) pairs.shift();
    const gain = value - next.value;
    const size = Math.max(Math.abs(value), Math.abs(next.value), 1);
    ({ x, value, gradient } = next);
    if (gain <= least * size) break;
  }
  return { x, value };
}

/** -H⁻¹·g on the free coordinates, by the two loops of L-BFGS. */
function descent(gradient: Float64Array, pairs: readonly Pair[], free: readonly boolean[]): Float64Array {
  const direction = gradient.map((slope, i) => (free[i] ? -slope : 0));
  const used: { step: Float64Array; change: Float64Array; bend: number; share: number }[] = [];
  for (const pair of pairs) {
    const [step, change] = [pair.step, pair.change].map((v) => v.map((at, i) => (free[i] ? at : 0)));
    const bend = along(step, change);
    if (bend > 1e-12 * along(change, change)) used.push({ step, change, bend, share: 0 });
  }
  for (const pair of used.toReversed()) {
    pair.share = along(pair.step, direction) / pair.bend;
    addTo(direction, pair.change, -pair.share);
  }
  const last = used.at(-1);
  if (last) {
    const scale = last.bend / along(last.change, last.change);
    for (let i = 0; i < direction.length; i++) direction[i] *= scale;
  }
  for (const { step, change, bend, share } of used) addTo(direction, step, share - along(change, direction) / bend);
  return direction;
}

type Place = Minimum & { readonly gradient: Float64Array<ArrayBuffer>; readonly x: Float64Array<ArrayBuffer> };

/** A step that is neither too long nor too short, or the best that was not too long; undefined where every one was. */
function walk(
  f: Differentiable,
  from: Place,
  direction: Float64Array,
  first: number,
  inside: (value: number, i: number) => number,
): Place | undefined {
  let [short, long, t] = [0, Number.POSITIVE_INFINITY, first];
  let best: Place | undefined;
  for (let trial = 0; trial < mostTrials; trial++) {
    const x = from.x.map((at, i) => inside(at + t * direction[i], i));
    const gradient = new Float64Array(x.length);
    const value = f(x, gradient);
    let fall = 0;
    let slopeThere = 0;
    let slopeHere = 0;
    for (let i = 0; i < x.length; i++) {
      fall += from.gradient[i] * (x[i] - from.x[i]);
      if (x[i] !== from.x[i] + t * direction[i]) continue;
      slopeThere += gradient[i] * direction[i];
      slopeHere += from.gradient[i] * direction[i];
    }
    if (value <= from.value + 1e-4 * fall) {
      if (best === undefined || value < best.value) best = { x, value, gradient };
      if (slopeThere >= 0.9 * slopeHere) break;
      short = t;
    } else long = t;
    const parabola = (-0.5 * fall * t) / (value - from.value - fall);
    if (long === Number.POSITIVE_INFINITY) t *= 2.5;
    else if (short === 0 && parabola > 0.1 * t && parabola < 0.6 * t) t = parabola;
    else t = short + (long - short) * (short === 0 ? 0.25 : 0.5);
  }
  return best;
}

function along(a: Float64Array, b: Float64Array): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += a[i] * b[i];
  return sum;
}

function addTo(a: Float64Array, b: Float64Array, factor: number): void {
  for (let i = 0; i < a.length; i++) a[i] += factor * b[i];
}
