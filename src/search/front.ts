/** -1, 0 or 1: by the first objective that differs. */
function compare(a: readonly number[], b: readonly number[]): number {
  for (let i = 0; i < a.length; i++) if (a[i] !== b[i]) return a[i] < b[i] ? -1 : 1;
  return 0;
}

const dominates = (a: readonly number[], b: readonly number[]): boolean =>
  a.every((value, i) => value <= b[i]) && a.some((value, i) => value < b[i]);

/** Lower is better, and what is no number is the worst. */
const comparable = (objectives: readonly number[]): readonly number[] =>
  objectives.some(Number.isNaN)
    ? objectives.map((value) => (Number.isNaN(value) ? Number.POSITIVE_INFINITY : value))
    : objectives;

/**
 * The nondomination rank of each point: 0 on the Pareto front, 1 on the front of the rest, and so on; equal points have equal ranks.
 * Lower is better; NaN counts as +infinity. With one or two objectives in O(n log n): in lexicographic order a point falls behind exactly
 * those fronts whose last member is not worse in the last objective. With more, by binary search over the fronts (Zhang et al. 2015,
 * ENS-BS), at worst in O(n²).
 */
export function frontRanks(objectives: readonly (readonly number[])[]): number[] {
  const points = objectives.map(comparable);
  const order = Uint32Array.from(points.keys()).sort((a, b) => compare(points[a], points[b]) || a - b);
  const ranks = new Array<number>(points.length).fill(0);
  const fronts: (readonly number[])[][] = [];
  const behind = (front: readonly (readonly number[])[], point: readonly number[]): boolean =>
    point.length < 3 ? dominates(front[front.length - 1], point) : front.some((member) => dominates(member, point));
  for (const [i, index] of order.entries()) {
    const point = points[index];
    const previous = i > 0 ? order[i - 1] : -1;
    if (previous >= 0 && compare(points[previous], point) === 0) {
      ranks[index] = ranks[previous];
      continue;
    }
    let [from, to] = [0, fronts.length];
    while (from < to) {
      const middle = (from + to) >> 1;
      if (behind(fronts[middle], point)) from = middle + 1;
      else to = middle;
    }
    ranks[index] = from;
    if (from === fronts.length) fronts.push([point]);
    else fronts[from].push(point);
  }
  return ranks;
}

/** The area that points of two objectives dominate within the reference point; those beyond it add nothing. */
export function hypervolume2d(points: readonly (readonly number[])[], reference: readonly number[]): number {
  const [right, top] = reference;
  let [area, height] = [0, top];
  for (const [x, y] of [...points].sort(compare))
    if (x < right && y < height) {
      area += (right - x) * (height - y);
      height = y;
    }
  return area;
}
