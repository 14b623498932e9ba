import { describe, expect, test } from 'vitest';
import { Random, sizeOf, type Tensor } from '../../src/base/index.ts';
import { fromArrays } from '../../src/data/index.ts';
import { type Engine, onnxRuntimeEngine, referenceEngine } from '../../src/engine/index.ts';
import { foldBatchNorm } from '../../src/export/fold.ts';
import { modelFile } from '../../src/export/index.ts';
import { Graph } from '../../src/graph/index.ts';
import { describeModel, forward, type Model, parametersOf, statesOf } from '../../src/nn/index.ts';
import { decode } from '../../src/onnx/index.ts';
import { trainOn } from '../../src/train/index.ts';

const cpu = onnxRuntimeEngine({ threads: 1 });

type Weights = Map<string, Tensor>;

/** Numbers as after a training: running statistics far from 0 and 1. */
function someWeights(model: Model): Weights {
  const random = new Random(11);
  const next: Record<string, () => number> = {
    scale: () => 1 + 0.5 * random.normal(),
    variance: () => 0.05 + 3 * random.uniform(),
    mean: () => 2 * random.normal(),
  };
  return new Map(
    [...parametersOf(model), ...statesOf(model)].map(({ name, spec: { shape } }) => {
      const own = next[name.slice(name.lastIndexOf('.') + 1)] ?? (() => random.normal());
      return [name, { dtype: 'float', shape, data: Float64Array.from({ length: sizeOf(shape) }, own) }] as const;
    }),
  );
}

/** The output for some rows, and how many nodes compute it. */
async function answer(model: Model, weights: Weights, engine: Engine) {
  const random = new Random(12);
  const graph = new Graph();
  const shape = [7, ...model.input];
  const x = graph.feed('x', 'float', shape);
  const names = [...parametersOf(model), ...statesOf(model)].map(({ name }) => name);
  const values = new Map(names.map((name) => [name, graph.constant(weights.get(name)!)]));
  graph.output('y', forward(model, x, { values, training: false }).output);
  const program = await engine.compile(graph);
  const data = Float64Array.from({ length: sizeOf(shape) }, () => random.normal());
  const { y } = await program.run(engine.memory(), { x: { dtype: 'float', shape, data } });
  const result = { y: Float64Array.from(y.data), nodes: graph.nodes.length };
  await program.release();
  return result;
}

const dense = (rest: object = {}) => ({ dense: { units: 4, ...rest } });
const conv = (rest: object = {}) => ({ conv2d: { filters: 4, ...rest } });
const image = [2, 6, 6];

/** Model, shape of a row, and which normalizations are left after folding. */
const cases: [string, unknown[], number[], string[]][] = [
  ['dense', [dense(), 'batchNorm', 'relu', dense()], [5], []],
  ['dense without bias', [dense({ bias: false }), 'batchNorm', 'tanh', dense()], [5], []],
  ['another momentum and epsilon', [dense(), { batchNorm: { momentum: 0.7, epsilon: 0.5 } }, dense()], [5], []],
  ['as many units as inputs', [dense({ units: 5 }), 'batchNorm'], [5], []],
  ['conv2d', [conv(), 'batchNorm', 'relu', 'flatten', dense()], image, []],
  ['conv2d without bias', [conv({ bias: false }), 'batchNorm', 'relu', 'globalAveragePool'], image, []],
  [
    'strided, dilated, unpadded',
    [conv({ kernel: [3, 1], stride: 2, dilation: [2, 1], padding: 'valid' }), 'batchNorm'],
    image,
    [],
  ],
  [
    'groups',
    [conv({ groups: 2, bias: false }), { batchNorm: { epsilon: 0.1 } }, conv({ groups: 4 }), 'batchNorm'],
    image,
    [],
  ],
  ['padding of zeros, which the shift must not reach', [conv({ padding: 'same' }), 'batchNorm', conv()], image, []],
  ['two in a row', [dense(), 'batchNorm', 'batchNorm'], [5], []],
  ['the first layer', ['batchNorm', dense()], [5], ['batchNorm1']],
  ['behind an activation', [dense(), 'relu', 'batchNorm', dense()], [5], ['batchNorm1']],
  ['behind pooling', [conv(), 'maxPool', 'batchNorm', conv(), 'batchNorm'], image, ['batchNorm1']],
  ['behind dropout', [dense(), { dropout: { rate: 0.5 } }, 'batchNorm'], [5], ['batchNorm1']],
  ['behind maxout, which has its own weights', [{ maxout: { units: 4 } }, 'batchNorm'], [5], ['batchNorm1']],
  ['behind another normalization', [dense(), 'layerNorm', 'batchNorm'], [5], ['batchNorm1']],
];

describe('folding batch normalization gives the same numbers with fewer operators', () => {
  test.each(cases)('%s', async (_, entries, shape, left) => {
    const model = describeModel(entries, shape, 'test');
    const weights = someWeights(model);
    const folded = foldBatchNorm(model, weights);
    const before = [await answer(model, weights, referenceEngine), await answer(model, weights, cpu)];
    const after = [
      await answer(folded.model, folded.weights, referenceEngine),
      await answer(folded.model, folded.weights, cpu),
    ];
    const size = Math.max(...before[0].y.map(Math.abs));
    expect(size).toBeGreaterThan(0.1);
    for (const [i, tolerance] of [1e-12, 1e-5].entries())
      for (const [k, y] of before[i].y.entries())
        expect(Math.abs(after[i].y[k] - y) / size, `number ${k}`).toBeLessThan(tolerance);

    const kept = folded.model.layers.filter(({ kind }) => kind === 'batchNorm').map(({ name }) => name);
    expect(kept).toEqual(left);
    const removed = model.layers.length - folded.model.layers.length;
    expect(removed).toBe(model.layers.filter(({ kind }) => kind === 'batchNorm').length - left.length);
    expect(before[0].nodes - after[0].nodes).toBe(removed);
    const names = [...parametersOf(folded.model), ...statesOf(folded.model)].map(({ name }) => name);
    expect([...folded.weights.keys()].sort(), 'no weights are left over').toEqual(names.sort());
  });

  test('leaves the given model and weights as they are', async () => {
    const model = describeModel([dense(), 'batchNorm'], [5], 'test');
    const weights = someWeights(model);
    const before = structuredClone(weights);
    foldBatchNorm(model, weights);
    expect(weights).toEqual(before);
    expect(model.layers).toHaveLength(2);
  });
});

test('the model file of a run has no batch normalization that could be folded', async () => {
  const random = new Random(1);
  const data = fromArrays({
    features: Array.from({ length: 40 }, () => [random.normal(), random.normal()]),
    targets: Int32Array.from({ length: 40 }, (_, i) => i % 2),
    name: 'two',
  });
  const operators = async (model: unknown[]) => {
    const experiment = { data: { dataset: 'two' }, model, preprocess: [], epochs: 1 } as never;
    const { graph } = decode(modelFile(await trainOn(data, experiment, { engine: cpu })));
    return graph.nodes.map(({ op }) => op.name);
  };
  const folded = await operators([dense(), 'batchNorm', 'relu', { dense: { units: 2 } }]);
  expect(folded).toEqual(await operators([dense(), 'relu', { dense: { units: 2 } }]));
  expect(await operators(['batchNorm', { dense: { units: 2 } }])).toContain('BatchNormalization');
});
