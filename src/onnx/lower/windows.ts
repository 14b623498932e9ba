import { sizeOf } from '../../base/index.ts';
import type { Value } from '../../graph/index.ts';
import {
  add,
  averagePool,
  conv,
  convTranspose,
  div,
  maxPool,
  reduceMax,
  reduceMean,
  reshape,
} from '../../ops/index.ts';
import type { Lowering, ReadNode } from './node.ts';

type Four = [number, number, number, number];
interface Window {
  readonly kernel: [number, number];
  readonly strides: [number, number];
  readonly dilations: [number, number];
  readonly pads: Four;
  /** What rounding the output up adds to the padding at the bottom and right. */
  readonly extra: [number, number];
}

const spatial = (x: Value): number[] => x.shape.map((_, axis) => axis).slice(2);

/** One spatial axis becomes two, the first of length 1. */
const lifted = (x: Value): Value =>
  x.shape.length === 3 ? reshape(x, { shape: [...x.shape.slice(0, 2), 1, x.shape[2]] }) : x;
const lowered = (y: Value, x: Value): Value =>
  x.shape.length === 3 ? reshape(y, { shape: [y.shape[0], y.shape[1], y.shape[3]] }) : y;

/** The window with everything that a node may leave out, padding as numbers. Images have one or two spatial axes. */
function windowOf(node: ReadNode, kernelShape: readonly number[]): Window {
  const { x, given } = node;
  const rank = x.shape.length - 2;
  if (rank !== 1 && rank !== 2) throw node.shapeRefusal(`${rank} spatial axes`, x.shape);
  const two = (key: string, otherwise: number): [number, number] => {
    const list = (given[key] as number[] | undefined) ?? new Array<number>(rank).fill(otherwise);
    return rank === 1 ? [otherwise, list[0]] : [list[0], list[1]];
  };
  const kernel: [number, number] = rank === 1 ? [1, kernelShape[0]] : [kernelShape[0], kernelShape[1]];
  const [strides, dilations] = [two('strides', 1), two('dilations', 1)];
  const size = rank === 1 ? [1, x.shape[2]] : x.shape.slice(2);
  const reach = kernel.map((k, i) => dilations[i] * (k - 1) + 1);
  const pads = padding(node, rank, size, reach, strides);
  const rest = (i: 0 | 1) => {
    const room = size[i] + pads[i] + pads[i + 2];
    let steps = Math.ceil((room - reach[i]) / strides[i]);
    // A window that would start in the padding at the end is left out.
    if (steps * strides[i] >= size[i] + pads[i]) steps--;
    return Math.max(0, steps * strides[i] + reach[i] - room);
  };
  return { kernel, strides, dilations, pads, extra: given.ceil_mode === 1 ? [rest(0), rest(1)] : [0, 0] };
}

/** SAME gives ceil(size / stride) outputs; an odd zero goes to the end (UPPER) or to the beginning (LOWER). */
function padding(
  { given }: ReadNode,
  rank: number,
  size: readonly number[],
  reach: readonly number[],
  strides: readonly number[],
): Four {
  const how = (given.auto_pad as string | undefined) ?? 'NOTSET';
  if (how === 'VALID') return [0, 0, 0, 0];
  if (how === 'NOTSET' || how === '') {
    const pads = (given.pads as number[] | undefined) ?? new Array<number>(2 * rank).fill(0);
    return rank === 1 ? [0, pads[0], 0, pads[1]] : [pads[0], pads[1], pads[2], pads[3]];
  }
  const total = size.map((n, i) => Math.max(0, (Math.ceil(n / strides[i]) - 1) * strides[i] + reach[i] - n));
  const less = total.map((n) => Math.floor(n / 2));
  const more = total.map((n) => Math.ceil(n / 2));
  const [before, after] = how === 'SAME_LOWER' ? [more, less] : [less, more];
  return [before[0], before[1], after[0], after[1]];
}

/** Whether the table's own operator can take the node as it stands. */
const plain = ({ x, given }: ReadNode): boolean =>
  x.shape.length === 4 && (given.auto_pad ?? 'NOTSET') === 'NOTSET' && !given.ceil_mode;

