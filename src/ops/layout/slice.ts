import { allocate, formatShape, type Shape, sizeOf, stridesOf } from '../../base/index.ts';
import type { Attributes, Value } from '../../graph/index.ts';
import { operator, require, requireCount } from '../operator.ts';
import { floats, uniform } from '../samples.ts';
import { concat } from './concat.ts';
import { pad } from './pad.ts';
import { reshape } from './reshape.ts';

export type SliceAttributes = {
  starts: readonly number[];
  ends: readonly number[];
  axes: readonly number[];
  steps: readonly number[];
};

/** Every steps-th entry from starts up to (not including) ends, along the named axes. Steps are positive. */
export const slice = operator<SliceAttributes>({
  name: 'Slice',
  attributes: { starts: 'input', ends: 'input', axes: 'input', steps: 'input' },
  infer(inputs, attributes) {
    requireCount(inputs, 1);
    const { dtype, shape } = inputs[0];
    const { starts, ends, axes, steps } = attributes as SliceAttributes;
    for (const [i, axis] of axes.entries())
      require(axis >= 0 &&
        axis < shape.length &&
        starts[i] >= 0 &&
        ends[i] >= starts[i] &&
        ends[i] <= shape[axis] &&
        steps[i] > 0, `${starts[i]} to ${ends[i]} by ${steps[i]} is no range of axis ${axis} of ${formatShape(shape)}`);
    return { dtype, shape: ranges(shape, attributes).map(({ count }) => count) };
  },
  forward([x], attributes, { dtype, shape }) {
    const kept = ranges(x.shape, attributes);
    const strides = stridesOf(x.shape);
    let positions: number[] | Int32Array = [0];
    kept.forEach(({ start, step, count }, axis) => {
      const next = new Int32Array(positions.length * count);
      for (let p = 0; p < positions.length; p++)
        for (let k = 0; k < count; k++) next[p * count + k] = positions[p] + (start + k * step) * strides[axis];
      positions = next;
    });
    const data = allocate(dtype, sizeOf(shape));
    for (let i = 0; i < data.length; i++) data[i] = x.data[positions[i]];
    return data;
  },
  gradient({ dy, inputs: [x], attributes }) {
    const kept = ranges(x.shape, attributes);
    let grown = dy;
    kept.forEach(({ start, step, count }, axis) => {
      if (step > 1 && count > 1) grown = spread(grown, axis, step);
      const tail = x.shape[axis] - start - grown.shape[axis];
      if (start > 0 || tail > 0) grown = padAxis(grown, axis, start, tail);
    });
    return [grown];
  },
  stack: ({ inputs, attributes, apply }) =>
    apply(inputs, { ...attributes, axes: (attributes.axes as number[]).map((axis) => axis + 1) }),
  samples: () => [
    { label: 'rows', inputs: [uniform([4, 3])], attributes: { starts: [1], ends: [3], axes: [0], steps: [1] } },
    {
      label: 'window',
      inputs: [uniform([2, 2, 5, 5])],
      attributes: { starts: [1, 0], ends: [4, 3], axes: [2, 3], steps: [1, 1] },
    },
    {
      label: 'every second',
      inputs: [uniform([2, 5, 6])],
      attributes: { starts: [0, 1], ends: [5, 6], axes: [1, 2], steps: [2, 2] },
    },
    {
      label: 'empty range',
      inputs: [floats([2, 2], [1, 2, 3, 4])],
      attributes: { starts: [1], ends: [1], axes: [1], steps: [1] },
    },
    { label: 'all', inputs: [uniform([3])], attributes: { starts: [0], ends: [3], axes: [0], steps: [1] } },
  ],
});

function ranges(shape: Shape, attributes: Attributes): { start: number; step: number; count: number }[] {
  const { starts, ends, axes, steps } = attributes as SliceAttributes;
  return shape.map((size, axis) => {
    const i = axes.indexOf(axis);
    return i < 0
      ? { start: 0, step: 1, count: size }
      : { start: starts[i], step: steps[i], count: Math.ceil((ends[i] - starts[i]) / steps[i]) };
  });
}

/** Puts step-1 zeros between neighbours along an axis. */
function spread(x: Value, axis: number, step: number): Value {
  const lifted = reshape(x, { shape: [...x.shape.slice(0, axis + 1), 1, ...x.shape.slice(axis + 1)] });
  const zeroShape = lifted.shape.map((n, i) => (i === axis + 1 ? step - 1 : n));
  const zeros = x.graph.constant({ dtype: 'float', shape: zeroShape, data: new Float64Array(sizeOf(zeroShape)) });
  const wide = reshape(concat(lifted, zeros, { axis: axis + 1 }), {
    shape: x.shape.map((n, i) => (i === axis ? n * step : n)),
  });
  const end = (x.shape[axis] - 1) * step + 1;
  return slice(wide, { starts: [0], ends: [end], axes: [axis], steps: [1] });
}

function padAxis(x: Value, axis: number, before: number, after: number): Value {
  const pads = new Array<number>(2 * x.shape.length).fill(0);
  pads[axis] = before;
  pads[axis + x.shape.length] = after;
  return pad(x, { pads });
}
