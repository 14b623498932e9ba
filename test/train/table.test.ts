import { describe, expect, test } from 'vitest';
import { Random } from '../../src/base/index.ts';
import { type Dataset, fromArrays, fromRows, type Row } from '../../src/data/index.ts';
import { trainEnsemble } from '../../src/ensemble/index.ts';
import { type Experiment, resolve, trainOn } from '../../src/train/index.ts';
import { makeNetwork } from '../../src/train/step/prepare.ts';
import { cpu, different, expectSameBits, on, referenceEngine } from './support.ts';

const random = new Random(8);
const towns = Array.from({ length: 20 }, (_, i) => `town ${i}`);
const colours = ['red', 'green', 'blue'];

/** Rows of every kind of column; what is learned hangs on a number, on its absence, on the town and on the season. */
const rows: Row[] = Array.from({ length: 600 }, (_, i) => {
  const [size, town] = [random.normal() * 100, random.below(20)];
  const missing = random.uniform() < 0.2;
  const day = Math.floor(random.uniform() * 3000);
  const summer = Math.cos((2 * Math.PI * day) / 365.25) < 0;
  const price = size / 50 + (missing ? 4 : 0) + (town % 4) + (summer ? 2 : 0);
  return {
    size,
    income: missing ? null : Math.exp(2 * random.normal()),
    town: i % 40 === 7 ? `only ${i}` : towns[town],
    colour: random.uniform() < 0.1 ? '' : colours[random.below(3)],
    day: new Date(86_400_000 * day).toISOString().slice(0, 10),
    open: random.below(2) === 1,
    price: price + 0.1 * random.normal(),
    dear: price > 3.5 ? 'yes' : 'no',
  };
});
const without = (name: string) =>
  rows.map((row) => Object.fromEntries(Object.entries(row).filter(([k]) => k !== name)));
const classes = await fromRows(without('price'), { target: 'dear', name: 'classes' });
const prices = await fromRows(without('dear'), { target: 'price', name: 'prices' });

const small: Omit<Experiment, 'data'> = {
  model: [{ dense: { units: 16 } }, 'tanh', { dense: { units: 2 } }],
  optimizer: { adam: { lr: 0.02 } },
  epochs: 20,
  batchSize: 32,
  earlyStopping: false,
};
const regression: typeof small = { ...small, model: [{ dense: { units: 16 } }, 'tanh', { dense: { units: 1 } }] };

/** The same data set with other numbers in some rows. */
function changed(dataset: Dataset, held: Int32Array, feature: (at: number) => number, target: (t: number) => number) {
  const [features, data] = [dataset.features.slice(), dataset.targets.data.slice()];
  const width = dataset.shape[0];
  for (const row of held) {
    for (let at = 0; at < width; at++) features[row * width + at] = feature(at);
    data[row] = target(data[row]);
  }
  return { ...dataset, features, targets: { ...dataset.targets, data } } as Dataset;
}

describe('a table is learned from', () => {
  test.each(['classes', 'numbers'])('as %s, and the reference agrees with ONNX Runtime', async (kind) => {
    const [dataset, rest] = kind === 'classes' ? [classes, small] : [prices, regression];
    const brief = { ...rest, epochs: 2, preprocess: [{ columns: { bins: 4 } }] };
    const exact = await trainOn(dataset, on(dataset, brief), { engine: referenceEngine });
    const fast = await trainOn(dataset, on(dataset, brief), { engine: cpu });
    for (const [i, { train, validation }] of exact.epochs.entries()) {
      expect(fast.epochs[i].train.loss).toBeCloseTo(train.loss, 4);
      expect(fast.epochs[i].validation!.loss).toBeCloseTo(validation!.loss, 4);
    }
    expect(fast.test!.loss).toBeCloseTo(exact.test!.loss, 4);
    for (const [name, { data }] of exact.weights)
      for (const [i, x] of [...data].entries()) expect(fast.weights.get(name)!.data[i], name).toBeCloseTo(x, 3);
  });

  test('of classes: numbers, categories of many values, seasons and what is missing all count', async () => {
    const run = await trainOn(classes, on(classes, small), { engine: cpu });
    expect(run.test!.metric).toBeGreaterThan(0.8);
  });

  test('of numbers: most of the variance is explained', async () => {
    const run = await trainOn(prices, on(prices, { ...regression, epochs: 40 }), { engine: cpu });
    expect(run.test!.metrics.r2).toBeGreaterThan(0.85);
  });

  test('by the recipe that is chosen for it', async () => {
    const { settings, chosen } = resolve(on(prices), prices);
    expect(settings).toMatchObject({ target: 'standardize', metric: 'rmse' });
    expect(settings.preprocess).toMatchObject([{ columns: {} }]);
    expect(chosen.find(({ setting }) => setting === 'model')).toMatchObject({ value: 'tabular' });
  });
});