const convolution: Lowering = (node) => {
  if (plain(node)) return undefined;
  const w = node.value(1);
  const { strides, dilations, pads } = windowOf(node, w.shape.slice(2));
  const operands = [lifted(node.x), lifted(w), ...(node.has(2) ? [node.value(2)] : [])];
  return lowered(conv(...operands, { strides, dilations, pads, group: node.number('group', 1) }), node.x);
};

const transposed: Lowering = (node) => {
  const { given } = node;
  if (plain(node) && !node.has(2)) return undefined;
  if (given.output_shape || (given.auto_pad ?? 'NOTSET') !== 'NOTSET')
    throw node.refusal('padding by the output shape');
  const w = node.value(1);
  const { strides, dilations, pads } = windowOf(node, w.shape.slice(2));
  const ends = (given.output_padding as number[] | undefined) ?? [0, 0];
  const y = convTranspose(lifted(node.x), lifted(w), {
    strides,
    dilations,
    pads,
    group: node.number('group', 1),
    output_padding: node.x.shape.length === 3 ? [0, ends[0]] : [ends[0], ends[1]],
  });
  const shifted = node.has(2) ? add(y, reshape(node.value(2), { shape: [1, y.shape[1], 1, 1] })) : y;
  return lowered(shifted, node.x);
};

const grown = ({ pads, extra }: Window): Four => [pads[0], pads[1], pads[2] + extra[0], pads[3] + extra[1]];

const maximum: Lowering = (node) => {
  if (plain(node)) return undefined;
  const window = windowOf(node, kernelOf(node));
  const { kernel, strides, dilations } = window;
  requireOne(node);
  return lowered(maxPool(lifted(node.x), { kernel_shape: kernel, strides, dilations, pads: grown(window) }), node.x);
};

/** Padding that does not count: the mean with zeros, divided by the share of each window that lies on the image. */
const mean: Lowering = (node) => {
  const inside = !node.given.count_include_pad;
  const padded = (node.given.pads as number[] | undefined)?.some((p) => p > 0) ?? false;
  if (plain(node) && !(inside && padded)) return undefined;
  const window = windowOf(node, kernelOf(node));
  const { kernel, strides, dilations, extra } = window;
  if (!inside && extra.some((n) => n > 0)) throw node.refusal('counted padding together with ceil_mode');
  const pads = grown(window);
  const images = lifted(node.x);
  const y = averagePool(images, { kernel_shape: kernel, strides, dilations, pads, count_include_pad: 1 });
  if (!inside || pads.every((p) => p === 0)) return lowered(y, node.x);
  const along = (i: 0 | 1) =>
    Array.from({ length: y.shape[2 + i] }, (_, at) => {
      const taps = Array.from({ length: kernel[i] }, (_, k) => at * strides[i] - pads[i] + k * dilations[i]);
      return taps.filter((p) => p >= 0 && p < images.shape[2 + i]).length;
    });
  const shares = along(0).flatMap((rows) => along(1).map((columns) => (rows * columns) / sizeOf(kernel)));
  return lowered(div(y, node.constant([1, 1, y.shape[2], y.shape[3]], shares)), node.x);
};

function kernelOf(node: ReadNode): number[] {
  const kernel = node.given.kernel_shape as number[] | undefined;
  if (!kernel) throw node.refusal('no kernel_shape');
  return kernel;
}

function requireOne(node: ReadNode): void {
  const second = node.proto.output!.slice(1).find((name) => name !== '');
  if (second) throw node.refusal(`a second output, "${second}"`);
}

/** Convolutions and pooling with what the table lacks: automatic padding, one spatial axis, rounding up. */
export const windows: Readonly<Record<string, Lowering>> = {
  AveragePool: mean,
  Conv: convolution,
  ConvTranspose: transposed,
  GlobalAveragePool: ({ x }) => reduceMean(x, { axes: spatial(x), keepdims: 1 }),
  GlobalMaxPool: ({ x }) => reduceMax(x, { axes: spatial(x), keepdims: 1 }),
  MaxPool: maximum,
};
