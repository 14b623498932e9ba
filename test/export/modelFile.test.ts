import * as runtime from 'onnxruntime-node';
import { describe, expect, test } from 'vitest';
import { Random, sizeOf } from '../../src/base/index.ts';
import { type Dataset, fromArrays, split } from '../../src/data/index.ts';
import { loadDataset } from '../../src/data/readers/index.ts';
import { evaluate, onnxRuntimeEngine } from '../../src/engine/index.ts';
import { modelFile } from '../../src/export/index.ts';
import { liveNodes, verify } from '../../src/graph/index.ts';
import { decode, readFacts } from '../../src/onnx/index.ts';
import { type Experiment, type Run, trainOn } from '../../src/train/index.ts';
import { distance } from '../support/graphs.ts';

const digits = await loadDataset('digits');
const iris = await loadDataset('iris');
const random = new Random(1);
const points = Array.from({ length: 200 }, () => [random.normal(), random.normal()]);
const sides = fromArrays({
  features: points,
  targets: points.map(([a, b]) => (a > b ? 'above' : 'below')),
  name: 'sides',
});
const plane = fromArrays({ features: points, targets: points.map(([a, b]) => a - 2 * b), name: 'plane' });
const bytes = fromArrays({
  features: Uint8Array.from({ length: 120 * 64 }, () => random.below(256)),
  shape: [1, 8, 8],
  targets: Int32Array.from({ length: 120 }, (_, row) => row % 3),
  name: 'bytes',
});

const experiments: Record<string, { dataset: Dataset; rest: Omit<Experiment, 'data'> }> = {
  'mlp on a table': { dataset: iris, rest: { model: 'mlp' } },
  'cnn: convolutions, batchNorm, maxPool, dropout': { dataset: digits, rest: { model: 'cnn', epochs: 1 } },
  'strides, average and global pools, tanh, sigmoid, no bias': {
    dataset: digits,
    rest: {
      model: [
        { conv2d: { filters: 8, stride: 2, bias: false } },
        'tanh',
        { averagePool: { size: 2, stride: 1, padding: 'same' } },
        { conv2d: { filters: 12, padding: 0 } },
        'sigmoid',
        'globalAveragePool',
        'batchNorm',
        { dropout: { rate: 0.5 } },
        { dense: { units: 10, bias: false } },
      ],
      epochs: 1,
    },
  },
  'images of bytes, standardized': { dataset: bytes, rest: { model: 'cnn' } },
  'images of bytes, rescaled': { dataset: bytes, rest: { model: 'linear', preprocess: ['rescale'] } },
  'one logit for two classes': {
    dataset: sides,
    rest: { model: [{ dense: { units: 8 } }, 'relu', { dense: { units: 1 } }], loss: 'binaryCrossEntropy' },
  },
  'as many principal components as hold most of the variance': {
    dataset: iris,
    rest: { model: 'mlp', preprocess: ['standardize', { pca: { components: 0.9 } }] },
  },
  'regression, not preprocessed': {
    dataset: plane,
    rest: { model: [{ dense: { units: 4 } }, 'tanh', { dense: { units: 1 } }], preprocess: [], target: 'raw' },
  },
};

const runs = new Map<string, Run>();
for (const [name, { dataset, rest }] of Object.entries(experiments)) {
  const experiment = { data: { dataset: dataset.name }, epochs: 3, ...rest };
  runs.set(name, await trainOn(dataset, experiment, { engine: onnxRuntimeEngine({ threads: 1 }) }));
}

const testRows = (dataset: Dataset, { settings }: Run) =>
  split(dataset, { ...settings.split, limit: settings.limit }).test;

/** The raw features of some rows, one after the other. */
function featuresOf({ features, shape }: Dataset, rows: Int32Array): Float32Array | Uint8Array {
  const width = sizeOf(shape);
  const chosen =
    features instanceof Uint8Array ? new Uint8Array(rows.length * width) : new Float32Array(rows.length * width);
  for (const [i, row] of rows.entries()) chosen.set(features.subarray(row * width, (row + 1) * width), i * width);
  return chosen;
}

type Outputs = Record<string, Float32Array>;

/** What plain onnxruntime-node makes of the rows, `batch` at a time. */
async function runFile(file: Uint8Array, dataset: Dataset, rows: Int32Array, batch: number): Promise<Outputs> {
  const session = await runtime.InferenceSession.create(file, { logSeverityLevel: 3, intraOpNumThreads: 1 });
  const parts: Record<string, number[]> = {};
  for (let start = 0; start < rows.length; start += batch) {
    const part = rows.subarray(start, start + batch);
    const data = featuresOf(dataset, part);
    const type = data instanceof Uint8Array ? 'uint8' : 'float32';
    const outputs = await session.run({
      input: new runtime.Tensor(type, data as Float32Array, [part.length, ...dataset.shape]),
    });
    for (const [name, { data, dims }] of Object.entries(outputs)) {
      expect(dims[0]).toBe(part.length);
      (parts[name] ??= []).push(...(data as Float32Array));
    }
  }
  await session.release();
  return Object.fromEntries(Object.entries(parts).map(([name, values]) => [name, Float32Array.from(values)]));
}

