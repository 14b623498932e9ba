import type { Shape } from '../../base/index.ts';
import type { Value } from '../../graph/index.ts';
import { concat } from '../layout/concat.ts';
import { pad } from '../layout/pad.ts';
import { reshape } from '../layout/reshape.ts';
import { slice } from '../layout/slice.ts';
import { transpose } from '../layout/transpose.ts';
import { reduceSum } from '../reduce/reduceSum.ts';
import { matmul, swapLast } from './matmul.ts';
import type { ConvAttributes } from './window.ts';

/**
 * Gradient of a convolution in its kernels: for each kernel tap, the images shifted by that tap times dy.
 * One product a tap, over a view of the images, because building all taps at once (im2col) costs more than the products.
 */
export function kernelGradient(x: Value, dy: Value, kernelShape: Shape, { strides, pads, dilations, group }: ConvAttributes): Value {
  const [n, channels] = x.shape;
  const [, outputs, height, width] = dy.shape;
  const [, inner, kh, kw] = kernelShape;
  const padded = pads.some((p) => p > 0) ? pad(x, { pads: [0, 0, pads[0], pads[1], 0, 0, pads[2], pads[3]] }) : x;
  const flatDy = reshape(dy, { shape: [n, group, outputs / group, height * width] });
  const taps: Value[] = [];
  for (let i = 0; i < kh; i++)
    for (let j = 0; j < kw; j++) {
      const starts = [i * dilations[0], j * dilations[1]];
      const ends = [starts[0] + (height - 1) * strides[0] + 1, starts[1] + (width - 1) * strides[1] + 1];
      const whole = starts.every((s) => s === 0) && ends[0] === padded.shape[2] && ends[1] === padded.shape[3];
      const shifted = whole && strides.every((s) => s === 1) ? padded : slice(padded, { starts, ends, axes: [2, 3], steps: strides });
      const flat = reshape(shifted, { shape: [n, group, channels / group, height * width] });
      const product = matmul(flatDy, swapLast(flat));
      taps.push(reshape(product, { shape: [1, n, outputs * inner] }));
    }
  const summed = reduceSum(taps.length === 1 ? taps[0] : concat(...taps, { axis: 0 }), { axes: [1], keepdims: 0 });
  const ordered = taps.length === 1 ? summed : transpose(summed, { perm: [1, 0] });
  return reshape(ordered, { shape: [outputs, inner, kh, kw] });
}

