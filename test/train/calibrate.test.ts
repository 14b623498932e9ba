import { describe, expect, test } from 'vitest';
import { Random, type Tensor } from '../../src/base/index.ts';
import { type Dataset, fromArrays } from '../../src/data/index.ts';
import type { Engine } from '../../src/engine/index.ts';
import { Graph } from '../../src/graph/index.ts';
import { forward, initialize, parametersOf, statesOf } from '../../src/nn/index.ts';
import { type Experiment, trainOn } from '../../src/train/index.ts';
import { firstMemory } from '../../src/train/step/prepare.ts';
import { cpu, expectSameBits, on, prepare, referenceEngine } from './support.ts';

const random = new Random(6);
const numbers = (count: number, next: () => number) => Float32Array.from({ length: count }, next);
/** Far from standardized, so that nothing is right by chance. */
const table = fromArrays({
  features: numbers(200 * 6, () => 4 + 3 * random.normal()),
  shape: [6],
  targets: Int32Array.from({ length: 200 }, (_, i) => i % 3),
  name: 'table',
});
const pictures = fromArrays({
  features: numbers(100 * 2 * 25, () => 2 + 5 * random.uniform()),
  shape: [2, 5, 5],
  targets: Int32Array.from({ length: 100 }, (_, i) => i % 3),
  name: 'pictures',
});

type Rest = Omit<Experiment, 'data'>;

/** The first weights of a run with this model, the data having been looked at. */
async function firstOf(dataset: Dataset, model: unknown[], engine: Engine, more: Rest = {}) {
  const rest = { preprocess: [], ...more, model } as Rest;
  const { network, rows } = await prepare(dataset, rest, engine);
  const memory = await firstMemory(engine, network, dataset, rows.train, 0);
  const names = [...parametersOf(network.model), ...statesOf(network.model)].map(({ name }) => name);
  const weights = new Map(await Promise.all(names.map(async (name) => [name, await memory.get(name)] as const)));
  return { network, rows, weights };
}

/** What a layer gives for all training rows: the outputs of each of its units, one list a unit. */
async function outputsOf(
  dataset: Dataset,
  layer: string,
  { network, rows, weights }: Awaited<ReturnType<typeof firstOf>>,
): Promise<number[][]> {
  const width = network.model.input.reduce((n, s) => n * s, 1);
  const graph = new Graph();
  const data = Float64Array.from(
    Array.from(rows.train, (row) => [...dataset.features.subarray(row * width, (row + 1) * width)]).flat(),
  );
  const x = graph.constant({ dtype: 'float', shape: [rows.train.length, ...network.model.input], data });
  const values = new Map([...weights].map(([name, tensor]: [string, Tensor]) => [name, graph.constant(tensor)]));
  graph.output('y', forward(network.model, x, { values, training: false }).outputs.get(layer)!);
  const program = await referenceEngine.compile(graph);
  const { y } = await program.run(referenceEngine.memory(), {});
  const [count, units, ...rest] = y.shape;
  const places = rest.reduce((n, s) => n * s, 1);
  return Array.from({ length: units }, (_, unit) =>
    Array.from(
      { length: count * places },
      (_, i) => y.data[(Math.floor(i / places) * units + unit) * places + (i % places)],
    ),
  );
}

function moments(list: readonly number[]): { mean: number; variance: number } {
  const mean = list.reduce((sum, x) => sum + x, 0) / list.length;
  return { mean, variance: list.reduce((sum, x) => sum + (x - mean) ** 2, 0) / list.length };
}

const dense = (init: unknown, rest: object = {}) => ({ dense: { units: 8, init, ...rest } });
const conv = (init: unknown, rest: object = {}) => ({ conv2d: { filters: 4, init, ...rest } });
const last = { dense: { units: 3 } };

/** Model, data, and the layers whose outputs must have become as promised. */
const models = (init: unknown): [string, Dataset, unknown[], string[]][] => [
  [
    'dense, three in a row',
    table,
    [dense(init), 'relu', dense(init), 'tanh', { dense: { units: 3, init } }],
    ['dense1', 'dense2', 'dense3'],
  ],
  [
    'dense, a bias that does not begin at 0',
    table,
    [dense(init, { biasInit: { constant: { value: 2 } } }), 'tanh', last],
    ['dense1'],
  ],
  [
    'convolutions, padded and strided',
    pictures,
    [conv(init), 'relu', conv(init, { stride: 2, kernel: 2, padding: 0 }), 'relu', 'flatten', dense(init), last],
    ['conv2d1', 'conv2d2', 'dense1'],
  ],
  ['groups', pictures, [conv(init, { groups: 2 }), 'flatten', last], ['conv2d1']],
  [
    'maxout, whose pieces are corrected together',
    table,
    [{ maxout: { units: 5, pieces: 3, init } }, last],
    ['maxout1'],
  ],
  [
    'behind dropout and normalization, which are as in use',
    table,
    [dense(init), 'batchNorm', 'relu', { dropout: { rate: 0.5 } }, dense(init), last],
    ['dense1', 'dense2'],
  ],
  ['some layers only', table, [dense('he'), 'relu', dense(init), 'relu', last], ['dense2']],
];

