import { allocate, formatShape, sizeOf } from '../../base/index.ts';
import { mul } from '../elementwise/mul.ts';
import { operator, require, requireCount, requireRank } from '../operator.ts';
import { uniform } from '../samples.ts';
import { averagePool } from './averagePool.ts';

export type ResizeAttributes = {
  sizes: readonly number[];
  mode: 'nearest';
  coordinate_transformation_mode: 'asymmetric';
  nearest_mode: 'floor';
};

/** Repeats each pixel of [N, C, H, W] a whole number of times along height and width. */
export const resize = operator<ResizeAttributes>({
  name: 'Resize',
  attributes: { sizes: 'input', mode: 'string', coordinate_transformation_mode: 'string', nearest_mode: 'string' },
  firstAttributeInput: 3,
  infer(inputs, attributes) {
    requireCount(inputs, 1);
    requireRank(inputs[0], 4, 'the images');
    const { mode, coordinate_transformation_mode, nearest_mode } = attributes;
    const way = [mode, coordinate_transformation_mode, nearest_mode].join(', ');
    require(way === 'nearest, asymmetric, floor', `it repeats pixels (nearest, asymmetric, floor), not ${way}`);
    const { dtype, shape } = inputs[0];
    const sizes = attributes.sizes as number[];
    require(sizes.length === 4 &&
      sizes.every((n, i) =>
        i < 2 ? n === shape[i] : n % shape[i] === 0,
      ), `${formatShape(sizes)} is no whole multiple of ${formatShape(shape)}`);
    return { dtype, shape: sizes };
  },
  forward([x], _, { dtype, shape }) {
    const [, , height, width] = shape;
    const [, , h, w] = x.shape;
    const data = allocate(dtype, sizeOf(shape));
    for (let i = 0; i < data.length; i++) {
      const plane = Math.floor(i / (height * width));
      const row = Math.floor(((Math.floor(i / width) % height) * h) / height);
      data[i] = x.data[(plane * h + row) * w + Math.floor(((i % width) * w) / width)];
    }
    return data;
  },
  gradient({ dy, inputs: [x] }) {
    const kernel: [number, number] = [dy.shape[2] / x.shape[2], dy.shape[3] / x.shape[3]];
    const mean = averagePool(dy, {
      kernel_shape: kernel,
      strides: kernel,
      pads: [0, 0, 0, 0],
      dilations: [1, 1],
      count_include_pad: 1,
    });
    return [mul(mean, kernel[0] * kernel[1])];
  },
  samples: () => [
    { label: 'double', inputs: [uniform([2, 3, 2, 3])], attributes: nearest([2, 3, 4, 6]) },
    { label: 'uneven', inputs: [uniform([1, 1, 2, 3])], attributes: nearest([1, 1, 6, 3]) },
    { label: 'from one pixel', inputs: [uniform([1, 2, 1, 1])], attributes: nearest([1, 2, 3, 3]) },
  ],
});

export const nearest = (sizes: readonly number[]): ResizeAttributes => ({
  sizes,
  mode: 'nearest',
  coordinate_transformation_mode: 'asymmetric',
  nearest_mode: 'floor',
});
