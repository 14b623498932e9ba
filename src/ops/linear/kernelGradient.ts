import { type Shape, sizeOf } from '../../base/index.ts';
import type { Value } from '../../graph/index.ts';
import { add } from '../elementwise/add.ts';
import { concat } from '../layout/concat.ts';
import { pad } from '../layout/pad.ts';
import { reshape } from '../layout/reshape.ts';
import { slice } from '../layout/slice.ts';
import { transpose } from '../layout/transpose.ts';
import { reduceSum } from '../reduce/reduceSum.ts';
import { matmul, swapLast } from './matmul.ts';
import type { ConvAttributes } from './window.ts';

/** Below this many channels a product a tap is too thin to fill the registers, and copying all taps into one matrix is cheap. */
const fewChannels = 8;

/**
 * Gradient of a convolution in its kernels [O, C/group, h, w]: for each kernel tap, the images shifted by that tap times dy, summed over pixels
 * and images. Which arrangement copies least is measured in bench/README.md; all give the same sums in another order.
 */
export function kernelGradient(x: Value, dy: Value, kernelShape: Shape, options: ConvAttributes): Value {
  const [, inner, kh] = kernelShape;
  const { strides, dilations, group } = options;
  if (inner <= fewChannels) return allTaps(x, dy, kernelShape, options);
  if (group === 1 && kh > 1 && [...strides, ...dilations].every((s) => s === 1))
    return rowShifts(x, dy, kernelShape, options);
  return oneByOne(x, dy, kernelShape, options);
}

/** One product with all shifted images stacked (im2col). */
function allTaps(x: Value, dy: Value, kernelShape: Shape, options: ConvAttributes): Value {
  const [outputs, inner, kh, kw] = kernelShape;
  const flat = shiftedImages(x, dy, kernelShape, options);
  const stacked = flat.length === 1 ? flat[0] : concat(...flat, { axis: 2 });
  const sums = sumOverImages(matmul(byGroup(dy, options.group), swapLast(stacked)));
  const ordered = transpose(reshape(sums, { shape: [outputs, kh * kw, inner] }), { perm: [0, 2, 1] });
  return reshape(ordered, { shape: kernelShape });
}

/** One product a tap. */
function oneByOne(x: Value, dy: Value, kernelShape: Shape, options: ConvAttributes): Value {
  const flatDy = byGroup(dy, options.group);
  const products = shiftedImages(x, dy, kernelShape, options).map((flat) => matmul(flatDy, swapLast(flat)));
  const sums = stackedSums(products, sizeOf(products[0].shape.slice(1)));
  return reshape(transpose(sums, { perm: [1, 0] }), { shape: kernelShape });
}

/**
 * At stride 1, dy is shifted by rows and the images by columns, so that three products with three times the rows replace nine thin ones. A few
 * images at a time, so that what is copied is still in the cache when it is multiplied.
 */
function rowShifts(x: Value, dy: Value, kernelShape: Shape, { pads }: ConvAttributes): Value {
  const [outputs, inner, kh, kw] = kernelShape;
  const [n, , height, width] = dy.shape;
  const portion = imagesInCache(n, 4 * outputs * kh * (height + kh - 1) * width);
  const totals: Value[] = [];
  for (let from = 0; from < n; from += portion) {
    const part = (v: Value) =>
      portion === n ? v : slice(v, { starts: [from], ends: [from + portion], axes: [0], steps: [1] });
    totals.push(stackedSums(shiftedProducts(part(x), part(dy), kernelShape, pads), outputs * kh * inner));
  }
  const sums = totals.reduce((a, b) => add(a, b));
  const ordered = transpose(reshape(sums, { shape: [kw, outputs, kh, inner] }), { perm: [1, 3, 2, 0] });
  return reshape(ordered, { shape: [outputs, inner, kh, kw] });
}

/** The largest divisor of n whose copies stay below 4 MB. */
function imagesInCache(n: number, bytesEach: number): number {
  let portion = n;
  while (portion > 1 && (n % portion !== 0 || portion * bytesEach > 4e6)) portion--;
  return portion;
}

/**
 * One product a kernel column, each [images, outputs * rows, channels]. Row shifts cost one copy: dy | zeros | dy | zeros | dy, cut at multiples of
 * its padded length, is dy moved by 0, 1, 2 rows.
 */
function shiftedProducts(x: Value, dy: Value, [outputs, inner, kh, kw]: Shape, pads: ConvAttributes['pads']): Value[] {
  const [n, , height, width] = dy.shape;
  const padded = pads.some((p) => p > 0) ? pad(x, { pads: [0, 0, pads[0], pads[1], 0, 0, pads[2], pads[3]] }) : x;
  const length = (height + kh - 1) * width;
  const gap = dy.graph.constant({
    dtype: 'float',
    shape: [n, outputs, kh * width],
    data: new Float64Array(n * outputs * kh * width),
  });
  const flat = reshape(dy, { shape: [n, outputs, height * width] });
  const pieces = Array.from({ length: 2 * kh - 1 }, (_, i) => (i % 2 === 0 ? flat : gap));
  const rows = reshape(concat(...pieces, { axis: 2 }), { shape: [n, outputs * kh, length] });
  return Array.from({ length: kw }, (_, j) => {
    const shifted = kw === 1 ? padded : slice(padded, { starts: [j], ends: [j + width], axes: [3], steps: [1] });
    return matmul(rows, swapLast(reshape(shifted, { shape: [n, inner, length] })));
  });
}

/** For each tap, the pixels that it meets: [N, group, C/group, pixels]. */
function shiftedImages(
  x: Value,
  dy: Value,
  [, , kh, kw]: Shape,
  { strides, pads, dilations, group }: ConvAttributes,
): Value[] {
  const [n, channels] = x.shape;
  const [height, width] = dy.shape.slice(2);
  const padded = pads.some((p) => p > 0) ? pad(x, { pads: [0, 0, pads[0], pads[1], 0, 0, pads[2], pads[3]] }) : x;
  const shifted: Value[] = [];
  for (let i = 0; i < kh; i++)
    for (let j = 0; j < kw; j++) {
      const starts = [i * dilations[0], j * dilations[1]];
      const ends = [starts[0] + (height - 1) * strides[0] + 1, starts[1] + (width - 1) * strides[1] + 1];
      shifted.push(
        reshape(slice(padded, { starts, ends, axes: [2, 3], steps: strides }), {
          shape: [n, group, channels / group, height * width],
        }),
      );
    }
  return shifted;
}

const byGroup = (dy: Value, group: number): Value =>
  reshape(dy, { shape: [dy.shape[0], group, dy.shape[1] / group, dy.shape[2] * dy.shape[3]] });

/** Each product summed over the images, one under the other: [products, size]. */
function stackedSums(products: Value[], size: number): Value {
  const sums = products.map((p) => reshape(sumOverImages(p), { shape: [1, size] }));
  return sums.length === 1 ? sums[0] : concat(...sums, { axis: 0 });
}

const sumOverImages = (products: Value): Value => reduceSum(products, { axes: [0], keepdims: 0 });
