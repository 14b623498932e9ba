import type { Value } from '../../graph/index.ts';
import { float, type Operator, operator, require, requireCount, requireType } from '../operator.ts';
import { floats, lengths, uniform } from '../samples.ts';

/** Rows of the last axis, each mapped as a whole. */
export function rowwise(rule: {
  name: string;
  forward: (row: number[]) => number[];
  gradient: (dy: Value, y: Value) => Value;
}): Operator<{ axis: -1 }> {
  return operator<{ axis: -1 }>({
    name: rule.name,
    attributes: { axis: 'int' },
    infer(inputs, { axis }) {
      requireCount(inputs, 1);
      requireType(inputs[0], 'float');
      const rank = inputs[0].shape.length;
      require(rank > 0 && (axis === -1 || axis === rank - 1), `it works along the last axis (-1), not ${axis}`);
      return float(inputs[0].shape);
    },
    forward([x]) {
      const width = x.shape[x.shape.length - 1];
      const data = new Float64Array(x.data.length);
      for (let i = 0; i < data.length; i += width) data.set(rule.forward(Array.from(x.data.subarray(i, i + width))), i);
      return data;
    },
    gradient: ({ dy, y }) => [rule.gradient(dy, y)],
    stack: ({ inputs, apply }) => apply(inputs, { axis: -1 }),
    samples: () => [
      ...lengths.map((n) => ({ label: `length ${n}`, inputs: [uniform([2, n])], attributes: { axis: -1 } })),
      { label: 'three axes', inputs: [uniform([2, 3, 4])], attributes: { axis: -1 } },
      { label: 'empty', inputs: [floats([0, 3], [])], attributes: { axis: -1 } },
      {
        label: 'large',
        inputs: [floats([2, 3], [1000, 0, -1000, 88, 89, 90])],
        attributes: { axis: -1 },
        noGradient: 'too large for a finite difference',
      },
      { label: 'ties', inputs: [floats([1, 4], [5, 5, 5, 5])], attributes: { axis: -1 } },
    ],
  });
}
