import { axisOf, formatShape, type Shape, sizeOf, stridesOf, type Tensor } from '../../base/index.ts';
import type { Attributes, GradientContext, Sample, Value } from '../../graph/index.ts';
import { reshape } from '../layout/reshape.ts';
import { float, type Operator, operator, require, requireCount, requireType } from '../operator.ts';
import { distinct, floats, lengths } from '../samples.ts';

export type ReduceAttributes = { axes: readonly number[]; keepdims: 0 | 1 };

type Reduce = {
  name: string;
  start: number;
  step: (sum: number, x: number) => number;
  finish?: (sum: number, count: number) => number;
  gradient: (context: GradientContext & { x: Value; dyKept: Value; yKept: Value; count: number }) => Value;
  branches?: (x: Tensor, attributes: Attributes) => ArrayLike<number>;
  samples?: readonly Sample[];
};

/** Folds the given axes away; `keepdims: 1` leaves them with length 1. */
export function reduction({
  name,
  start,
  step,
  finish = (sum) => sum,
  gradient,
  branches,
  samples = [],
}: Reduce): Operator<ReduceAttributes> {
  return operator<ReduceAttributes>({
    name,
    attributes: { axes: 'input', keepdims: 'int' },
    infer(inputs, attributes) {
      requireCount(inputs, 1);
      requireType(inputs[0], 'float');
      return float(reducedShape(inputs[0].shape, attributes));
    },
    forward([x], attributes, output) {
      const sums = new Float64Array(sizeOf(output.shape)).fill(start);
      const target = reducedPositions(x.shape, attributes);
      for (let i = 0; i < x.data.length; i++) sums[target[i]] = step(sums[target[i]], x.data[i]);
      return sums.map((sum) => finish(sum, reducedCount(x.shape, attributes)));
    },
    gradient(context) {
      const [x] = context.inputs;
      const kept = reducedShape(x.shape, { ...context.attributes, keepdims: 1 });
      const [dyKept, yKept] = [context.dy, context.y].map((v) => reshape(v, { shape: kept }));
      return [gradient({ ...context, x, dyKept, yKept, count: reducedCount(x.shape, context.attributes) })];
    },
    stack: ({ inputs: [x], attributes, apply }) =>
      apply([x], {
        ...attributes,
        axes: normalAxes(x.shape.slice(1), attributes.axes as number[]).map((axis) => axis + 1),
      }),
    branches: branches && (([x], attributes) => branches(x, attributes)),
    samples: () => [...reduceSamples(), ...samples],
  });
}

function reduceSamples(): Sample[] {
  const all = (label: string, x: Tensor, axes: number[], keepdims: 0 | 1 = 0): Sample => ({
    label,
    inputs: [x],
    attributes: { axes, keepdims },
  });
  return [
    ...lengths.map((n) => all(`length ${n}`, distinct([n]), [0])),
    all('first of two', distinct([3, 4]), [0]),
    all('last of two', distinct([3, 4]), [1]),
    all('kept', distinct([3, 4]), [1], 1),
    all('middle', distinct([2, 3, 4]), [1], 1),
    all('first and last', distinct([2, 3, 4]), [0, 2]),
    all('batch and space', distinct([2, 3, 2, 2]), [0, 2, 3], 1),
    all('all', distinct([2, 3]), [0, 1]),
    all('length-1 axis', distinct([3, 1]), [1]),
    all('empty result', floats([0, 3], []), [1]),
    {
      ...all('large', floats([2, 3], [1e30, -1e30, 1, 1e18, 1e-18, 0]), [1]),
      noGradient: 'too large for a finite difference',
    },
  ];
}

export const normalAxes = (shape: Shape, axes: readonly number[]): number[] =>
  axes.map((axis) => {
    const index = axisOf(axis, shape.length);
    require(index !== undefined, `${formatShape(shape)} has no axis ${axis}`);
    return index;
  });

export function reducedShape(shape: Shape, attributes: Attributes): number[] {
  const axes = new Set(normalAxes(shape, attributes.axes as number[]));
  return attributes.keepdims
    ? shape.map((size, axis) => (axes.has(axis) ? 1 : size))
    : shape.filter((_, axis) => !axes.has(axis));
}

const reducedCount = (shape: Shape, attributes: Attributes): number =>
  normalAxes(shape, attributes.axes as number[]).reduce((n, axis) => n * shape[axis], 1);

/** For each position of the input, the position in the result that it is folded into. */
export function reducedPositions(shape: Shape, attributes: Attributes): Int32Array {
  const kept = reducedShape(shape, { ...attributes, keepdims: 1 });
  const strides = stridesOf(kept).map((stride, axis) => (kept[axis] === 1 ? 0 : stride));
  let positions = new Int32Array(1);
  for (let axis = 0; axis < shape.length; axis++) {
    const next = new Int32Array(positions.length * shape[axis]);
    for (let p = 0; p < positions.length; p++)
      for (let k = 0; k < shape[axis]; k++) next[p * shape[axis] + k] = positions[p] + k * strides[axis];
    positions = next;
  }
  return positions;
}
