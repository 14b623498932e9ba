import { describe, expect, test } from 'vitest';
import { gradients } from '../../src/autodiff/index.ts';
import { onnxRuntimeEngine, referenceEngine } from '../../src/engine/index.ts';
import { Graph } from '../../src/graph/index.ts';
import { describeModel, forward } from '../../src/nn/index.ts';
import { mul, reduceSum } from '../../src/ops/index.ts';

/** A 4 x 4 image: one winner, two, three and four in its 2 x 2 windows, all negative so that padding must not win. */
const image = [
  [-1, -2, -5, -5],
  [-3, -4, -6, -7],
  [-9, -8, -3, -3],
  [-8, -8, -3, -3],
];

/** Layer options, and the pixels [row, column] under each window in reading order. */
const layers = [
  { label: 'windows that tile the image', options: { size: 2 }, starts: [0, 2], size: 2 },
  { label: 'windows that overlap', options: { size: 3, stride: 1 }, starts: [0, 1], size: 3 },
  {
    label: 'windows that reach into the padding',
    options: { size: 3, stride: 2, padding: 1 },
    starts: [-1, 1],
    size: 3,
  },
] as const;

const inside = (i: number) => i >= 0 && i < 4;

describe('where several pixels tie for the maximum of a window, each gets the same share, and the gradient of the window is sent once', () => {
  for (const { label, options, starts, size } of layers)
    for (const engine of [referenceEngine, onnxRuntimeEngine({ device: 'cpu', threads: 1 })])
      test(`${label} (${engine.name})`, async () => {
        const model = describeModel([{ maxPool: options }], [1, 4, 4]);
        const graph = new Graph();
        const x = graph.feed('x', 'float', [1, 1, 4, 4]);
        const pull = graph.feed('pull', 'float', [1, 1, 2, 2]);
        const { output } = forward(model, x, { values: new Map(), training: true });
        graph.output('dx', gradients(reduceSum(mul(output, pull), { axes: [0, 1, 2, 3], keepdims: 0 }), [x])[0]);
        const program = await engine.compile(graph);
        for (let window = 0; window < 4; window++) {
          const corner = [starts[window >> 1], starts[window & 1]];
          const pixels = Array.from({ length: size * size }, (_, i) => [
            corner[0] + Math.floor(i / size),
            corner[1] + (i % size),
          ]).filter(([r, c]) => inside(r) && inside(c));
          const top = Math.max(...pixels.map(([r, c]) => image[r][c]));
          const winners = pixels.filter(([r, c]) => image[r][c] === top);
          const expected = new Array(16).fill(0);
          for (const [r, c] of winners) expected[4 * r + c] = 6 / winners.length;

          const only = Float64Array.from({ length: 4 }, (_, i) => (i === window ? 6 : 0));
          const { dx } = await program.run(engine.memory(), {
            x: { dtype: 'float', shape: x.shape, data: Float64Array.from(image.flat()) },
            pull: { dtype: 'float', shape: pull.shape, data: only },
          });
          expect(Array.from(dx.data), `window ${window}`).toEqual(expected);
        }
        await program.release();
      });
});