const mean = (numbers: number[]): number => numbers.reduce((sum, x) => sum + x, 0) / numbers.length;

/** Loss and metric of the test rows, worked out from the outputs of the file alone. */
function measuresOf({ probabilities, prediction }: Outputs, { targets }: Dataset, rows: Int32Array) {
  if (targets.kind === 'numbers') {
    const square = mean(Array.from(rows, (row, i) => (prediction[i] - targets.data[row]) ** 2));
    return { loss: square, metric: Math.sqrt(square) };
  }
  const width = probabilities.length / rows.length;
  const shares = (i: number) =>
    width === 1 ? [1 - probabilities[i], probabilities[i]] : [...probabilities.subarray(i * width, (i + 1) * width)];
  const each = Array.from(rows, (row, i) => {
    const p = shares(i);
    return { loss: -Math.log(p[targets.data[row]]), right: p.indexOf(Math.max(...p)) === targets.data[row] ? 1 : 0 };
  });
  return { loss: mean(each.map(({ loss }) => loss)), metric: mean(each.map(({ right }) => right)) };
}

describe.each(Object.keys(experiments))('the model file of a run: %s', (name) => {
  const { dataset } = experiments[name];
  const run = runs.get(name)!;
  const file = modelFile(run);
  const rows = testRows(dataset, run);

  test('gives plain ONNX Runtime the loss and metric that the run measured, for batches of 1, 3 and 32 raw rows', async () => {
    for (const batch of [1, 3, 32]) {
      const { loss, metric } = measuresOf(await runFile(file, dataset, rows, batch), dataset, rows);
      expect(metric, `batches of ${batch}`).toBeCloseTo(run.test!.metric, 5);
      expect(loss, `batches of ${batch}`).toBeCloseTo(run.test!.loss, 4);
    }
  });

  test('gives each row the same numbers in any batch', async () => {
    const [one, three] = [await runFile(file, dataset, rows, 1), await runFile(file, dataset, rows, 3)];
    expect(Object.keys(one)).toEqual(Object.keys(three));
    for (const key of Object.keys(one)) expect(distance(three[key], one[key]), key).toBeLessThan(1e-5);
  });

  test('can be read again, and the float64 reference agrees with ONNX Runtime', async () => {
    const { graph } = decode(file, rows.length);
    verify(graph);
    const data = featuresOf(dataset, rows);
    const input = {
      dtype: data instanceof Uint8Array ? 'uint8' : 'float',
      shape: [rows.length, ...dataset.shape],
      data,
    } as const;
    const { outputs } = evaluate(graph, liveNodes(graph), { input });
    const fast = await runFile(file, dataset, rows, rows.length);
    expect(Object.keys(outputs)).toEqual(Object.keys(fast));
    for (const key of Object.keys(fast)) expect(distance(fast[key], outputs[key].data), key).toBeLessThan(1e-5);
  });

  test('needs nothing from Wellfit: only operators of the ONNX standard, and no randomness', () => {
    const { graph } = decode(file);
    expect(graph.nodes.filter(({ op }) => op.domain)).toEqual([]);
    expect(graph.nodes.filter(({ scope }) => scope.startsWith('dropout'))).toEqual([]);
    expect([...graph.feeds.keys()]).toEqual(['input']);
  });

  test('says in its metadata what it was trained on, how, and with what result', () => {
    const facts = readFacts(decode(file).metadata);
    expect(facts).toMatchObject({
      dataset: dataset.name,
      shape: dataset.shape,
      bytes: dataset.features instanceof Uint8Array,
      settings: run.settings,
      results: { test: run.test, updates: run.updates },
    });
    const { targets } = dataset;
    expect([facts.task, facts.classes]).toEqual(
      targets.kind === 'classes' ? ['classes', targets.classes] : ['regression', undefined],
    );
  });

  test('has probabilities that are shares, or predictions', async () => {
    const outputs = await runFile(file, dataset, rows, 32);
    const classes = dataset.targets.kind === 'classes' ? dataset.targets.classes.length : undefined;
    expect(Object.keys(outputs)).toEqual(classes ? ['logits', 'probabilities'] : ['prediction']);
    if (!classes) return;
    const { probabilities, logits } = outputs;
    const width = run.network.model.output[0];
    expect([probabilities.length, logits.length]).toEqual([rows.length * width, rows.length * width]);
    expect(probabilities.every((p) => p >= 0 && p <= 1)).toBe(true);
    if (width === 1) return;
    for (let i = 0; i < rows.length; i++)
      expect(probabilities.subarray(i * width, (i + 1) * width).reduce((sum, p) => sum + p, 0)).toBeCloseTo(1, 5);
  });
});

