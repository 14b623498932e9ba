import { sizeOf } from '../../base/index.ts';
import type { Sample, Value } from '../../graph/index.ts';
import { reshape } from '../layout/reshape.ts';
import { convTranspose } from '../linear/convTranspose.ts';
import { forEachTap } from '../linear/window.ts';
import { operator } from '../operator.ts';
import { uniform } from '../samples.ts';
import { inferPool, type PoolAttributes, poolKinds } from './families.ts';

/** Mean of each window; padding counts as zeros (count_include_pad, as PyTorch). */
export const averagePool = operator<PoolAttributes & { count_include_pad: 1 }>({
  name: 'AveragePool',
  attributes: { ...poolKinds, count_include_pad: 'int' },
  infer: inferPool,
  forward([x], attributes, { shape }) {
    const { kernel_shape, ...window } = attributes as unknown as PoolAttributes;
    const result = new Float64Array(sizeOf(shape));
    const share = 1 / (kernel_shape[0] * kernel_shape[1]);
    const [n, c, height, width] = x.shape;
    for (let plane = 0; plane < n * c; plane++)
      forEachTap([height, width], [shape[2], shape[3]], kernel_shape, window, (p, q, _i, _j, row, column) => {
        result[(plane * shape[2] + p) * shape[3] + q] += share * x.data[(plane * height + row) * width + column];
      });
    return result;
  },
  gradient: ({ dy, inputs: [x], attributes }) => [spreadEvenly(dy, x, attributes as unknown as PoolAttributes)],
  samples: () => {
    const sample = (
      label: string,
      shape: number[],
      kernel: [number, number],
      strides: [number, number],
      pads: PoolAttributes['pads'] = [0, 0, 0, 0],
    ): Sample => ({
      label,
      inputs: [uniform(shape)],
      attributes: { kernel_shape: kernel, strides, pads, dilations: [1, 1], count_include_pad: 1 },
    });
    return [
      sample('2x2', [2, 3, 4, 4], [2, 2], [2, 2]),
      sample('with a rest', [1, 2, 5, 7], [2, 2], [2, 2]),
      sample('overlapping', [1, 2, 6, 6], [3, 3], [2, 2]),
      sample('padded', [1, 1, 5, 5], [3, 3], [2, 2], [1, 1, 1, 1]),
      {
        ...sample('dilated', [1, 2, 6, 7], [2, 2], [1, 2]),
        attributes: { ...sample('', [1], [2, 2], [1, 2]).attributes, dilations: [2, 3] },
      },
      sample('whole image', [2, 2, 3, 3], [3, 3], [3, 3]),
    ];
  },
});

/** Every pixel of a window gets the same share: a transposed convolution with a constant kernel, one channel at a time. */
function spreadEvenly(dy: Value, x: Value, { kernel_shape, strides, pads, dilations }: PoolAttributes): Value {
  const [n, c, height, width] = x.shape;
  const planes = (v: Value) => ({ shape: [n * c, 1, v.shape[2], v.shape[3]] });
  const kernel = {
    dtype: 'float',
    shape: [1, 1, ...kernel_shape],
    data: new Float64Array(sizeOf(kernel_shape)).fill(1 / sizeOf(kernel_shape)),
  } as const;
  const output_padding = [0, 1].map(
    (i) =>
      [height, width][i] -
      ((dy.shape[2 + i] - 1) * strides[i] - pads[i] - pads[i + 2] + dilations[i] * (kernel_shape[i] - 1) + 1),
  ) as [number, number];
  const spread = convTranspose(reshape(dy, planes(dy)), dy.graph.constant(kernel), {
    strides,
    pads,
    dilations,
    group: 1,
    output_padding,
  });
  return reshape(spread, { shape: x.shape });
}
