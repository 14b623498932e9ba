/**
 * Which points of one front to keep, as indices, so that they stand for all of it. Of two objectives those that greedily dominate the
 * largest area (Guerreiro et al. 2016; the reference point is a tenth beyond the worst); of more those with the largest crowding distance
 * (Deb et al. 2002).
 */
export function spread(points: readonly (readonly number[])[], count: number): readonly number[] {
  const order = [...points.keys()].sort((a, b) => compare(points[a], points[b]) || a - b);
  const isFirst = (i: number, at: number) => at === 0 || compare(points[order[at - 1]], points[i]) !== 0;
  const unique = order.filter(isFirst);
  if (unique.length < count) {
    const kept = new Set(unique);
    return [...unique, ...[...points.keys()].filter((i) => !kept.has(i)).slice(0, count - unique.length)];
  }
  if (points.some((point) => !point.every(Number.isFinite))) return unique.slice(0, count);
  return points[0].length === 2 ? largestArea(points, unique, count) : leastCrowded(points, unique, count);
}

function compare(a: readonly number[], b: readonly number[]): number {
  for (let i = 0; i < a.length; i++) if (a[i] !== b[i]) return a[i] - b[i];
  return 0;
}

/** Each point's own rectangle reaches to its corner: the nearest chosen neighbours on both sides, or the reference point. */
function largestArea(
  points: readonly (readonly number[])[],
  order: readonly number[],
  count: number,
): readonly number[] {
  const reference = [0, 1].map((axis) => {
    const worst = Math.max(...order.map((i) => points[i][axis]));
    return Math.max(1.1 * worst, 0.9 * worst) || 1e-12;
  });
  const left = order.map((i) => ({ i, x: points[i][0], y: points[i][1], corner: [...reference] }));
  const chosen: number[] = [];
  while (chosen.length < count) {
    let [best, largest] = [0, Number.NEGATIVE_INFINITY];
    for (const [k, { x, y, corner }] of left.entries()) {
      const area = (corner[0] - x) * (corner[1] - y);
      if (area > largest) [best, largest] = [k, area];
    }
    const [{ i, x, y }] = left.splice(best, 1);
    chosen.push(i);
    for (const [k, { corner }] of left.entries())
      if (k < best) corner[0] = Math.min(corner[0], x);
      else corner[1] = Math.min(corner[1], y);
  }
  return chosen;
}

function leastCrowded(
  points: readonly (readonly number[])[],
  unique: readonly number[],
  count: number,
): readonly number[] {
  const distance = new Map(unique.map((i) => [i, 0]));
  for (const axis of points[0].keys()) {
    const order = [...unique].sort((a, b) => points[a][axis] - points[b][axis] || a - b);
    const range = points[order[order.length - 1]][axis] - points[order[0]][axis];
    if (range === 0) continue;
    for (const [k, i] of order.entries()) {
      const isEnd = k === 0 || k === order.length - 1;
      const gap = isEnd ? Number.POSITIVE_INFINITY : (points[order[k + 1]][axis] - points[order[k - 1]][axis]) / range;
      distance.set(i, distance.get(i)! + gap);
    }
  }
  return [...unique].sort((a, b) => compare([distance.get(b)!], [distance.get(a)!]) || a - b).slice(0, count);
}
