import { allocate, broadcast, formatShape, type Shape, stridesOf, type TensorData } from '../../base/index.ts';
import type { GradientContext, OperatorSpec, Sample, TypeAndShape, Value } from '../../graph/index.ts';
import { type Operator, operator, require, requireCount, requireType } from '../operator.ts';
import { floats, lengths, uniform } from '../samples.ts';
import { elementwise } from '../stacked.ts';
import { sumTo } from '../sumTo.ts';

type Unary = {
  name: string;
  forward: (x: number) => number;
  gradient: (dy: Value, x: Value, y: Value) => Value | null;
  /** The side of its kinks on which x lies. */
  branch?: (x: number) => number;
  /** Where the function is defined; samples stay inside. */
  domain?: readonly [number, number];
  extremes?: readonly number[];
  attributes?: OperatorSpec['attributes'];
  samples?: readonly Sample[];
};

/** One number in, one number out, float to float. */
export function unary({
  name,
  forward,
  gradient,
  branch,
  domain = [-3, 3],
  extremes = [],
  samples = [],
}: Unary): Operator {
  return operator({
    name,
    infer(inputs) {
      requireCount(inputs, 1);
      requireType(inputs[0], 'float');
      return { dtype: 'float', shape: inputs[0].shape };
    },
    forward: ([x]) => Float64Array.from(x.data, forward),
    gradient: ({ dy, y, inputs: [x] }) => [gradient(dy, x, y)],
    stack: elementwise,
    branches: branch && (([x]) => Int32Array.from(x.data, branch)),
    samples: () => [
      ...lengths.map((n) => ({ label: `length ${n}`, inputs: [uniform([n], ...domain)] })),
      { label: 'scalar', inputs: [uniform([], ...domain)] },
      { label: 'matrix', inputs: [uniform([3, 5], ...domain)] },
      { label: 'empty', inputs: [floats([0, 3], [])] },
      ...(extremes.length
        ? [
            {
              label: 'extremes',
              inputs: [floats([extremes.length], [...extremes])],
              noGradient: 'kinks, or slopes too steep for a finite difference',
            },
          ]
        : []),
      ...samples,
    ],
  });
}

type Binary = {
  name: string;
  types?: readonly ('float' | 'int32')[];
  result?: 'bool';
  forward: (a: number, b: number) => number;
  /** int32 arithmetic wraps around, as in ONNX Runtime. */
  forwardInt?: (a: number, b: number) => number;
  gradient?: (dy: Value, a: Value, b: Value, y: Value) => [() => Value, () => Value];
  branch?: (a: number, b: number) => number;
  samples: readonly Sample[];
};

/** Two numbers in, one out, with NumPy broadcasting; a gradient that was broadcast is summed back. */
export function binary(spec: Binary): Operator {
  const types = spec.types ?? ['float', 'int32'];
  const forwardInt = spec.forwardInt ?? spec.forward;
  return operator({
    name: spec.name,
    infer: (inputs) => ({ dtype: spec.result ?? inputs[0].dtype, shape: broadcastPair(inputs, types) }),
    forward: ([a, b], _, output) => {
      const f = a.dtype === 'float' ? spec.forward : forwardInt;
      const data = allocate(
        output.dtype,
        output.shape.reduce((n, s) => n * s, 1),
      );
      forEachPair(a.shape, b.shape, output.shape, (i, ia, ib) => {
        data[i] = f(a.data[ia], b.data[ib]);
      });
      return data;
    },
    gradient: spec.gradient && binaryGradient(spec.gradient),
    stack: elementwise,
    branches: spec.branch && (([a, b]) => branchesOf(a.shape, b.shape, a.data, b.data, spec.branch!)),
    samples: () => spec.samples,
  });
}

function binaryGradient(rule: NonNullable<Binary['gradient']>) {
  return ({ dy, y, inputs: [a, b], needs }: GradientContext) => {
    if (a.dtype !== 'float') return [null, null];
    const [toA, toB] = rule(dy, a, b, y);
    return [needs[0] ? sumTo(toA(), a.shape) : null, needs[1] ? sumTo(toB(), b.shape) : null];
  };
}

function branchesOf(a: Shape, b: Shape, x: TensorData, y: TensorData, branch: (a: number, b: number) => number) {
  const out = broadcast(a, b)!;
  const sides = new Int32Array(out.reduce((n, s) => n * s, 1));
  forEachPair(a, b, out, (i, ia, ib) => {
    sides[i] = branch(x[ia], y[ib]);
  });
  return sides;
}

function broadcastPair(inputs: readonly TypeAndShape[], types: readonly string[]): Shape {
  requireCount(inputs, 2);
  const [a, b] = inputs;
  require(a.dtype === b.dtype, `both sides need the same type, not ${a.dtype} and ${b.dtype}`);
  require(types.includes(a.dtype), `it needs ${types.join(' or ')}, not ${a.dtype}`);
  const shape = broadcast(a.shape, b.shape);
  require(shape !== undefined, `${formatShape(a.shape)} and ${formatShape(b.shape)} do not broadcast`);
  return shape;
}

/** Calls back with matching positions of two operands stretched to the common shape. */
export function forEachPair(a: Shape, b: Shape, out: Shape, visit: (i: number, ia: number, ib: number) => void): void {
  const positionsA = positionsIn(a, out);
  const positionsB = positionsIn(b, out);
  for (let i = 0; i < positionsA.length; i++) visit(i, positionsA[i], positionsB[i]);
}

/** For each position of `out`, the position in a tensor of shape `from` that broadcasts to it. */
export function positionsIn(from: Shape, out: Shape): Int32Array {
  const size = out.reduce((n, s) => n * s, 1);
  const lead = out.length - from.length;
  const strides = stridesOf(from);
  let positions = new Int32Array(1);
  for (let axis = 0; axis < out.length; axis++) {
    const stride = axis < lead || from[axis - lead] === 1 ? 0 : strides[axis - lead];
    const next = new Int32Array(positions.length * out[axis]);
    for (let p = 0; p < positions.length; p++)
      for (let k = 0; k < out[axis]; k++) next[p * out[axis] + k] = positions[p] + k * stride;
    positions = next;
  }
  return size === 0 ? new Int32Array(0) : positions;
}

/** Shapes that broadcast in every way that matters, with values in the asked range. */
export function broadcastSamples(low: number, high: number, lowB = low, highB = high): Sample[] {
  const pair = (label: string, a: Shape, b: Shape): Sample => ({
    label,
    inputs: [uniform(a, low, high, 3), uniform(b, lowB, highB, 4)],
  });
  return [
    ...lengths.map((n) => pair(`length ${n}`, [n], [n])),
    pair('scalar right', [2, 3], []),
    pair('scalar left', [], [2, 3]),
    pair('row', [4, 3], [3]),
    pair('column', [4, 3], [4, 1]),
    pair('outer', [4, 1], [1, 3]),
    pair('channels', [2, 3, 2, 2], [1, 3, 1, 1]),
    pair('length-1 axes', [1, 1], [1]),
    pair('empty', [0, 3], [3]),
  ];
}
