import { formatShape, type Shape, sizeOf } from '../../base/index.ts';
import { type Operator, operator, require, requireCount } from '../operator.ts';
import { floats, uniform } from '../samples.ts';

/** The same numbers, in the same order, under another shape. */
export const reshape: Operator<{ shape: Shape }> = operator<{ shape: Shape }>({
  name: 'Reshape',
  attributes: { shape: 'input' },
  infer(inputs, { shape }) {
    requireCount(inputs, 1);
    const to = shape as Shape;
    require(sizeOf(to) ===
      sizeOf(inputs[0].shape), `${formatShape(inputs[0].shape)} has not as many numbers as ${formatShape(to)}`);
    return { dtype: inputs[0].dtype, shape: to };
  },
  forward: ([x]) => x.data,
  gradient: ({ dy, inputs: [x] }) => [reshape(dy, { shape: x.shape })],
  stack: ({ inputs, attributes, count, apply }) => apply(inputs, { shape: [count, ...(attributes.shape as Shape)] }),
  samples: () => [
    { label: 'flatten', inputs: [uniform([2, 3, 2])], attributes: { shape: [2, 6] } },
    { label: 'to scalar', inputs: [uniform([1, 1])], attributes: { shape: [] } },
    { label: 'add axes', inputs: [uniform([3])], attributes: { shape: [1, 3, 1] } },
    { label: 'empty', inputs: [floats([0, 3], [])], attributes: { shape: [0, 1] } },
  ],
});
