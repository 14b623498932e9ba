import { allocate, stridesOf } from '../../base/index.ts';
import { type Operator, operator, require, requireCount } from '../operator.ts';
import { floats, uniform } from '../samples.ts';

/** Axis i of the result is axis perm[i] of the input. */
export const transpose: Operator<{ perm: readonly number[] }> = operator<{ perm: readonly number[] }>({
  name: 'Transpose',
  attributes: { perm: 'ints' },
  infer(inputs, attributes) {
    requireCount(inputs, 1);
    const perm = attributes.perm as number[];
    const { shape } = inputs[0];
    require([...perm].sort((a, b) => a - b).join() ===
      shape.map((_, i) => i).join(), `[${perm}] is not an order of ${shape.length} axes`);
    return { dtype: inputs[0].dtype, shape: perm.map((axis) => shape[axis]) };
  },
  forward([x], attributes, { shape }) {
    const strides = (attributes.perm as number[]).map((axis) => stridesOf(x.shape)[axis]);
    const data = allocate(x.dtype, x.data.length);
    const index = new Int32Array(shape.length);
    let from = 0;
    for (let i = 0; i < data.length; i++) {
      data[i] = x.data[from];
      for (let axis = shape.length - 1; axis >= 0; axis--) {
        from += strides[axis];
        if (++index[axis] < shape[axis]) break;
        from -= strides[axis] * shape[axis];
        index[axis] = 0;
      }
    }
    return data;
  },
  gradient: ({ dy, attributes }) => {
    const perm = attributes.perm as number[];
    return [transpose(dy, { perm: perm.map((_, axis) => perm.indexOf(axis)) })];
  },
  stack: ({ inputs, attributes, apply }) =>
    apply(inputs, { perm: [0, ...(attributes.perm as number[]).map((axis) => axis + 1)] }),
  samples: () => [
    { label: 'matrix', inputs: [uniform([2, 3])], attributes: { perm: [1, 0] } },
    { label: 'rotate', inputs: [uniform([2, 3, 4])], attributes: { perm: [2, 0, 1] } },
    { label: 'channels last', inputs: [uniform([2, 3, 2, 2])], attributes: { perm: [0, 2, 3, 1] } },
    { label: 'empty', inputs: [floats([0, 2], [])], attributes: { perm: [1, 0] } },
  ],
});
