import { allocate, axisOf, formatShape, sizeOf } from '../../base/index.ts';
import type { Value } from '../../graph/index.ts';
import { cast } from '../elementwise/cast.ts';
import { equal } from '../elementwise/equal.ts';
import { gemm } from '../linear/gemm.ts';
import { operator, require, requireCount, requireType } from '../operator.ts';
import { bytes, floats, ints, uniform } from '../samples.ts';
import { reshape } from './reshape.ts';

/** Rows by index: result[i…] = x[indices[i…]] along axis 0. An index outside the rows is an error when the graph runs. */
export const gather = operator<{ axis: 0 }>({
  name: 'Gather',
  attributes: { axis: 'int' },
  infer(inputs, attributes) {
    requireCount(inputs, 2);
    const [x, indices] = inputs;
    requireType(indices, 'int32');
    require(axisOf(attributes.axis as number, x.shape.length) ===
      0, `it takes rows of ${formatShape(x.shape)} along axis 0, not ${attributes.axis}`);
    return { dtype: x.dtype, shape: [...indices.shape, ...x.shape.slice(1)] };
  },
  forward([x, indices], _, { dtype, shape }) {
    const row = sizeOf(x.shape.slice(1));
    const data = allocate(dtype, sizeOf(shape));
    indices.data.forEach((index, i) => {
      if (index < 0 || index >= x.shape[0]) throw new RangeError(`index ${index} is outside ${x.shape[0]} rows`);
      data.set(x.data.subarray(index * row, (index + 1) * row), i * row);
    });
    return data;
  },
  gradient: ({ dy, inputs: [x, indices] }) => [x.dtype === 'float' ? scatterSum(dy, indices, x) : null, null],
  samples: () => [
    { label: 'rows', inputs: [uniform([4, 3]), ints([2], [3, 1])], attributes: { axis: 0 } },
    { label: 'twice the same row', inputs: [uniform([3, 2]), ints([3], [1, 1, 0])], attributes: { axis: 0 } },
    { label: 'scalar index', inputs: [uniform([4]), ints([], [2])], attributes: { axis: 0 } },
    { label: 'bytes', inputs: [bytes([3, 2], [1, 2, 3, 4, 5, 255]), ints([2], [2, 0])], attributes: { axis: 0 } },
    { label: 'two index axes', inputs: [uniform([4, 3]), ints([2, 2], [0, 1, 2, 3])], attributes: { axis: 0 } },
    { label: 'no index', inputs: [floats([2, 2], [1, 2, 3, 4]), ints([0], [])], attributes: { axis: 0 } },
  ],
});

/** Adds each row of dy to the row it came from, as one matrix product with the one-hot indices. */
function scatterSum(dy: Value, indices: Value, x: Value): Value {
  const [rows, count] = [x.shape[0], sizeOf(indices.shape)];
  const iota = x.graph.constant({
    dtype: 'int32',
    shape: [1, rows],
    data: Int32Array.from({ length: rows }, (_, i) => i),
  });
  const oneHot = cast(equal(reshape(indices, { shape: [count, 1] }), iota), { to: 'float' });
  const flat = reshape(dy, { shape: [count, sizeOf(x.shape.slice(1))] });
  return reshape(gemm(oneHot, flat, { transA: 1, transB: 0 }), { shape: x.shape });
}
