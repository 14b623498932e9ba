import { describe, expect, test } from 'vitest';
import { Random, type Tensor } from '../../src/base/index.ts';
import { epochOrder, fromArrays } from '../../src/data/index.ts';
import { evaluate } from '../../src/engine/index.ts';
import { modelFile } from '../../src/export/index.ts';
import { liveNodes } from '../../src/graph/index.ts';
import { initialize, parametersOf, statesOf } from '../../src/nn/index.ts';
import { decode } from '../../src/onnx/index.ts';
import { type Experiment, trainOn } from '../../src/train/index.ts';
import { averageState } from '../../src/train/step/averaging.ts';
import { cpu, expectSameBits, measure, on, prepare, referenceEngine } from './support.ts';

type Rest = Omit<Experiment, 'data'>;

const random = new Random(3);
const features = Array.from({ length: 30 }, () => [random.normal(), 1 + 2 * random.normal()]);
const line = fromArrays({ features, targets: features.map(([a, b]) => a - b + 0.1 * random.normal()), name: 'line' });

const small: Rest = {
  model: [{ dense: { units: 3 } }, { batchNorm: { momentum: 0.3 } }, 'tanh', { dense: { units: 1 } }],
  preprocess: [],
  target: 'raw',
  split: { validation: 0.1, test: 0.1 },
  optimizer: { sgd: { lr: 0.2 } },
  schedule: 'constant',
  batchSize: 5,
  epochs: 4,
  earlyStopping: false,
};

type Weights = Map<string, Tensor>;

/** Weights and running statistics after each update of the first epochs, without any averaging. */
async function trajectory(rest: Rest): Promise<{ all: Weights[]; perEpoch: number; rows: Int32Array }> {
  const { average: _, ...plain } = rest;
  const { rows, network, memory, trainer, numbers } = await prepare(line, plain, referenceEngine);
  const names = [...parametersOf(network.model), ...statesOf(network.model)].map(({ name }) => name);
  const [size, count] = [rest.batchSize!, rows.train.length];
  const all: Weights[] = [];
  for (let epoch = 1; epoch <= rest.epochs!; epoch++) {
    const order = epochOrder(rows.train, 0, epoch);
    for (let start = 0; start < count; start += size) {
      await trainer.run(order.subarray(start, start + size), 1, numbers);
      all.push(new Map(await Promise.all(names.map(async (name) => [name, await memory.get(name)] as const))));
    }
  }
  return { all, perEpoch: Math.ceil(count / size), rows: rows.train };
}

/** a <- d a + (1 - d) w over a trajectory, beginning with its first weights; `kept` says d at an update counted from 1. */
function exponential(all: readonly Weights[], kept: (update: number) => number): Weights {
  const average = new Map([...all[0]].map(([name, t]) => [name, { ...t, data: Float64Array.from(t.data) }]));
  for (const [i, weights] of all.entries())
    for (const [name, { data }] of weights) {
      const own = average.get(name)!.data;
      if (i > 0) for (let k = 0; k < own.length; k++) own[k] = kept(i + 1) * own[k] + (1 - kept(i + 1)) * data[k];
    }
  return average;
}

function expectClose(got: ReadonlyMap<string, Tensor>, expected: ReadonlyMap<string, Tensor>, digits: number): void {
  expect([...got.keys()].sort()).toEqual([...expected.keys()].sort());
  for (const [name, { data }] of expected)
    for (const [i, x] of [...data].entries()) expect(got.get(name)!.data[i], `${name}[${i}]`).toBeCloseTo(x, digits);
}

