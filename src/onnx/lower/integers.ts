import { broadcast, sizeOf, stridesOf } from '../../base/index.ts';
import type { Lowering, ReadNode } from './node.ts';
import { type Integers, integers } from './tensors.ts';

/** Two lists of whole numbers, with NumPy broadcasting. */
const pairwise =
  (f: (a: number, b: number) => number) =>
  ([a, b]: Integers[]): Integers | undefined => {
    const shape = broadcast(a.shape, b.shape);
    if (!shape) return undefined;
    const at = ({ data, shape: own }: Integers, i: number) => {
      const lead = shape.length - own.length;
      const strides = stridesOf(shape);
      const inner = stridesOf(own);
      const place = own.reduce(
        (sum, n, axis) =>
          sum + (n === 1 ? 0 : (Math.floor(i / strides[lead + axis]) % shape[lead + axis]) * inner[axis]),
        0,
      );
      return data[place];
    };
    return integers(
      Array.from({ length: sizeOf(shape) }, (_, i) => f(at(a, i), at(b, i))),
      shape,
    );
  };

/** Entries of a list, or rows of a table, also backwards. */
function sliced([x, starts, ends, axes, steps]: Integers[], node: ReadNode): Integers | undefined {
  const [axis] = (node.given.axes as number[] | undefined) ?? axes?.data ?? [0];
  if (axis !== 0 && axis !== -x.shape.length) return undefined;
  const size = x.shape[0];
  const row = x.data.length / size;
  const [from] = (node.given.starts as number[] | undefined) ?? starts.data;
  const [to] = (node.given.ends as number[] | undefined) ?? ends.data;
  const step = steps?.data[0] ?? 1;
  const place = (n: number) => (n < 0 ? n + size : n);
  const taken: number[] = [];
  if (step > 0) for (let i = Math.max(0, place(from)); i < Math.min(size, place(to)); i += step) taken.push(i);
  else for (let i = Math.min(size - 1, place(from)); i > Math.max(-1, place(to)); i += step) taken.push(i);
  return integers(
    taken.flatMap((i) => x.data.slice(i * row, (i + 1) * row)),
    [taken.length, ...x.shape.slice(1)],
  );
}

type Rule = (known: Integers[], node: ReadNode) => Integers | undefined;

/** Rules over vectors and single numbers, which is all that shapes are. */
const rules: Readonly<Record<string, Rule>> = {
  Add: pairwise((a, b) => a + b),
  Sub: pairwise((a, b) => a - b),
  Mul: pairwise((a, b) => a * b),
  Div: pairwise((a, b) => Math.trunc(a / b)),
  Mod: pairwise((a, b) => a - b * Math.floor(a / b)),
  Max: (known) => (known.length === 2 ? pairwise(Math.max)(known) : undefined),
  Min: (known) => (known.length === 2 ? pairwise(Math.min)(known) : undefined),
  Equal: pairwise((a, b) => (a === b ? 1 : 0)),
  Greater: pairwise((a, b) => (a > b ? 1 : 0)),
  Less: pairwise((a, b) => (a < b ? 1 : 0)),
  Where: ([condition, a, b]) => {
    const yes = pairwise((c, n) => (c ? n : 0))([condition, a]);
    const no = pairwise((c, n) => (c ? 0 : n))([condition, b]);
    return yes && no && pairwise((m, n) => m + n)([yes, no]);
  },
  Neg: ([x]) =>
    integers(
      x.data.map((n) => -n),
      x.shape,
    ),
  Concat: (known) =>
    known.every(({ shape }) => shape.length === 1) ? integers(known.flatMap(({ data }) => [...data])) : undefined,
  Expand: ([x, shape]) => pairwise((a) => a)([x, integers(new Array<number>(sizeOf(shape.data)).fill(0), shape.data)]),
  Gather: ([x, at]) =>
    x.shape.length === 1
      ? integers(
          at.data.map((i) => x.data[i < 0 ? i + x.data.length : i]),
          at.shape,
        )
      : undefined,
  Range: ([
    {
      data: [start],
    },
    {
      data: [end],
    },
    {
      data: [step],
    },
  ]) => integers(Array.from({ length: Math.max(0, Math.ceil((end - start) / step)) }, (_, i) => start + i * step)),
  ReduceProd: ([x], node) => integers([sizeOf(x.data)], node.number('keepdims', 1) ? [1] : []),
  ReduceSum: ([x], node) => integers([x.data.reduce((a, b) => a + b, 0)], node.number('keepdims', 1) ? [1] : []),
  Reshape: ([x, { data }]) => {
    const known = data.filter((n) => n !== -1).reduce((a, b) => a * b, 1);
    return integers(
      x.data,
      data.map((n) => (n === -1 ? x.data.length / known : n)),
    );
  },
  Slice: sliced,
  Transpose: ([x]) => {
    const [rows, columns] = x.shape;
    if (x.shape.length !== 2) return undefined;
    return integers(
      x.data.map((_, i) => x.data[(i % rows) * columns + Math.floor(i / rows)]),
      [columns, rows],
    );
  },
};

export const onShapes: readonly string[] = Object.keys(rules);

/** Whole numbers computed from whole numbers, as files do to find a shape; undefined where it takes more than that. */
export const integerRule = (type: string): Lowering | undefined => {
  const rule = rules[type];
  return (
    rule &&
    ((node) => {
      const known = node.known();
      return known && known.length > 0 ? rule(known, node) : undefined;
    })
  );
};
