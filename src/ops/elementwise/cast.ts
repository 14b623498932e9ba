import { allocate, type DType } from '../../base/index.ts';
import { operator, require, requireCount } from '../operator.ts';
import { bools, bytes, floats, ints } from '../samples.ts';
import { elementwise } from '../stacked.ts';

const types: readonly DType[] = ['float', 'int32', 'uint8', 'bool'];

/** The same numbers in another type; towards zero to integers; bool is "not 0". Only float to float would carry a gradient. */
export const cast = operator<{ to: DType }>({
  name: 'Cast',
  attributes: { to: 'string' },
  infer(inputs, { to }) {
    requireCount(inputs, 1);
    require(types.includes(to as DType), `it casts to ${types.join(', ')}, not ${to}`);
    return { dtype: to as DType, shape: inputs[0].shape };
  },
  forward([x], _, { dtype }) {
    const data = allocate(dtype, x.data.length);
    for (let i = 0; i < data.length; i++)
      data[i] = dtype === 'bool' ? Number(x.data[i] !== 0) : dtype === 'float' ? x.data[i] : Math.trunc(x.data[i]);
    return data;
  },
  gradient: () => [null],
  stack: elementwise,
  samples: () => [
    { label: 'bytes to float', inputs: [bytes([3], [0, 128, 255])], attributes: { to: 'float' } },
    { label: 'int32 to float', inputs: [ints([4], [-7, 0, 16777216, 2147483647])], attributes: { to: 'float' } },
    { label: 'bool to float', inputs: [bools([2], [0, 1])], attributes: { to: 'float' } },
    {
      label: 'float to int32',
      inputs: [floats([4], [1.9, -1.9, 0, 1e6])],
      attributes: { to: 'int32' },
      noGradient: 'steps',
    },
    {
      label: 'float to bool',
      inputs: [floats([4], [0, -0, 1e-30, -2])],
      attributes: { to: 'bool' },
      noGradient: 'steps',
    },
    { label: 'empty', inputs: [bytes([0, 2], [])], attributes: { to: 'float' } },
  ],
});