describe('ema keeps the exponential average of every weight and running statistic, worked out by hand', () => {
  const withWarmup = (update: number) => Math.min(0.8, (1 + update) / (10 + update));
  test.each<[string, unknown, (update: number) => number]>([
    ['with its warm-up', { ema: { decay: 0.8 } }, withWarmup],
    ['without', { ema: { decay: 0.8, warmup: false } }, () => 0.8],
    ['the decay alone as a number', { ema: 0.8 }, withWarmup],
    ['a decay of 0 keeps the latest weights', { ema: { decay: 0, warmup: false } }, () => 0],
  ])('%s', async (_, average, kept) => {
    const rest = { ...small, average: average as Rest['average'] };
    const run = await trainOn(line, on(line, rest), { engine: referenceEngine });
    const { all } = await trajectory(rest);
    expect(all).toHaveLength(20);
    const expected = exponential(all, kept);
    expectClose(run.weights, expected, 12);
    const last = all[all.length - 1];
    const moved = Math.abs(expected.get('batchNorm1.mean')!.data[0] - last.get('batchNorm1.mean')!.data[0]);
    if (kept(20) > 0) expect(moved, 'the average is not the latest').toBeGreaterThan(1e-3);
  });

  test('validation, test and model file are those of the average', async () => {
    const rest = { ...small, average: { ema: { decay: 0.8 } } };
    const run = await trainOn(line, on(line, rest), { engine: referenceEngine });
    const { all, perEpoch } = await trajectory(rest);
    const { network, rows } = run;
    for (const [i, { validation }] of run.epochs.entries()) {
      const weights = exponential(all.slice(0, (i + 1) * perEpoch), withWarmup);
      const measured = await measure(line, { network, weights }, rows.validation, { engine: referenceEngine });
      expect(validation!.loss, `epoch ${i + 1}`).toBeCloseTo(measured.loss, 12);
    }
    const weights = exponential(all, withWarmup);
    const tested = await measure(line, { network, weights }, rows.test, { engine: referenceEngine });
    expect(run.test!.loss).toBeCloseTo(tested.loss, 12);

    const { graph } = decode(modelFile(run), rows.test.length);
    const data = new Float64Array(2 * rows.test.length).map((_, i) => line.features[2 * rows.test[i >> 1] + (i % 2)]);
    const input = { dtype: 'float', shape: [rows.test.length, 2], data } as const;
    const { prediction } = evaluate(graph, liveNodes(graph), { input }).outputs;
    const square = rows.test.reduce((sum, row, i) => sum + (prediction.data[i] - line.targets.data[row]) ** 2, 0);
    expect(square / rows.test.length).toBeCloseTo(tested.loss, 5);
  });

  test('early stopping watches the average: the best epoch is that of its lowest validation loss', async () => {
    const rest = { ...small, average: { ema: 0.9 }, epochs: 12, earlyStopping: {} };
    const run = await trainOn(line, on(line, rest), { engine: cpu });
    const losses = run.epochs.map(({ validation }) => validation!.loss);
    expect(run.best!.validation!.loss).toBe(Math.min(...losses));
    const kept = await measure(line, run, run.rows.validation, { batch: run.rows.validation.length });
    expect(kept.loss).toBeCloseTo(Math.min(...losses), 6);
  });

  test('several steps in one call give the same bits', async () => {
    const after = async (perCall: number) => {
      const rest = { ...small, average: { ema: 0.8 } };
      const { rows, network, memory, trainer, numbers } = await prepare(line, rest, cpu);
      const order = epochOrder(rows.train, 0, 1);
      for (let update = 0; update < 4; update += perCall)
        await trainer.run(order.subarray(5 * update, 5 * (update + perCall)), perCall, numbers);
      await trainer.release();
      const names = [...parametersOf(network.model), ...statesOf(network.model)].map(({ name }) => averageState(name));
      return new Map(await Promise.all(names.map(async (name) => [name, await memory.get(name)] as const)));
    };
    const one = await after(1);
    expectSameBits(await after(2), one);
    expectSameBits(await after(4), one);
  });

  test('a run that ends before its first update keeps the first weights', async () => {
    const signal = AbortSignal.abort();
    const run = await trainOn(line, on(line, { ...small, average: 'ema' }), { engine: referenceEngine, signal });
    expect(run.updates).toBe(0);
    for (const [name, { data }] of initialize(run.network.model, 0))
      expect([...run.weights.get(name)!.data], name).toEqual([...data]);
  });
});

