import { broadcast, formatShape, type Shape, sizeOf } from '../../base/index.ts';
import type { Value } from '../../graph/index.ts';
import { positionsIn } from '../elementwise/families.ts';
import { transpose } from '../layout/transpose.ts';
import { float, type Operator, operator, require, requireCount, requireType } from '../operator.ts';
import { floats, uniform } from '../samples.ts';
import { elementwise } from '../stacked.ts';
import { sumTo } from '../sumTo.ts';

/** Matrix product over the last two axes; leading axes broadcast. */
export const matmul: Operator = operator({
  name: 'MatMul',
  infer(inputs) {
    requireCount(inputs, 2);
    const [a, b] = inputs;
    for (const x of inputs) requireType(x, 'float');
    require(a.shape.length >= 2 &&
      b.shape.length >= 2, `both need two axes or more, not ${formatShape(a.shape)} and ${formatShape(b.shape)}`);
    const batch = broadcast(a.shape.slice(0, -2), b.shape.slice(0, -2));
    require(batch !== undefined &&
      a.shape.at(-1) === b.shape.at(-2), `${formatShape(a.shape)} does not multiply ${formatShape(b.shape)}`);
    return float([...batch, a.shape.at(-2)!, b.shape.at(-1)!]);
  },
  forward([a, b], _, { shape }) {
    const [m, n] = shape.slice(-2);
    const inner = a.shape.at(-1)!;
    const batch = shape.slice(0, -2);
    const places = (s: Shape) => positionsIn(s.slice(0, -2), batch);
    const [pa, pb] = [places(a.shape), places(b.shape)];
    const result = new Float64Array(sizeOf(shape));
    for (let p = 0; p < pa.length; p++)
      for (let i = 0; i < m; i++)
        for (let j = 0; j < n; j++) {
          let sum = 0;
          for (let k = 0; k < inner; k++)
            sum += a.data[(pa[p] * m + i) * inner + k] * b.data[(pb[p] * inner + k) * n + j];
          result[(p * m + i) * n + j] = sum;
        }
    return result;
  },
  gradient: ({ dy, inputs: [a, b], needs }) => [
    needs[0] ? sumTo(matmul(dy, swapLast(b)), a.shape) : null,
    needs[1] ? sumTo(matmul(swapLast(a), dy), b.shape) : null,
  ],
  stack: elementwise,
  samples: () => [
    { label: 'matrices', inputs: [uniform([3, 4]), uniform([4, 5])] },
    { label: 'batch', inputs: [uniform([2, 3, 4]), uniform([2, 4, 5])] },
    { label: 'shared right', inputs: [uniform([2, 3, 4]), uniform([4, 5])] },
    { label: 'stretched batch', inputs: [uniform([2, 1, 3, 2]), uniform([3, 2, 4])] },
    { label: 'length-1 axes', inputs: [uniform([1, 1, 1]), uniform([1, 1, 1])] },
    { label: 'no rows', inputs: [floats([0, 3], []), uniform([3, 2])] },
  ],
});

/** Exchanges the last two axes; ONNX Runtime folds it into the product that uses it. */
export function swapLast(x: Value): Value {
  const rank = x.shape.length;
  const perm = x.shape.map((_, axis) => axis);
  [perm[rank - 2], perm[rank - 1]] = [rank - 1, rank - 2];
  return transpose(x, { perm });
}
