import { allocate, axisOf, formatShape, type Shape, sizeOf } from '../../base/index.ts';
import type { Value } from '../../graph/index.ts';
import { add } from '../elementwise/add.ts';
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
  stack({ inputs: [x, indices], stacked: [own, chosen], attributes, count, apply }) {
    if (!own) return apply([x, indices], attributes);
    const [, rows, ...row] = x.shape;
    // The rows of all graphs lie under each other; those of the next graph begin `rows` further on.
    const all = reshape(x, { shape: [count * rows, ...row] });
    const shape = [count, ...(chosen ? indices.shape.slice(1) : indices.shape)];
    return apply([all, furtherOn(indices, shape, rows)], attributes);
  },
  samples: () => [
    { label: 'rows', inputs: [uniform([4, 3]), ints([2], [3, 1])], attributes: { axis: 0 } },
    { label: 'twice the same row', inputs: [uniform([3, 2]), ints([3], [1, 1, 0])], attributes: { axis: 0 } },
    { label: 'scalar index', inputs: [uniform([4]), ints([], [2])], attributes: { axis: 0 } },
    { label: 'bytes', inputs: [bytes([3, 2], [1, 2, 3, 4, 5, 255]), ints([2], [2, 0])], attributes: { axis: 0 } },
    { label: 'two index axes', inputs: [uniform([4, 3]), ints([2, 2], [0, 1, 2, 3])], attributes: { axis: 0 } },
    { label: 'no index', inputs: [floats([2, 2], [1, 2, 3, 4]), ints([0], [])], attributes: { axis: 0 } },
  ],
});

/** The indices with `rows` more in each next place of the first axis. */
function furtherOn(indices: Value, shape: Shape, rows: number): Value {
  const { graph, source } = indices;
  const each = sizeOf(shape) / shape[0];
  if (source.kind === 'constant') {
    const data = Int32Array.from({ length: sizeOf(shape) }, (_, i) => {
      const place = Math.floor(i / each);
      return source.tensor.data[i - place * each] + place * rows;
    });
    return graph.constant({ dtype: 'int32', shape, data });
  }
  const data = Int32Array.from({ length: shape[0] }, (_, place) => place * rows);
  return add(indices, graph.constant({ dtype: 'int32', shape: shape.map((n, axis) => (axis === 0 ? n : 1)), data }));
}

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
