import type { Shape } from '../../base/index.ts';
import type { Graph, Value } from '../../graph/index.ts';
import { abs, add, gridSample, matmul, mul, relu, reshape, slice, sub, transpose } from '../../ops/index.ts';
import type { Affine } from './affine.ts';

/** Numbers a row of `stretchNumbers`. */
export const stretchWidth = 4;

/** What `stretch` is fed for a map that keeps columns and rows apart: column j is found at a·j + c, row i at e·i + f. */
export function stretchNumbers([a, , c, , e, f]: Affine, [, height, width]: Shape): number[] {
  return [a, c + ((1 - a) * (width - 1)) / 2, e, f + ((1 - e) * (height - 1)) / 2];
}

/**
 * Moves columns and rows: two products with matrices of interpolation weights, which are whole numbers where the map is. Mirrored and shifted
 * pixels stay the same to the bit, and it takes a third of the time of a look-up.
 */
export function stretch(x: Value, numbers: Value): Value {
  const [batch, channels, height, width] = x.shape;
  const number = (i: number) =>
    reshape(slice(numbers, { starts: [i], ends: [i + 1], axes: [1], steps: [1] }), { shape: [batch, 1, 1] });
  const columns = interpolation(number(0), number(1), width, 2);
  const rows = reshape(interpolation(number(2), number(3), height, 1), { shape: [batch, 1, height, height] });
  const across = matmul(reshape(x, { shape: [batch, channels * height, width] }), columns);
  return matmul(rows, reshape(across, { shape: x.shape }));
}

/** Bilinear weights max(0, 1 - |from - k|) of pixel k for the pixel that is found at from = slope·j + start; j counts along the given axis. */
function interpolation(slope: Value, start: Value, size: number, axis: 1 | 2): Value {
  const { graph } = slope;
  const [places, pixels] = [axis, 3 - axis].map((along) => count(graph, along === 1 ? [1, size, 1] : [1, 1, size]));
  const from = add(mul(places, slope), start);
  return relu(sub(graph.scalar(1, 'float'), abs(sub(from, pixels))));
}

const count = (graph: Graph, shape: Shape): Value =>
  graph.constant({ dtype: 'float', shape, data: Float64Array.from({ length: Math.max(...shape) }, (_, i) => i) });

/** What `bend` is fed: weights of x, y, 1 and the functions, first for the place in x, then in y, where the picture ends at -1 and 1. */
export function bendNumbers([a, b, c, d, e, f]: Affine, arrows: readonly number[], [, height, width]: Shape): number[] {
  const half = arrows.length / 2;
  return [
    ...[a, (b * height) / width, (2 * c) / width, ...arrows.slice(0, half).map((x) => (2 * x) / width)],
    ...[(d * width) / height, e, (2 * f) / height, ...arrows.slice(half).map((y) => (2 * y) / height)],
  ];
}

/** Fixed functions of the place: [count, height * width]. */
export interface Functions {
  readonly count: number;
  readonly data: Float64Array;
}

/** Looks each pixel up where a linear map and the functions say: one product makes all places. */
export function bend(x: Value, numbers: Value, functions: Functions): Value {
  const [batch, , height, width] = x.shape;
  const [terms, pixels] = [3 + functions.count, height * width];
  const data = new Float64Array(terms * pixels).fill(1);
  for (let pixel = 0; pixel < pixels; pixel++) {
    data[pixel] = (2 * (pixel % width) + 1) / width - 1;
    data[pixels + pixel] = (2 * Math.floor(pixel / width) + 1) / height - 1;
  }
  data.set(functions.data, 3 * pixels);
  const terrain = x.graph.constant({ dtype: 'float', shape: [terms, pixels], data });
  const places = matmul(reshape(numbers, { shape: [batch, 2, terms] }), terrain);
  return gridSample(x, reshape(transpose(places, { perm: [0, 2, 1] }), { shape: [batch, height, width, 2] }));
}