test('principal components that hold a share of the variance narrow the network, and the file takes raw rows', async () => {
  const run = runs.get('as many principal components as hold most of the variance')!;
  // Two of the four directions of standardized irises hold 96 % of the variance, one 73 %.
  expect(run.network.model.input).toEqual([2]);
  expect(run.weights.get('dense1.weight')!.shape).toEqual([2, 64]);
  expect(run.notes.some((note) => note.startsWith('pca'))).toBe(true);
  const { graph } = decode(modelFile(run), 5);
  expect(graph.feeds.get('input')!.shape).toEqual([5, 4]);
});

describe('a model file speaks the language of the target', () => {
  const counts = fromArrays({
    features: points,
    targets: points.map(([a]) => Math.round(Math.exp(1 + a))),
    name: 'counts',
  });
  const train = (dataset: Dataset, rest: Omit<Experiment, 'data'>) =>
    trainOn(
      dataset,
      { data: { dataset: dataset.name }, epochs: 5, ...rest },
      { engine: onnxRuntimeEngine({ threads: 1 }) },
    );

  test('after Poisson regression it predicts rates', async () => {
    const run = await train(counts, { model: 'linear', loss: 'poisson' });
    const rows = testRows(counts, run);
    const outputs = await runFile(modelFile(run), counts, rows, 7);
    expect(Object.keys(outputs)).toEqual(['prediction']);
    const { prediction } = outputs;
    expect(prediction.every((rate) => rate > 0)).toBe(true);
    const { data } = counts.targets;
    expect(Math.sqrt(mean(Array.from(rows, (row, i) => (prediction[i] - data[row]) ** 2)))).toBeCloseTo(
      run.test!.metric,
      4,
    );
    const likelihood = mean(Array.from(rows, (row, i) => prediction[i] - data[row] * Math.log(prediction[i])));
    expect(likelihood).toBeCloseTo(run.test!.loss, 4);
  });

  test('after a regression it predicts in the unit of the target, however it was learned', async () => {
    for (const target of ['standardize', 'raw'] as const) {
      const far = { ...plane, targets: { ...plane.targets, data: plane.targets.data.map((t) => 1000 * t + 5000) } };
      const run = await train(far as Dataset, { model: 'linear', target });
      const rows = testRows(far as Dataset, run);
      const { prediction } = await runFile(modelFile(run), far as Dataset, rows, 7);
      const square = mean(Array.from(rows, (row, i) => (prediction[i] - far.targets.data[row]) ** 2));
      expect(Math.sqrt(square) / run.test!.metric, target).toBeCloseTo(1, 4);
    }
  });

  test('after the hinge loss it gives scores and claims no probabilities', async () => {
    const run = await train(iris, { model: 'linear', loss: 'hinge' });
    const rows = testRows(iris, run);
    const outputs = await runFile(modelFile(run), iris, rows, 7);
    expect(Object.keys(outputs)).toEqual(['scores']);
    const right = Array.from(rows, (row, i) => {
      const scores = outputs.scores.subarray(3 * i, 3 * i + 3);
      return scores.indexOf(Math.max(...scores)) === iris.targets.data[row] ? 1 : 0;
    });
    expect(mean(right)).toBeCloseTo(run.test!.metric, 9);
  });

  test('after training on labels it gives a probability for each', async () => {
    const targets = {
      kind: 'numbers',
      width: 2,
      data: Float32Array.from(points.flatMap(([a, b]) => [a > b ? 1 : 0, b > 0 ? 1 : 0])),
    };
    const labels = { ...plane, name: 'labels', targets } as Dataset;
    const run = await train(labels, { model: [{ dense: { units: 2 } }], loss: 'binaryCrossEntropy' });
    const { logits, probabilities } = await runFile(modelFile(run), labels, testRows(labels, run), 7);
    expect(probabilities.length).toBe(2 * testRows(labels, run).length);
    for (const [i, p] of probabilities.entries()) expect(p).toBeCloseTo(1 / (1 + Math.exp(-logits[i])), 5);
  });
});

describe('the input of a model file', () => {
  const inputOf = async (name: string) => {
    const session = await runtime.InferenceSession.create(modelFile(runs.get(name)!), { logSeverityLevel: 3 });
    const [input] = session.inputMetadata;
    await session.release();
    return input;
  };

  test('is uint8 for images of bytes and float32 for everything else, with a free batch axis', async () => {
    expect(await inputOf('images of bytes, standardized')).toMatchObject({
      name: 'input',
      type: 'uint8',
      shape: ['batch', 1, 8, 8],
    });
    expect(await inputOf('mlp on a table')).toMatchObject({ name: 'input', type: 'float32', shape: ['batch', 4] });
  });
});

test('a model file is the same for the same run', async () => {
  const run = runs.get('mlp on a table')!;
  expect(modelFile(run)).toEqual(modelFile(run));
});
