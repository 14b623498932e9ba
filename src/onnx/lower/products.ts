import { sizeOf } from '../../base/index.ts';
import type { Value } from '../../graph/index.ts';
import {
  abs,
  add,
  div,
  gemm,
  logSoftmax,
  matmul,
  max,
  min,
  mul,
  neg,
  pow,
  reduceMax,
  reduceMean,
  reduceSum,
  reduceSumSquare,
  reshape,
  softmax,
  sqrt,
  sub,
  transpose,
} from '../../ops/index.ts';
import type { Lowering, ReadNode } from './node.ts';

/** alpha and beta go into the factors; where those are constants, they are multiplied while reading. */
const product: Lowering = (node) => {
  const [alpha, beta] = [node.number('alpha', 1), node.number('beta', 1)];
  if (alpha === 1 && beta === 1) return undefined;
  const scaled = (v: Value, by: number) => (by === 1 ? v : mul(v, by));
  const c = node.has(2) && beta !== 0 ? [scaled(node.value(2), beta)] : [];
  const attributes = { transA: node.number('transA', 0) as 0 | 1, transB: node.number('transB', 0) as 0 | 1 };
  return gemm(node.x, scaled(node.value(1), alpha), ...c, attributes);
};

/** A factor of one axis is a row on the left, a column on the right, and its axis is left out of the result. */
const matrix: Lowering = (node) => {
  const [a, b] = [node.x, node.value(1)];
  if (a.shape.length > 1 && b.shape.length > 1) return undefined;
  const row = a.shape.length === 1 ? reshape(a, { shape: [1, a.shape[0]] }) : a;
  const column = b.shape.length === 1 ? reshape(b, { shape: [b.shape[0], 1] }) : b;
  const y = matmul(row, column);
  const rank = y.shape.length;
  const kept = y.shape.filter(
    (_, i) => !(a.shape.length === 1 && i === rank - 2) && !(b.shape.length === 1 && i === rank - 1),
  );
  return reshape(y, { shape: kept });
};

/** Before version 13 everything from the axis on (1 where nothing is said) is one row; since then one axis, wherever it is. */
const rows =
  (operator: typeof softmax): Lowering =>
  (node) => {
    const { x } = node;
    const rank = x.shape.length;
    const axis = node.axis(node.number('axis', node.version < 13 ? 1 : -1), Math.max(rank, 1));
    if (axis === rank - 1) return operator(x, { axis: -1 });
    if (node.version < 13) {
      const flat = reshape(x, { shape: [sizeOf(x.shape.slice(0, axis)), sizeOf(x.shape.slice(axis))] });
      return reshape(operator(flat, { axis: -1 }), { shape: x.shape });
    }
    const perm = x.shape.map((_, i) => (i === axis ? rank - 1 : i === rank - 1 ? axis : i));
    return transpose(operator(transpose(x, { perm }), { axis: -1 }), { perm });
  };

const normalized = (x: Value, axes: readonly number[], epsilon: number): Value => {
  const centered = sub(x, reduceMean(x, { axes, keepdims: 1 }));
  return mul(centered, pow(add(reduceMean(mul(centered, centered), { axes, keepdims: 1 }), epsilon), -0.5));
};

const layerNormalization: Lowering = (node) => {
  const { x } = node;
  const from = node.axis(node.number('axis', -1), x.shape.length);
  const y = mul(
    normalized(
      x,
      x.shape.map((_, i) => i).filter((i) => i >= from),
      node.number('epsilon', 1e-5),
    ),
    node.value(1),
  );
  return node.has(2) ? add(y, node.value(2)) : y;
};

const instanceNormalization: Lowering = (node) => {
  const { x } = node;
  const wide = (v: Value) => reshape(v, { shape: [v.shape[0], ...x.shape.slice(2).map(() => 1)] });
  const axes = x.shape.map((_, i) => i).slice(2);
  return add(mul(normalized(x, axes, node.number('epsilon', 1e-5)), wide(node.value(1))), wide(node.value(2)));
};

/** Max, Min and Sum take any number of inputs in ONNX, two in the table. */
const folded =
  (operator: (a: Value, b: Value) => Value, native = true): Lowering =>
  (node) => {
    const values = node.values();
    return native && values.length === 2 ? undefined : values.reduce((a, b) => operator(a, b));
  };

const over = (node: ReadNode) => ({
  axes: (node.axes(1, node.x.shape.length) ?? []).length
    ? node.axes(1, node.x.shape.length)!
    : node.given.noop_with_empty_axes
      ? []
      : node.x.shape.map((_, i) => i),
  keepdims: node.number('keepdims', 1) as 0 | 1,
});

/** Products, normalizations, sums of several and folds along axes that the table has in another form. */
export const products: Readonly<Record<string, Lowering>> = {
  Gemm: product,
  InstanceNormalization: instanceNormalization,
  LayerNormalization: layerNormalization,
  LogSoftmax: rows(logSoftmax),
  MatMul: matrix,
  Max: folded((a, b) => max(a, b)),
  Mean: (node) => {
    const values = node.values();
    return div(
      values.reduce((a, b) => add(a, b)),
      values.length,
    );
  },
  Min: folded((a, b) => min(a, b)),
  // A whole exponent is often written as int64.
  Pow: (node) => pow(node.x, node.value(1, 'float')),
  ReduceL1: (node) => reduceSum(abs(node.x), over(node)),
  ReduceL2: (node) => sqrt(reduceSumSquare(node.x, over(node))),
  ReduceMin: (node) => neg(reduceMax(neg(node.x), over(node))),
  Softmax: rows(softmax),
  Sum: folded((a, b) => add(a, b), false),
};
