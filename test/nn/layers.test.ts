import { describe, expect, test } from 'vitest';
import { gradients } from '../../src/autodiff/index.ts';
import type { Tensor } from '../../src/base/index.ts';
import { evaluate, onnxRuntimeEngine, referenceEngine } from '../../src/engine/index.ts';
import { Graph, liveNodes, verify } from '../../src/graph/index.ts';
import { describeModel, forward, type Layer, layers, parametersOf, statesOf } from '../../src/nn/index.ts';
import { mul, reduceSum } from '../../src/ops/index.ts';
import { gap, readGolden, type StoredTensor, tensorOf, tensorsOf } from '../golden/read.ts';

type Stored = Readonly<Record<string, StoredTensor>>;

interface Call {
  readonly x: StoredTensor;
  readonly pull: StoredTensor;
  readonly y: StoredTensor;
  readonly dx: StoredTensor;
  readonly gradients: Stored;
  readonly states: Stored;
}

interface LayerCase {
  readonly label: string;
  readonly layer: unknown;
  readonly training: boolean;
  readonly parameters: Stored;
  readonly states: Stored;
  readonly calls: readonly Call[];
}

/** The layer over a batch, and the gradients of sum(output * pull) in its input and its parameters. */
function layerGraph({ layer, training }: LayerCase, { x, pull }: Call) {
  const model = describeModel([layer], x.shape.slice(1));
  const graph = new Graph();
  const [input, weight] = [graph.feed('x', 'float', x.shape), graph.feed('pull', 'float', pull.shape)];
  const parameters = parametersOf(model).map(({ name, spec }) => graph.state(name, 'float', spec.shape));
  const states = statesOf(model).map(({ name, spec }) => graph.state(name, 'float', spec.shape));
  const values = new Map([...parameters, ...states].map((value) => [value.name, value]));
  const { output, updates } = forward(model, input, { values, training });
  for (const [name, value] of updates) graph.update(name, value);
  graph.output('y', output);
  const loss = reduceSum(mul(output, weight), { axes: output.shape.map((_, axis) => axis), keepdims: 0 });
  const [dx, ...slopes] = gradients(loss, [input, ...parameters]);
  graph.output('dx', dx);
  for (const [i, slope] of slopes.entries()) graph.output(`d${parameters[i].name}`, slope);
  verify(graph);
  return { graph, parameters, states };
}

const engines = [
  { engine: referenceEngine, tolerance: 1e-12 },
  { engine: onnxRuntimeEngine({ device: 'cpu', threads: 1 }), tolerance: 5e-6 },
];

const { layers: cases } = readGolden<{ layers: LayerCase[] }>('torch-nn.json');

describe('a layer gives the output, the gradients and the running statistics that PyTorch gives', () => {
  for (const layer of cases)
    for (const { engine, tolerance } of engines)
      test(`${layer.label} (${engine.name})`, async () => {
        const { graph, parameters, states } = layerGraph(layer, layer.calls[0]);
        expect(parameters.map(({ name }) => name)).toEqual(Object.keys(layer.parameters));
        expect(states.map(({ name }) => name)).toEqual(Object.keys(layer.states));
        const close = (actual: Tensor, stored: StoredTensor, what: string) => {
          expect(actual.shape, what).toEqual(stored.shape);
          expect(gap(actual.data, tensorOf(stored).data), what).toBeLessThan(tolerance);
        };
        const memory = engine.memory();
        for (const [name, value] of Object.entries(tensorsOf({ ...layer.parameters, ...layer.states })))
          memory.set(name, value);
        const program = await engine.compile(graph);
        for (const [i, call] of layer.calls.entries()) {
          const results = await program.run(memory, tensorsOf({ x: call.x, pull: call.pull }));
          close(results.y, call.y, `output of call ${i + 1}`);
          close(results.dx, call.dx, `gradient in the input, call ${i + 1}`);
          for (const [name, stored] of Object.entries(call.gradients))
            close(results[`d${name}`], stored, `gradient in ${name}, call ${i + 1}`);
          for (const [name, stored] of Object.entries(call.states))
            close(await memory.get(name), stored, `${name} after call ${i + 1}`);
        }
        await program.release();
      });
});