describe('nothing is learned of rows that are measured', () => {
  const lists = (dataset: Dataset) => (at: number) => {
    const { kind, values } = dataset.table![at];
    return kind === 'category' ? values!.length - 1 : 1e9;
  };

  test('whatever test rows hold, weights and statistics are the same to the bit', async () => {
    const before = await trainOn(prices, on(prices, { ...regression, epochs: 2 }), { engine: cpu });
    const other = changed(prices, before.rows.test, lists(prices), (t) => 1e6 * t);
    const after = await trainOn(other, on(prices, { ...regression, epochs: 2 }), { engine: cpu });
    expect(after.rows).toEqual(before.rows);
    expectSameBits(after.weights, before.weights);
    expect(after.network.preprocess).toEqual(before.network.preprocess);
    expect(after.network.target).toEqual(before.network.target);
    expect(after.test!.loss).not.toBe(before.test!.loss);
    const third = changed(prices, before.rows.train.slice(0, 5), lists(prices), (t) => 1e6 * t);
    const moved = await trainOn(third, on(prices, { ...regression, epochs: 2 }), { engine: cpu });
    expect(different(moved.weights, before.weights).length).toBeGreaterThan(0);
  });
});

describe('a regression answers in the unit of its target', () => {
  const scaled = (factor: number, shift: number): Dataset => ({
    ...prices,
    targets: { kind: 'numbers', width: 1, data: Float32Array.from(prices.targets.data, (t) => factor * t + shift) },
  });

  test('twice the unit a power of two smaller: the same weights to the bit, and the metric grows with the unit', async () => {
    const before = await trainOn(prices, on(prices, regression), { engine: cpu });
    const after = await trainOn(scaled(2 ** 20, 0), on(prices, regression), { engine: cpu });
    expectSameBits(after.weights, before.weights);
    expect(after.test!.loss).toBe(before.test!.loss);
    expect(after.test!.metric / before.test!.metric).toBeCloseTo(2 ** 20, 0);
  });

  test('a million times the unit and a million more: the same losses, a million times the rmse', async () => {
    const before = await trainOn(prices, on(prices, regression), { engine: cpu });
    const after = await trainOn(scaled(1e6, 1e6), on(prices, regression), { engine: cpu });
    for (const [i, { train, validation }] of before.epochs.entries()) {
      const [own, other] = [after.epochs[i].train, after.epochs[i].validation!];
      expect(own.loss).toBeCloseTo(train.loss, 2);
      expect(own.metric! / train.metric! / 1e6).toBeCloseTo(1, 1);
      expect(other.loss).toBeCloseTo(validation!.loss, 2);
    }
    expect(after.test!.metric / before.test!.metric / 1e6).toBeCloseTo(1, 1);
  });

  test('a network that says nothing says the mean of the training targets; its loss is in deviations', async () => {
    const still: typeof small = {
      model: [{ dense: { units: 1, init: 'zeros' } }],
      optimizer: { sgd: { lr: 1e-30 } },
      epochs: 1,
      earlyStopping: false,
    };
    const data = scaled(1000, -7);
    const run = await trainOn(data, on(data, still), { engine: cpu });
    const of = (rows: Int32Array) => Array.from(rows, (row) => data.targets.data[row]);
    const mean = (numbers: number[]) => numbers.reduce((sum, x) => sum + x, 0) / numbers.length;
    const centre = mean(of(run.rows.train));
    const variance = mean(of(run.rows.train).map((t) => (t - centre) ** 2));
    const square = mean(of(run.rows.test).map((t) => (t - centre) ** 2));
    expect(run.network.target!.shift[0]).toBeCloseTo(centre, 6);
    expect(run.network.target!.scale[0]).toBeCloseTo(Math.sqrt(variance), 6);
    expect(run.test!.metric / Math.sqrt(square)).toBeCloseTo(1, 5);
    expect(run.test!.loss).toBeCloseTo(square / variance, 4);
    expect(run.epochs[0].train.metric! / Math.sqrt(variance)).toBeCloseTo(1, 4);
    expect(run.epochs[0].train.loss).toBeCloseTo(1, 4);
  });

  test('several numbers a row have a unit each', async () => {
    const features = Array.from({ length: 80 }, () => [random.normal(), random.normal()]);
    const targets = features.map(([a, b]) => [1e5 * (a - b) + 1e6, 1e-4 * (a + b)]);
    const pair = fromArrays({ features, targets, name: 'pair' });
    const rest = { model: 'linear', metric: 'r2', optimizer: { sgd: { lr: 0.1 } }, epochs: 60 } as const;
    const run = await trainOn(pair, on(pair, rest), { engine: cpu });
    expect(run.test!.metric).toBeGreaterThan(0.99);
    const raw = await trainOn(pair, on(pair, { ...rest, target: 'raw', epochs: 2 }), { engine: cpu });
    expect(raw.network.target).toBeUndefined();
  });

  test('an ensemble too: the mean of its members, and the loss in deviations', async () => {
    const run = await trainEnsemble(prices, on(prices, { ...regression, ensemble: { members: 2 } }), { engine: cpu });
    expect(Math.sqrt(run.test!.loss) * run.network.target!.scale[0]).toBeCloseTo(run.test!.metric, 4);
    expect(run.gain!.together).toBeLessThan(Math.max(...run.gain!.members));
  });

  test('a constant target has no deviation to divide by', async () => {
    for (const value of [0.1, 1e6 / 3, -7]) {
      const features = Array.from({ length: 30 }, () => [random.normal()]);
      const flat = fromArrays({ features, targets: features.map(() => value), name: 'flat' });
      const resolved = resolve(on(flat, { model: 'linear' }), flat);
      const { network } = await makeNetwork(
        resolved,
        flat,
        Int32Array.from({ length: 29 }, (_, i) => i),
        {
          engine: cpu,
        },
      );
      expect(network.target!.shift[0] / Math.fround(value)).toBeCloseTo(1, 12);
      expect(network.target!.scale[0], `targets of ${value}`).toBe(1);
    }
  });

  test('classes and losses of logits or logarithms stay as they are', () => {
    expect(resolve(on(classes, small), classes).settings.target).toBe('raw');
    const counts: Dataset = {
      ...prices,
      targets: {
        kind: 'numbers',
        width: 1,
        data: prices.targets.data.map((t) => Math.round(Math.abs(t))) as Float32Array,
      },
    };
    expect(resolve(on(counts, { ...regression, loss: 'poisson' }), counts).settings.target).toBe('raw');
    for (const loss of ['meanSquaredError', 'meanAbsoluteError', 'huber'])
      expect(resolve(on(counts, { ...regression, loss }), counts).settings.target).toBe('standardize');
    expect(resolve(on(prices, { ...regression, target: 'raw' }), prices).settings.target).toBe('raw');
  });
});

