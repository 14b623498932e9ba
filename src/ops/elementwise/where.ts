import { allocate, broadcast, formatShape, sizeOf } from '../../base/index.ts';
import { type Operator, operator, require, requireCount, requireType } from '../operator.ts';
import { bools, floats, uniform } from '../samples.ts';
import { elementwise } from '../stacked.ts';
import { sumTo } from '../sumTo.ts';
import { positionsIn } from './families.ts';

/** a where the condition holds, b elsewhere; all three broadcast. The side not taken sends no gradient, not even NaN. */
export const where: Operator = operator({
  name: 'Where',
  infer(inputs) {
    requireCount(inputs, 3);
    const [condition, a, b] = inputs;
    requireType(condition, 'bool');
    require(a.dtype === b.dtype, `both choices need the same type, not ${a.dtype} and ${b.dtype}`);
    const choices = broadcast(a.shape, b.shape);
    const shape = choices && broadcast(condition.shape, choices);
    require(shape !== undefined, `${inputs.map((x) => formatShape(x.shape)).join(', ')} do not broadcast`);
    return { dtype: a.dtype, shape };
  },
  forward([condition, a, b], _, output) {
    const [pc, pa, pb] = [condition, a, b].map((x) => positionsIn(x.shape, output.shape));
    const data = allocate(output.dtype, sizeOf(output.shape));
    for (let i = 0; i < data.length; i++) data[i] = condition.data[pc[i]] ? a.data[pa[i]] : b.data[pb[i]];
    return data;
  },
  gradient: ({ dy, inputs: [condition, a, b], needs }) => [
    null,
    needs[1] ? sumTo(where(condition, dy, dy.graph.scalar(0, 'float')), a.shape) : null,
    needs[2] ? sumTo(where(condition, dy.graph.scalar(0, 'float'), dy), b.shape) : null,
  ],
  stack: elementwise,
  samples: () => [
    { label: 'matrix', inputs: [bools([2, 3], [1, 0, 1, 0, 0, 1]), uniform([2, 3]), uniform([2, 3], -2, 2, 5)] },
    { label: 'broadcast', inputs: [bools([2, 1], [1, 0]), uniform([3]), uniform([])] },
    { label: 'empty', inputs: [bools([0], []), floats([0], []), floats([], [1])] },
    {
      label: 'NaN not taken',
      inputs: [bools([2], [1, 0]), floats([2], [1, NaN]), floats([2], [NaN, 2])],
      noGradient: 'NaN',
    },
  ],
});
