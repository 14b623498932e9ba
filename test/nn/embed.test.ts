import { describe, expect, test } from 'vitest';
import { gradients } from '../../src/autodiff/index.ts';
import { onnxRuntimeEngine, referenceEngine } from '../../src/engine/index.ts';
import { Graph } from '../../src/graph/index.ts';
import { describeModel, forward, initialize, parametersOf } from '../../src/nn/index.ts';
import { mul, reduceSum } from '../../src/ops/index.ts';

const weight = [
  [1, 2],
  [3, 4],
  [5, 6],
  [10, 20],
  [30, 40],
];
const slots = [3, 2];

/** What the layer makes of rows with that weight table, and the gradient of its sum weighted by 1, 2, 3, … in the table. */
async function embedded(rows: readonly (readonly number[])[], engine = referenceEngine) {
  const model = describeModel([{ embed: { slots, units: 2 } }], [rows[0].length]);
  const graph = new Graph();
  const x = graph.feed('x', 'float', [rows.length, rows[0].length]);
  const table = graph.state('embed1.weight', 'float', [5, 2]);
  const { output } = forward(model, x, { values: new Map([[table.name, table]]), training: true });
  const size = output.shape[0] * output.shape[1];
  const data = Float64Array.from({ length: size }, (_, i) => i + 1);
  const pull = graph.constant({ dtype: 'float', shape: output.shape, data });
  const [slope] = gradients(reduceSum(mul(output, pull), { axes: [0, 1], keepdims: 0 }), [table]);
  graph.output('y', output);
  graph.output('slope', slope);
  const memory = engine.memory();
  memory.set(table.name, { dtype: 'float', shape: [5, 2], data: Float64Array.from(weight.flat()) });
  const program = await engine.compile(graph);
  const feed = { dtype: 'float', shape: x.shape, data: Float64Array.from(rows.flat()) } as const;
  const { y, slope: d } = await program.run(memory, { x: feed });
  const result = { shape: y.shape, y: [...y.data], slope: [...d.data] };
  await program.release();
  return result;
}

describe.each([referenceEngine, onnxRuntimeEngine({ device: 'cpu', threads: 1 })])('embed on $name', (engine) => {
  test('puts the vectors of the codes behind the numbers before them', async () => {
    const { shape, y } = await embedded(
      [
        [0.5, 2, 0],
        [-1, 0, 1],
      ],
      engine,
    );
    expect(shape).toEqual([2, 5]);
    expect(y).toEqual([0.5, 5, 6, 10, 20, -1, 1, 2, 30, 40]);
  });

  test('needs no numbers beside the codes, and adds up the gradients of a code that occurs again', async () => {
    const { y, slope } = await embedded(
      [
        [1, 0],
        [1, 1],
        [0, 1],
      ],
      engine,
    );
    expect(y).toEqual([3, 4, 10, 20, 3, 4, 30, 40, 1, 2, 30, 40]);
    expect(slope).toEqual([9, 10, 1 + 5, 2 + 6, 0, 0, 3, 4, 7 + 11, 8 + 12]);
  });
});

test('has one table of all vectors, drawn with a deviation of 0.5', () => {
  const model = describeModel([{ embed: { slots: [4000, 1000] } }], [2]);
  expect(model.output).toEqual([16]);
  const [{ name, spec }] = parametersOf(model);
  expect([name, spec.shape]).toEqual(['embed1.weight', [5000, 8]]);
  const data = Float64Array.from(initialize(model, 0).get(name)!.data);
  const deviation = Math.sqrt(data.reduce((sum, x) => sum + x * x, 0) / data.length);
  expect(deviation).toBeCloseTo(0.5, 2);
});

test.each([
  [{ slots: [3] }, [2, 4, 4], /needs rows of one axis with 1 numbers or more/],
  [{ slots: [3, 2] }, [1], /2 numbers or more, one for each of its slots/],
  [{ slots: [] }, [3], /slots/],
  [{ slots: [0] }, [3], /slots.0: must be greater than 0/],
  [{}, [3], /slots/],
] as const)('%j on rows of %j is refused in words', (options, input, words) => {
  expect(() => describeModel([{ embed: options }], input)).toThrow(words);
});
