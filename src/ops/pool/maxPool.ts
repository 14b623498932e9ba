import { sizeOf } from '../../base/index.ts';
import type { Value } from '../../graph/index.ts';
import { add } from '../elementwise/add.ts';
import { cast } from '../elementwise/cast.ts';
import { div } from '../elementwise/div.ts';
import { equal } from '../elementwise/equal.ts';
import { mul } from '../elementwise/mul.ts';
import { pad } from '../layout/pad.ts';
import { reshape } from '../layout/reshape.ts';
import { slice } from '../layout/slice.ts';
import { gemm } from '../linear/gemm.ts';
import { forEachTap } from '../linear/window.ts';
import { operator } from '../operator.ts';
import { distinct, floats } from '../samples.ts';
import { inferPool, type PoolAttributes, poolKinds } from './families.ts';
import { nearest, resize } from './resize.ts';

/** Largest number in each window; padding never wins. At a tie the winners share the gradient equally (PyTorch gives it to the first). */
export const maxPool = operator<PoolAttributes>({
  name: 'MaxPool',
  attributes: poolKinds,
  infer: inferPool,
  forward: ([x], attributes, { shape }) =>
    Float64Array.from(winners(x, attributes as unknown as PoolAttributes, shape), (i) => x.data[i]),
  gradient: ({ dy, y, inputs: [x], attributes }) => [
    maxPoolGradient(dy, y, x, attributes as unknown as PoolAttributes),
  ],
  branches: ([x], attributes) => winners(x, attributes as unknown as PoolAttributes, inferPool([x], attributes).shape),
  samples: () => {
    const sample = (
      label: string,
      shape: number[],
      kernel: [number, number],
      strides: [number, number],
      pads: PoolAttributes['pads'] = [0, 0, 0, 0],
    ) => ({
      label,
      inputs: [distinct(shape)],
      attributes: { kernel_shape: kernel, strides, pads, dilations: [1, 1] },
    });
    return [
      sample('2x2', [2, 3, 4, 6], [2, 2], [2, 2]),
      sample('2x2 with a rest', [1, 2, 5, 7], [2, 2], [2, 2]),
      sample('overlapping', [2, 2, 6, 6], [3, 3], [2, 2]),
      sample('padded', [1, 2, 5, 5], [3, 3], [2, 2], [1, 1, 1, 1]),
      sample('stride 1', [1, 1, 4, 4], [2, 2], [1, 1]),
      sample('gaps', [1, 1, 7, 7], [2, 2], [3, 3]),
      {
        ...sample('dilated', [1, 2, 6, 7], [2, 2], [1, 2]),
        attributes: { ...sample('', [1], [2, 2], [1, 2]).attributes, dilations: [2, 3] },
      },
      sample('whole image', [2, 2, 3, 3], [3, 3], [3, 3]),
      {
        ...sample('ties', [1, 1, 4, 4], [2, 2], [2, 2]),
        inputs: [floats([1, 1, 4, 4], [0, 0, 1, 1, 0, 0, 0, 1, 2, 3, 5, 5, 3, 3, 5, 5])],
        noGradient: 'ties are kinks; a test of its own states who gets what',
      },
    ];
  },
});

function winners(
  x: { shape: readonly number[]; data: ArrayLike<number> },
  { kernel_shape, ...window }: PoolAttributes,
  out: readonly number[],
): Int32Array {
  const [n, c, height, width] = x.shape;
  const best = new Int32Array(sizeOf(out)).fill(-1);
  for (let plane = 0; plane < n * c; plane++)
    forEachTap([height, width], [out[2], out[3]], kernel_shape, window, (p, q, _i, _j, row, column) => {
      const from = (plane * height + row) * width + column;
      const to = (plane * out[2] + p) * out[3] + q;
      if (best[to] < 0 || x.data[from] > x.data[best[to]]) best[to] = from;
    });
  return best;
}

function maxPoolGradient(dy: Value, y: Value, x: Value, attributes: PoolAttributes): Value {
  const { kernel_shape, strides, pads, dilations } = attributes;
  const tiles =
    dilations.every((d) => d === 1) &&
    [0, 1].every((i) => strides[i] === kernel_shape[i] && y.shape[2 + i] * strides[i] === x.shape[2 + i]);
  return tiles && pads.every((p) => p === 0) ? overTiles(dy, y, x, kernel_shape) : overTaps(dy, y, x, attributes);
}

/** Windows that tile the image: the maximum is repeated over its window, compared, and the winners share. */
function overTiles(dy: Value, y: Value, x: Value, kernel: readonly [number, number]): Value {
  const repeated = nearest(x.shape);
  const won = cast(equal(x, resize(y, repeated)), { to: 'float' });
  const share = reshape(windowSums(won, kernel), { shape: dy.shape });
  return mul(won, resize(div(dy, share), repeated));
}

/** Sum of each tile, as one product with a constant 0/1 matrix: rows of tiles lie together in memory. */
function windowSums(x: Value, [kh, kw]: readonly [number, number]): Value {
  const width = x.shape[3];
  const columns = width / kw;
  const belongs = new Float64Array(kh * width * columns);
  for (let i = 0; i < kh * width; i++) belongs[i * columns + Math.floor((i % width) / kw)] = 1;
  const tiles = x.graph.constant({ dtype: 'float', shape: [kh * width, columns], data: belongs });
  const rows = reshape(x, { shape: [sizeOf(x.shape) / (kh * width), kh * width] });
  return gemm(rows, tiles, { transA: 0, transB: 0 });
}

/** Windows that overlap, leave gaps or are padded: one kernel tap after the other. */
function overTaps(dy: Value, y: Value, x: Value, { kernel_shape, strides, pads, dilations }: PoolAttributes): Value {
  const lowest = -3.4028234663852886e38;
  const padding = [0, 0, pads[0], pads[1], 0, 0, pads[2], pads[3]];
  const padded = pads.some((p) => p > 0) ? pad(x, { pads: padding, value: lowest }) : x;
  const taps: { won: Value; place: (v: Value) => Value }[] = [];
  for (let i = 0; i < kernel_shape[0]; i++)
    for (let j = 0; j < kernel_shape[1]; j++) {
      const starts = [i * dilations[0], j * dilations[1]];
      const ends = starts.map((start, k) => start + (y.shape[2 + k] - 1) * strides[k] + 1);
      const attributes = { starts, ends, axes: [2, 3], steps: strides };
      const tap = slice(padded, attributes);
      const place = (v: Value) =>
        slice.spec.gradient!({ dy: v, y: tap, inputs: [padded], attributes, needs: [true] })[0]!;
      taps.push({ won: cast(equal(tap, y), { to: 'float' }), place });
    }
  const share = div(
    dy,
    taps.map(({ won }) => won).reduce((a, b) => add(a, b)),
  );
  const total = taps.map(({ won, place }) => place(mul(won, share))).reduce((a, b) => add(a, b));
  if (padded === x) return total;
  const axes = [0, 1, 2, 3];
  return slice(total, {
    starts: padding.slice(0, 4),
    ends: axes.map((a) => padding[a] + x.shape[a]),
    axes,
    steps: [1, 1, 1, 1],
  });
}