describe('the layer "embed"', () => {
  // 20 towns and the one that a single training row may have; slot 0 is for unseen ones.
  const town = classes.table!.findIndex(({ name }) => name === 'town');
  const slots = [classes.table![town].values!.length + 1];
  const kinds = (rest: object) => resolve(on(classes, rest), classes).model.layers.map(({ kind }) => kind);

  test('is put before a model that does not begin with it, and before recipes', () => {
    expect(kinds(small)).toEqual(['embed', 'dense', 'tanh', 'dense']);
    expect(kinds({ model: 'linear' })).toEqual(['embed', 'dense']);
    const [layer] = resolve(on(classes, small), classes).model.layers;
    expect(layer.options).toMatchObject({ slots });
  });

  test('is left as it is where the experiment has its own, and out where no category needs it', () => {
    const own = { ...small, model: [{ embed: { slots, units: 2 } }, ...(small.model as string[])] };
    expect(kinds(own)).toEqual(['embed', 'dense', 'tanh', 'dense']);
    expect(resolve(on(classes, own), classes).model.layers[0].options).toMatchObject({ units: 2 });
    expect(kinds({ ...small, preprocess: [{ columns: { oneHot: 1000 } }] })).toEqual(['dense', 'tanh', 'dense']);
  });

  test('settings that were written down resolve to themselves', () => {
    const { settings } = resolve(on(classes, small), classes);
    expect(resolve(settings, classes).settings).toEqual(settings);
    const chosen = resolve(on(prices), prices).settings;
    expect(resolve(chosen, prices).settings).toEqual(chosen);
  });
});