describe('after lsuv the output of a layer, all units together, has variance 1 over the training rows', () => {
  test.each(models('lsuv'))('%s', async (_, dataset, model, layers) => {
    for (const engine of [referenceEngine, cpu]) {
      const first = await firstOf(dataset, model, engine);
      for (const layer of layers) {
        const { variance } = moments((await outputsOf(dataset, layer, first)).flat());
        expect(Math.abs(variance - 1), `${layer} on ${engine.name}: ${variance}`).toBeLessThan(0.01);
      }
    }
  });

  test('within the tolerance that is asked for', async () => {
    const first = await firstOf(table, [dense({ lsuv: { tolerance: 1e-9 } }), 'relu', last], referenceEngine);
    const { variance } = moments((await outputsOf(table, 'dense1', first)).flat());
    expect(Math.abs(variance - 1)).toBeLessThan(1e-9);
  });

  test('and the weights are still an orthogonal matrix times one number', async () => {
    const { weights } = await firstOf(table, [dense('lsuv', { units: 6 }), last], referenceEngine);
    const { data } = weights.get('dense1.weight')!;
    const dot = (a: number, b: number) =>
      [0, 1, 2, 3, 4, 5].reduce((sum, k) => sum + data[6 * k + a] * data[6 * k + b], 0);
    for (let a = 0; a < 6; a++) for (let b = 0; b < 6; b++) expect(dot(a, b)).toBeCloseTo(a === b ? dot(0, 0) : 0, 10);
  });
});

describe('after dataDependent every unit has mean 0 and variance 1 over the training rows', () => {
  test.each(models('dataDependent'))('%s', async (_, dataset, model, layers) => {
    for (const [engine, digits] of [
      [referenceEngine, 9],
      [cpu, 4],
    ] as const) {
      const first = await firstOf(dataset, model, engine);
      for (const layer of layers)
        for (const [unit, list] of (await outputsOf(dataset, layer, first)).entries()) {
          const { mean, variance } = moments(list);
          expect(mean, `${layer}, unit ${unit} on ${engine.name}`).toBeCloseTo(0, digits);
          expect(variance, `${layer}, unit ${unit} on ${engine.name}`).toBeCloseTo(1, digits);
        }
    }
  });

  test('a layer without bias keeps its means and has variance 1', async () => {
    const first = await firstOf(table, [dense('dataDependent', { bias: false }), last], referenceEngine);
    const units = (await outputsOf(table, 'dense1', first)).map(moments);
    for (const { variance } of units) expect(variance).toBeCloseTo(1, 9);
    expect(Math.max(...units.map(({ mean }) => Math.abs(mean)))).toBeGreaterThan(0.5);
  });

  test('a unit that gives the same for every row is left as it is', async () => {
    const still = { ...table, features: new Float32Array(1200).fill(2) };
    const { weights, network } = await firstOf(still, [dense('dataDependent'), last], referenceEngine);
    const drawn = initialize(network.model, 0);
    expectSameBits(weights, new Map(drawn));
  });
});

describe('looking at the data', () => {
  test('changes no bit of a network that does not ask for it', async () => {
    const model = [dense('orthogonal'), 'batchNorm', 'relu', last];
    const { weights, network } = await firstOf(table, model, referenceEngine);
    expectSameBits(weights, new Map([...initialize(network.model, 0), ...statesAtFirst(weights)]));
  });

  test('changes only the layers that ask', async () => {
    const { weights, network } = await firstOf(table, models('lsuv')[6][2], referenceEngine);
    const drawn = initialize(network.model, 0);
    for (const layer of ['dense1', 'dense3'])
      for (const part of ['weight', 'bias'])
        expect([...weights.get(`${layer}.${part}`)!.data]).toEqual([...drawn.get(`${layer}.${part}`)!.data]);
    expect([...weights.get('dense2.weight')!.data]).not.toEqual([...drawn.get('dense2.weight')!.data]);
  });

  test('looks at training rows alone', async () => {
    const model = [dense('dataDependent'), last];
    const first = await firstOf(table, model, referenceEngine);
    const features = table.features.slice() as Float32Array;
    for (const part of [first.rows.validation, first.rows.test])
      for (const row of part) features.fill(1e6, row * 6, (row + 1) * 6);
    expect(first.rows.test.length).toBeGreaterThan(10);
    expectSameBits((await firstOf({ ...table, features }, model, referenceEngine)).weights, first.weights);
  });

  test('sees the data after preprocessing', async () => {
    const model = [dense('dataDependent', { bias: false }), last];
    const raw = await firstOf(table, model, referenceEngine);
    const standardized = await firstOf(table, model, referenceEngine, { preprocess: ['standardize'] });
    const size = (first: typeof raw) => Math.hypot(...first.weights.get('dense1.weight')!.data);
    expect(size(standardized) / size(raw)).toBeGreaterThan(2);
  });

  test('is where a run begins, and the same bits again', async () => {
    const rest: Rest = {
      model: [dense('lsuv'), 'relu', last] as never,
      optimizer: { sgd: { lr: 1e-30 } },
      epochs: 1,
      preprocess: [],
    };
    const [a, b] = [
      await trainOn(table, on(table, rest), { engine: cpu }),
      await trainOn(table, on(table, rest), { engine: cpu }),
    ];
    expectSameBits(a.weights, b.weights);
    const { weights } = await firstOf(table, rest.model as unknown[], cpu);
    for (const name of ['dense1.weight', 'dense2.weight'])
      expect([...a.weights.get(name)!.data]).toEqual([...weights.get(name)!.data]);
  });
});

const statesAtFirst = (weights: ReadonlyMap<string, Tensor>) =>
  [...weights].filter(([name]) => name.endsWith('.mean') || name.endsWith('.variance'));
