import { broadcast, sizeOf, type Tensor, tensor } from '../../base/index.ts';
import type { Graph } from '../../graph/index.ts';
import { cast, expand, gather, pad, reshape, resize, slice, transpose } from '../../ops/index.ts';
import type { Found, Lowering, ReadNode } from './node.ts';
import { dtypeFor, type Integers, int64, integers, isIntegers, tensorFrom } from './tensors.ts';

const dropout: Lowering = (node) => {
  if (node.given.training_mode === 1 || node.list(2, 'training_mode')?.[0]) throw node.refusal('training mode');
  return node.found(0);
};

const flatten: Lowering = (node) => {
  const { shape } = node.x;
  const given = node.number('axis', 1);
  const axis = given < 0 ? given + shape.length : given;
  return reshape(node.x, { shape: [sizeOf(shape.slice(0, axis)), sizeOf(shape.slice(axis))] });
};

const reshaped = (found: Found, shape: readonly number[]): Found =>
  isIntegers(found) ? integers(found.data, shape) : reshape(found, { shape });

const squeeze: Lowering = (node) => {
  const found = node.found(0);
  const { shape } = found;
  const axes = node.axes(1, shape.length) ?? shape.flatMap((n, i) => (n === 1 ? [i] : []));
  const long = axes.find((axis) => shape[axis] !== 1);
  if (long !== undefined) throw node.shapeRefusal(`leaving out axis ${long}`, shape);
  return reshaped(
    found,
    shape.filter((_, i) => !axes.includes(i)),
  );
};

const unsqueeze: Lowering = (node) => {
  const found = node.found(0);
  const count = (node.given.axes as number[] | undefined)?.length ?? node.list(1, 'axes')!.length;
  const axes = node.axes(1, found.shape.length + count)!;
  const rest = [...found.shape];
  const shape = Array.from({ length: rest.length + count }, (_, i) => (axes.includes(i) ? 1 : rest.shift()!));
  return reshaped(found, shape);
};

/** Positions from the end, past the end (which ONNX cuts off) and axes in any form become plain ranges. */
const range: Lowering = (node) => {
  const { x } = node;
  const take = (key: string, i: number) => (node.given[key] as number[] | undefined) ?? node.list(i, key);
  const [starts, ends] = [take('starts', 1) ?? [], take('ends', 2) ?? []];
  const axes = node.axes(3, x.shape.length) ?? starts.map((_, i) => i);
  const steps = take('steps', 4) ?? starts.map(() => 1);
  if (steps.some((step) => step <= 0)) throw node.refusal('negative steps');
  const place = (n: number, size: number) => Math.min(size, Math.max(0, n < 0 ? n + size : n));
  const from = starts.map((n, i) => place(n, x.shape[axes[i]]));
  const to = ends.map((n, i) => Math.max(from[i], place(n, x.shape[axes[i]])));
  return slice(x, { starts: from, ends: to, axes, steps });
};

const split: Lowering = (node) => {
  const { x, given } = node;
  const axis = node.axis(node.number('axis', 0), x.shape.length);
  const count = node.proto.output!.length;
  const even = Math.ceil(x.shape[axis] / count);
  const sizes =
    (given.split as number[] | undefined) ??
    node.list(1, 'split') ??
    Array.from({ length: count }, (_, i) => Math.min(even, x.shape[axis] - i * even));
  let start = 0;
  return sizes.map((size) => {
    start += size;
    return slice(x, { starts: [start - size], ends: [start], axes: [axis], steps: [1] });
  });
};

/** The table gathers along axis 0; any other axis comes there and goes back. Known positions from the end are counted from the front. */
const gathered: Lowering = (node) => {
  const { x } = node;
  const axis = node.axis(node.number('axis', 0), x.shape.length);
  const found = node.found(1);
  const size = x.shape[axis];
  const indices = isIntegers(found)
    ? node.graph.constant(
        { dtype: 'int32', shape: found.shape, data: Int32Array.from(found.data, (i) => (i < 0 ? i + size : i)) },
        node.proto.input![1],
      )
    : found;
  if (axis === 0) return gather(x, indices, { axis: 0 });
  const rest = x.shape.map((_, i) => i).filter((i) => i !== axis);
  const picked = gather(transpose(x, { perm: [axis, ...rest] }), indices, { axis: 0 });
  const own = indices.shape.map((_, i) => i);
  const others = rest.map((_, i) => i + own.length);
  return transpose(picked, { perm: [...others.slice(0, axis), ...own, ...others.slice(axis)] });
};