describe('swa', () => {
  const rest = { ...small, average: { swa: { start: 0.5 } } };

  test.each([
    [0, [1, 2, 3, 4]],
    [0.5, [3, 4]],
    [0.75, [4]],
  ])('from %d of the run on is the mean of the weights after the epochs %j', async (start, epochs) => {
    const run = await trainOn(line, on(line, { ...rest, average: { swa: start } }), { engine: referenceEngine });
    const { all, perEpoch } = await trajectory(rest);
    for (const { name } of parametersOf(run.network.model)) {
      const each = epochs.map((epoch) => all[epoch * perEpoch - 1].get(name)!.data);
      for (const [i, x] of [...run.weights.get(name)!.data].entries())
        expect(x, name).toBeCloseTo(each.reduce((sum, data) => sum + data[i], 0) / epochs.length, 12);
    }
    expect(run.averaged!.epochs).toBe(epochs.length);
  });

  test('measures running statistics again: the mean over the batches of the training rows', async () => {
    // 26 training rows are five batches of 5; the last row is left out.
    const experiment = on(line, { ...rest, split: { validation: 0.1, test: 0 } });
    const run = await trainOn(line, experiment, { engine: referenceEngine });
    const [weight, bias] = ['weight', 'bias'].map((name) => run.weights.get(`dense1.${name}`)!.data);
    const { train } = run.rows;
    expect(train.length % 5).not.toBe(0);
    for (let unit = 0; unit < 3; unit++) {
      const [means, variances]: number[][] = [[], []];
      for (let start = 0; start + 5 <= train.length; start += 5) {
        const z = Array.from(train.subarray(start, start + 5), (row) =>
          [0, 1].reduce((sum, k) => sum + line.features[2 * row + k] * weight[3 * k + unit], bias[unit]),
        );
        const mean = z.reduce((sum, x) => sum + x, 0) / 5;
        means.push(mean);
        variances.push(z.reduce((sum, x) => sum + (x - mean) ** 2, 0) / 4);
      }
      const average = (list: number[]) => list.reduce((sum, x) => sum + x, 0) / list.length;
      expect(run.weights.get('batchNorm1.mean')!.data[unit]).toBeCloseTo(average(means), 12);
      expect(run.weights.get('batchNorm1.variance')!.data[unit]).toBeCloseTo(average(variances), 12);
    }
  });

  test('validation and test are those of the mean with its own statistics', async () => {
    const run = await trainOn(line, on(line, rest), { engine: referenceEngine });
    const validation = await measure(line, run, run.rows.validation, { engine: referenceEngine });
    expect(run.averaged!.validation!.loss).toBeCloseTo(validation.loss, 12);
    expect(run.averaged!.validation!.loss).not.toBeCloseTo(run.epochs[3].validation!.loss, 6);
    const tested = await measure(line, run, run.rows.test, { engine: referenceEngine });
    expect(run.test!.loss).toBeCloseTo(tested.loss, 12);
  });

  test('is not stopped early and keeps its rate unless told otherwise, and says why; early stopping is refused', async () => {
    const { earlyStopping: _, schedule: __, ...open } = rest;
    const run = await trainOn(line, on(line, open), { engine: cpu });
    expect(run.settings.earlyStopping).toBe(false);
    expect(run.settings.schedule).toEqual({ constant: { warmup: 0 } });
    expect(run.chosen).toContainEqual({
      setting: 'earlyStopping',
      value: false,
      why: 'averages and snapshots need all epochs',
    });
    expect(run.chosen).toContainEqual({
      setting: 'schedule',
      value: 'constant',
      why: 'averaged weights want a rate that stays high',
    });
    const asked = await trainOn(line, on(line, { ...open, schedule: 'cosine' }), { engine: cpu });
    expect(asked.settings.schedule).toEqual({ cosine: { warmup: 0 } });
    const stopping = on(line, { ...open, earlyStopping: {} });
    await expect(trainOn(line, stopping, { engine: cpu })).rejects.toThrow(/averages and snapshots need all epochs/);
  });

  test('gives the same bits again', async () => {
    const [a, b] = [
      await trainOn(line, on(line, rest), { engine: cpu }),
      await trainOn(line, on(line, rest), { engine: cpu }),
    ];
    expectSameBits(a.weights, b.weights);
  });

  test('claims no average where training diverged and the mean was given up', async () => {
    // Each update multiplies the error by about -100, until float32 overflows after some twenty epochs.
    const model = [{ dense: { units: 1 } }];
    const wild = { ...rest, model, optimizer: { sgd: { lr: 20 } }, batchSize: 24, epochs: 40, average: { swa: 0.1 } };
    const run = await trainOn(line, on(line, wild), { engine: cpu });
    expect(run.stopped.ending).toBe('diverged');
    expect(run.epochs.length).toBeGreaterThan(5);
    expect(run.averaged).toBeUndefined();
  });
});
