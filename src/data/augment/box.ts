import type { Random, Shape } from '../../base/index.ts';
import type { Graph, Value } from '../../graph/index.ts';
import { cast, greater, less, mul } from '../../ops/index.ts';

/** [left, right, top, bottom] in pixels from the upper left corner, right and bottom not included. */
export type Box = readonly [number, number, number, number];

/** A box around any pixel of the picture, each equally likely; what hangs over the border is cut off. */
export function drawBox(random: Random, across: number, down: number, [, height, width]: Shape): Box {
  const [left, right] = span(random.below(width), across, width);
  const [top, bottom] = span(random.below(height), down, height);
  return [left, right, top, bottom];
}

function span(center: number, length: number, size: number): [number, number] {
  const start = center - Math.floor(length / 2);
  return [Math.max(0, start), Math.min(size, start + length)];
}

export const areaOf = ([left, right, top, bottom]: Box): number => (right - left) * (bottom - top);

/** True [batch, 1, height, width] inside of boxes whose four numbers are [batch, 1, 1, 1]. */
export function inside([left, right, top, bottom]: readonly Value[], [, , height, width]: Shape): Value {
  const columns = within(middles(left.graph, [width]), left, right);
  const rows = within(middles(left.graph, [height, 1]), top, bottom);
  return greater(mul(rows, columns), 0.5);
}

const within = (place: Value, first: Value, end: Value): Value =>
  mul(cast(greater(place, first), { to: 'float' }), cast(less(place, end), { to: 'float' }));

const middles = (graph: Graph, shape: Shape): Value =>
  graph.constant({ dtype: 'float', shape, data: Float64Array.from({ length: shape[0] }, (_, i) => i + 0.5) });
