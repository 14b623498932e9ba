import { broadcast, formatShape, type Shape, sameShape } from '../../base/index.ts';
import { positionsIn } from '../elementwise/families.ts';
import { operator, require, requireCount } from '../operator.ts';
import { floats, uniform } from '../samples.ts';
import { lifted } from '../stacked.ts';
import { sumTo } from '../sumTo.ts';

/** Repeats length-1 axes up to the given shape. */
export const expand = operator<{ shape: Shape }>({
  name: 'Expand',
  attributes: { shape: 'input' },
  infer(inputs, { shape }) {
    requireCount(inputs, 1);
    const to = shape as Shape;
    const common = broadcast(inputs[0].shape, to);
    require(common !== undefined &&
      sameShape(common, to), `${formatShape(inputs[0].shape)} does not stretch to ${formatShape(to)}`);
    return { dtype: inputs[0].dtype, shape: to };
  },
  forward: ([x], _, { shape }) => Float64Array.from(positionsIn(x.shape, shape), (i) => x.data[i]),
  gradient: ({ dy, inputs: [x] }) => [sumTo(dy, x.shape)],
  stack: ({ inputs: [x], attributes, count, apply }) => {
    const to = attributes.shape as Shape;
    return apply([lifted(x, to.length)], { shape: [count, ...to] });
  },
  samples: () => [
    { label: 'scalar', inputs: [uniform([])], attributes: { shape: [2, 3] } },
    { label: 'column', inputs: [uniform([2, 1])], attributes: { shape: [2, 3] } },
    { label: 'channels', inputs: [uniform([1, 3, 1, 1])], attributes: { shape: [2, 3, 2, 2] } },
    { label: 'same', inputs: [uniform([3])], attributes: { shape: [3] } },
    { label: 'to empty', inputs: [floats([1], [1])], attributes: { shape: [0] } },
  ],
});