test('every layer is compared with PyTorch, but for those that draw random numbers', () => {
  const random = ['dropout', 'spatialDropout', 'gaussianNoise', 'gaussianDropout'];
  const compared = cases.map(({ layer }) => (typeof layer === 'string' ? layer : Object.keys(layer as object)[0]));
  expect([...new Set([...compared, ...random])].sort()).toEqual(Object.keys(layers).sort());
});

const activations = Object.entries<Layer>(layers).filter(([, { suits }]) => suits);

/** Output of layers without random numbers over one image [1, 1, rows, columns]; `slope` is that of prelu. */
function imageThrough(
  model: readonly unknown[],
  data: Float64Array,
  [rows, columns]: readonly [number, number],
  slope: number,
) {
  const described = describeModel(model, [1, rows, columns]);
  const graph = new Graph();
  const x = graph.feed('x', 'float', [1, 1, rows, columns]);
  const learned = { dtype: 'float', shape: [1], data: Float64Array.of(slope) } as const;
  const values = new Map(parametersOf(described).map(({ name }) => [name, graph.constant(learned, name)]));
  graph.output('y', forward(described, x, { values, training: true }).output);
  return evaluate(graph, liveNodes(graph), { x: { dtype: 'float', shape: x.shape, data } }).outputs.y.data;
}

describe('what an activation says of itself is so', () => {
  const grid = Float64Array.from({ length: 4000 }, (_, i) => (i < 2000 ? i / 100 - 10 : (i - 2999.5) * 1000));
  grid.sort();

  for (const [name, { monotone, limited }] of activations) {
    test(`${name} ${monotone ? 'never falls, and goes behind a max pooling unnoticed' : 'falls somewhere'}`, () => {
      const over = (model: unknown[], data: Float64Array, [rows, columns]: [number, number]) =>
        Float64Array.from(imageThrough(model, data, [rows, columns], -0.5));
      const y = over([name], grid, [1, grid.length]);
      // What rounding does to equal numbers is no fall.
      expect(y.subarray(1).some((value, i) => value < y[i] - 1e-15)).toBe(!monotone);
      const image = grid.map((_, i) => grid[(i * 1237) % grid.length] / 100);
      expect(over([name, 'maxPool'], image, [40, 100])).toEqual(
        over(['maxPool'], over([name], image, [40, 100]), [40, 100]),
      );
    });

    test(`${name} ${limited ? 'stays on one side of some number' : 'gives numbers of any size and sign'}`, () => {
      const y = imageThrough([name], grid, [1, grid.length], 0.25);
      expect(Math.min(...y) > -1000 || Math.max(...y) < 1000).toBe(limited ?? false);
    });
  }
});

test.each([
  [{ maxout: { units: 2 } }, [2, 3, 3], /put "flatten" before it/],
  [{ maxout: { units: 2, pieces: 1 } }, [3], /pieces: must be at least 2/],
  ['layerNorm', [1], /single number, into zeros/],
  [{ groupNorm: { groups: 2 } }, [5, 3, 3], /cannot divide 5 channels into 2 groups/],
  [{ groupNorm: { groups: 4 } }, [4], /groups of a single number/],
  ['instanceNorm', [4], /needs images/],
  ['instanceNorm', [4, 1, 1], /images of a single pixel/],
  [{ spatialDropout: { rate: 0.5 } }, [4], /needs images/],
  ['prelu', [4, 5], /needs \[features\] or \[channels, height, width\]/],
  [{ leakyRelu: { slope: -0.1 } }, [4], /slope: must be greater than 0/],
] as const)('%j on rows of %j is refused in words', (layer, input, words) => {
  expect(() => describeModel([layer], input)).toThrow(words);
});