/** Since version 18 the pads may name their axes. */
const padded: Lowering = (node) => {
  const named = node.list(3, 'axes');
  if (!named) return undefined;
  const mode = node.given.mode ?? 'constant';
  if (mode !== 'constant') throw node.refusal(`mode = ${mode}`);
  const rank = node.x.shape.length;
  const given = node.list(1, 'pads')!;
  const pads = new Array<number>(2 * rank).fill(0);
  named.forEach((axis, i) => {
    pads[node.axis(axis, rank)] = given[i];
    pads[node.axis(axis, rank) + rank] = given[i + named.length];
  });
  return pad(node.x, { pads, value: node.list(2, 'value')?.[0] });
};

const expanded: Lowering = (node) => {
  const shape = node.list(1, 'shape')!;
  const common = broadcast(node.x.shape, shape);
  if (!common) throw node.shapeRefusal(`the shape [${shape}]`, node.x.shape);
  return expand(node.x, { shape: common });
};

/** Repeating pixels a whole number of times is the same whichever way coordinates are counted, but for corners that are aligned. */
const resized: Lowering = (node) => {
  const [scales, sizes] = [node.list(2, 'scales'), node.list(3, 'sizes')];
  if (sizes?.length || !scales?.length || (node.given.mode ?? 'nearest') !== 'nearest') return undefined;
  const coordinates = (node.given.coordinate_transformation_mode as string | undefined) ?? 'half_pixel';
  const rounding = (node.given.nearest_mode as string | undefined) ?? 'round_prefer_floor';
  const exact = ['half_pixel, round_prefer_floor', 'half_pixel, round_prefer_ceil', 'asymmetric, floor'];
  if (
    node.given.axes ||
    !exact.includes(`${coordinates}, ${rounding}`) ||
    scales.some((s) => !Number.isInteger(s) || s < 1)
  )
    throw node.refusal(`scales [${scales}] (${coordinates}, ${rounding})`);
  return resize(node.x, {
    sizes: node.x.shape.map((n, i) => n * scales[i]),
    mode: 'nearest',
    coordinate_transformation_mode: 'asymmetric',
    nearest_mode: 'floor',
  });
};

/** int64 is int32 in a graph. */
const converted: Lowering = (node) => {
  const to = node.proto.attribute!.find(({ name }) => name === 'to')!;
  const type = Number(to.i);
  const found = node.found(0);
  if (isIntegers(found)) {
    if (type === int64) return found;
    const dtype = dtypeFor(type);
    if (dtype === 'float') return node.value(0, 'float');
    return dtype === 'int32' ? node.value(0) : undefined;
  }
  // ArgMax gives the int64 that a file casts to the int32 that the graph has already.
  if (node.proto.input![0].endsWith(':int64')) return found;
  if (type !== int64) return undefined;
  return found.dtype === 'int32' ? found : cast(found, { to: 'int32' });
};

/** A tensor or numbers that a node carries. */
function constant(node: ReadNode): Found {
  const [name] = node.proto.output!;
  const { attribute } = node.proto;
  const given = attribute?.find((a) => a.name === 'value')?.t;
  if (given) return asFound(node.graph, tensorFrom(given, name), name);
  const { value_int, value_ints, value_float } = node.given;
  if (value_int !== undefined) return integers([value_int as number], []);
  if (value_ints !== undefined) return integers(value_ints as number[]);
  if (value_float !== undefined) return node.constant([], [value_float as number]);
  const floats = attribute?.find((a) => a.name === 'value_floats')?.floats;
  if (!floats) throw node.refusal('a constant that is neither a tensor nor numbers');
  return node.constant([floats.length], floats);
}

export const asFound = (graph: Graph, read: Tensor | Integers, name: string): Found =>
  isIntegers(read) ? read : graph.constant(read, name);

function filled(node: ReadNode): Found {
  const shape = node.list(0, 'shape')!;
  const [name] = node.proto.output!;
  const given = node.proto.attribute?.find((a) => a.name === 'value')?.t;
  const read = given ? tensorFrom(given, name) : undefined;
  const all = new Array<number>(sizeOf(shape)).fill(read?.data[0] ?? 0);
  if (read && isIntegers(read)) return integers(all, shape);
  return node.graph.constant(tensor(read?.dtype ?? 'float', shape, all), name);
}

const shapeOf: Lowering = (node) => {
  const { shape } = node.found(0);
  const end = node.given.end as number | undefined;
  return integers(shape.slice(node.number('start', 0), end));
};

/** What moves numbers without changing them. */
export const layout: Readonly<Record<string, Lowering>> = {
  Cast: converted,
  Constant: constant,
  ConstantOfShape: filled,
  Dropout: dropout,
  Expand: expanded,
  Flatten: flatten,
  Gather: gathered,
  Identity: (node) => node.found(0),
  Pad: padded,
  Resize: resized,
  Shape: shapeOf,
  Size: (node) => integers([sizeOf(node.found(0).shape)], []),
  Slice: range,
  Split: split,
  Squeeze: squeeze,
  Unsqueeze: unsqueeze,
};
