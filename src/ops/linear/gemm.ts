import { formatShape, type Tensor } from '../../base/index.ts';
import { add } from '../elementwise/add.ts';
import { float, type Operator, operator, require, requireRank, requireType } from '../operator.ts';
import { floats, uniform } from '../samples.ts';
import { lifted } from '../stacked.ts';
import { sumTo } from '../sumTo.ts';
import { matmul, swapLast } from './matmul.ts';

export type GemmAttributes = { transA: 0 | 1; transB: 0 | 1 };

/** A B + C for matrices, either factor transposed on the way; C may be left out and broadcasts. */
export const gemm: Operator<GemmAttributes> = operator<GemmAttributes>({
  name: 'Gemm',
  attributes: { transA: 'int', transB: 'int' },
  infer(inputs, { transA, transB }) {
    require(inputs.length === 2 || inputs.length === 3, `it takes 2 or 3 inputs, not ${inputs.length}`);
    const [a, b, c] = inputs;
    for (const x of inputs) requireType(x, 'float');
    requireRank(a, 2, 'the left matrix');
    requireRank(b, 2, 'the right matrix');
    const [m, inner] = transA ? [a.shape[1], a.shape[0]] : a.shape;
    const [innerB, n] = transB ? [b.shape[1], b.shape[0]] : b.shape;
    require(inner ===
      innerB, `${formatShape(a.shape)}${transA ? ' transposed' : ''} has rows of ${inner}, ${formatShape(b.shape)}${transB ? ' transposed' : ''} has columns of ${innerB}`);
    if (c)
      require(c.shape.length <= 2 &&
        [m, n]
          .slice(2 - c.shape.length)
          .every(
            (s, i) => c.shape[i] === s || c.shape[i] === 1,
          ), `${formatShape(c.shape)} does not stretch to ${formatShape([m, n])}`);
    return float([m, n]);
  },
  forward([a, b, c], { transA, transB }, { shape: [m, n] }) {
    const inner = transA ? a.shape[0] : a.shape[1];
    const result = new Float64Array(m * n);
    const [rowA, stepA] = transA ? [1, m] : [inner, 1];
    const [stepB, columnB] = transB ? [1, inner] : [n, 1];
    for (let i = 0; i < m; i++)
      for (let j = 0; j < n; j++) {
        let sum = 0;
        for (let k = 0; k < inner; k++) sum += a.data[i * rowA + k * stepA] * b.data[k * stepB + j * columnB];
        result[i * n + j] = sum + (c ? stretched(c, i, j) : 0);
      }
    return result;
  },
  gradient({ dy, inputs: [a, b, c], attributes, needs }) {
    const { transA, transB } = attributes as GemmAttributes;
    const flip = (t: 0 | 1) => (1 - t) as 0 | 1;
    const toA = () =>
      transA ? gemm(b, dy, { transA: transB, transB: 1 }) : gemm(dy, b, { transA: 0, transB: flip(transB) });
    const toB = () =>
      transB ? gemm(dy, a, { transA: 1, transB: transA }) : gemm(a, dy, { transA: flip(transA), transB: 0 });
    const gradients = [needs[0] ? toA() : null, needs[1] ? toB() : null];
    return c ? [...gradients, needs[2] ? sumTo(dy, c.shape) : null] : gradients;
  },
  stack({ inputs: [a, b, c], stacked, attributes: { transA, transB } }) {
    const product = matmul(transA ? swapLast(a) : a, transB ? swapLast(b) : b);
    if (!c) return product;
    return add(product, stacked[2] ? lifted(c, 2) : c);
  },
  samples: () => [
    ...([0, 1] as const).flatMap((transA) =>
      ([0, 1] as const).map((transB) => ({
        label: `transA ${transA}, transB ${transB}`,
        inputs: [uniform(transA ? [4, 3] : [3, 4]), uniform(transB ? [5, 4] : [4, 5])],
        attributes: { transA, transB },
      })),
    ),
    ...[[5], [3, 1], [1, 5], [1], []].map((bias) => ({
      label: `bias ${formatShape(bias)}`,
      inputs: [uniform([3, 4]), uniform([4, 5]), uniform(bias)],
      attributes: { transA: 0, transB: 0 },
    })),
    {
      label: 'length-1 axes',
      inputs: [uniform([1, 1]), uniform([1, 9]), uniform([9])],
      attributes: { transA: 0, transB: 0 },
    },
    { label: 'odd lengths', inputs: [uniform([7, 17]), uniform([17, 9])], attributes: { transA: 0, transB: 0 } },
    { label: 'no rows', inputs: [floats([0, 3], []), uniform([3, 2])], attributes: { transA: 0, transB: 0 } },
  ],
});

function stretched(c: Tensor, i: number, j: number): number {
  const [rows, columns] = c.shape.length === 2 ? c.shape : [1, c.shape[0] ?? 1];
  return c.data[(rows === 1 ? 0 : i) * columns + (columns === 1 ? 0 : j)];
}
