import { allocate, axisOf, formatShape, sizeOf } from '../../base/index.ts';
import { operator, require } from '../operator.ts';
import { floats, uniform } from '../samples.ts';
import { expand } from './expand.ts';
import { slice } from './slice.ts';

/** Puts tensors one after the other along an axis; the other axes agree. */
export const concat = operator<{ axis: number }>({
  name: 'Concat',
  attributes: { axis: 'int' },
  infer(inputs, attributes) {
    require(inputs.length > 0, 'it needs at least one input');
    const [{ dtype, shape }] = inputs;
    const axis = axisOf(attributes.axis as number, shape.length);
    require(axis !== undefined, `${formatShape(shape)} has no axis ${attributes.axis}`);
    for (const x of inputs)
      require(x.dtype === dtype &&
        x.shape.length === shape.length &&
        x.shape.every(
          (n, i) => i === axis || n === shape[i],
        ), `${formatShape(x.shape)} does not continue ${formatShape(shape)} along axis ${axis}`);
    return { dtype, shape: shape.map((n, i) => (i === axis ? inputs.reduce((sum, x) => sum + x.shape[i], 0) : n)) };
  },
  forward(inputs, attributes, { dtype, shape }) {
    const axis = axisOf(attributes.axis as number, shape.length)!;
    const data = allocate(dtype, sizeOf(shape));
    const outer = sizeOf(shape.slice(0, axis));
    let at = 0;
    for (let row = 0; row < outer; row++)
      for (const x of inputs) {
        const run = sizeOf(x.shape.slice(axis));
        data.set(x.data.subarray(row * run, (row + 1) * run), at);
        at += run;
      }
    return data;
  },
  gradient({ dy, inputs, attributes, needs }) {
    const axis = axisOf(attributes.axis as number, dy.shape.length)!;
    let start = 0;
    return inputs.map((x, i) => {
      const from = start;
      start += x.shape[axis];
      return needs[i] ? slice(dy, { starts: [from], ends: [start], axes: [axis], steps: [1] }) : null;
    });
  },
  stack({ inputs, stacked, attributes, count, apply }) {
    const all = inputs.map((x, i) => (stacked[i] ? x : expand(x, { shape: [count, ...x.shape] })));
    return apply(all, { axis: axisOf(attributes.axis as number, all[0].shape.length - 1)! + 1 });
  },
  samples: () => [
    { label: 'rows', inputs: [uniform([1, 3]), uniform([2, 3])], attributes: { axis: 0 } },
    { label: 'columns', inputs: [uniform([2, 1]), uniform([2, 2]), uniform([2, 3])], attributes: { axis: -1 } },
    { label: 'one', inputs: [uniform([2])], attributes: { axis: 0 } },
    { label: 'with empty', inputs: [floats([0, 2], []), uniform([1, 2])], attributes: { axis: 0 } },
  ],
});
