import { describe, expect, test } from 'vitest';
import { Random } from '../../src/base/index.ts';
import { onnxRuntimeEngine, referenceEngine } from '../../src/engine/index.ts';
import { Graph } from '../../src/graph/index.ts';
import { applyPreprocess, fitPreprocess, outputShape, readPreprocess } from '../../src/preprocess/index.ts';
import { gap } from '../golden/read.ts';
import { apply, batch, dataset, fit, range } from './support.ts';

const cpu = onnxRuntimeEngine({ device: 'cpu', threads: 1 });
const random = new Random(3);

/** Correlated columns of different size, all above -1. */
function table(rows: number, width: number): Float32Array {
  const data = new Float32Array(rows * width);
  for (let row = 0; row < rows; row++) {
    const common = random.normal();
    for (let i = 0; i < width; i++) data[row * width + i] = Math.exp(0.5 * common + 0.5 * random.normal()) * (1 + i);
  }
  return data;
}

/** Mean and covariance (divided by n) of the rows of a matrix, by plain loops. */
function statistics(data: ArrayLike<number>, width: number, rows = range(0, data.length / width)) {
  const mean = new Float64Array(width);
  for (const row of rows) for (let i = 0; i < width; i++) mean[i] += data[row * width + i] / rows.length;
  const covariance = new Float64Array(width * width);
  for (const row of rows)
    for (let i = 0; i < width; i++)
      for (let j = 0; j < width; j++)
        covariance[i * width + j] +=
          ((data[row * width + i] - mean[i]) * (data[row * width + j] - mean[j])) / rows.length;
  return { mean, covariance };
}

const learning = [
  ['center', 'standardize', 'robust'],
  ['scale', 'minMax'],
  ['log1p', 'standardize', { pca: { components: 3 } }],
  [{ whiten: 'zca' }],
  [{ standardize: { sample: 12 } }, { pca: { components: 0.9, sample: 15 } }],
];

describe('only the training rows are learned from', () => {
  test.each(learning.map((steps) => [JSON.stringify(steps), steps] as const))('%s', async (_, steps) => {
    const features = table(40, 5);
    const train = range(10, 30);
    const before = await fit(referenceEngine, dataset(features, [5]), steps, train);
    const changed = features.map((x, i) => (i >= 50 && i < 150 ? x : x + 100));
    const after = await fit(referenceEngine, dataset(changed, [5]), steps, train);
    expect(after).toEqual(before);
    const moved = await fit(referenceEngine, dataset(changed, [5]), steps, range(9, 30));
    expect(moved.steps).not.toEqual(before.steps);
  });
});

test('a step learns from what the steps before it leave', async () => {
  const data = dataset(table(30, 4), [4]);
  const { steps } = await fit(referenceEngine, data, ['log1p', 'center', 'standardize']);
  const logs = Float64Array.from(data.features, Math.log1p);
  const { mean, covariance } = statistics(logs, 4);
  expect(gap(steps[1].fitted.shift.data, mean)).toBeLessThan(1e-14);
  expect(largest(steps[2].fitted.shift.data)).toBeLessThan(1e-14);
  const deviations = mean.map((_, i) => Math.sqrt(covariance[5 * i]));
  expect(
    gap(
      steps[2].fitted.factor.data,
      deviations.map((x) => 1 / x),
    ),
  ).toBeLessThan(1e-13);
});

const largest = (numbers: Float64Array) => numbers.reduce((a, b) => Math.max(a, Math.abs(b)), 0);

describe('whitened rows have the identity as covariance', () => {
  for (const kind of ['pca', 'zca'])
    for (const [engine, tolerance] of [
      [referenceEngine, 1e-11],
      [cpu, 2e-4],
    ] as const)
      test(`${kind} (${engine.name})`, async () => {
        const data = dataset(table(200, 6), [6]);
        const { steps } = await fit(engine, data, ['standardize', { whiten: { kind, epsilon: 0 } }]);
        const { data: y } = await apply(engine, steps, batch(data, 200));
        const { mean, covariance } = statistics(y, 6);
        expect(largest(mean)).toBeLessThan(tolerance);
        expect(
          gap(
            covariance,
            Float64Array.from({ length: 36 }, (_, i) => Number(i % 7 === 0)),
          ),
        ).toBeLessThan(tolerance);
      });

  test('zca leaves each feature nearest to what it was', async () => {
    const data = dataset(table(200, 3), [3]);
    const { steps } = await fit(referenceEngine, data, ['standardize', { whiten: { kind: 'zca', epsilon: 0 } }]);
    const [x, y] = [
      await apply(referenceEngine, steps.slice(0, 1), batch(data, 200)),
      await apply(referenceEngine, steps, batch(data, 200)),
    ];
    const correlation = (i: number, j: number) =>
      Array.from({ length: 200 }, (_, row) => (x.data[3 * row + i] * y.data[3 * row + j]) / 200).reduce(
        (a, b) => a + b,
      );
    for (let i = 0; i < 3; i++)
      for (let j = 0; j < 3; j++) if (i !== j) expect(correlation(i, i)).toBeGreaterThan(correlation(i, j));
  });
});

describe('more rows than one block', () => {
  test('are all counted, and none twice, also after other steps', async () => {
    const [rows, width] = [3500, 1000];
    const features = Uint8Array.from({ length: rows * width }, (_, i) => (random.below(200) * (i % 7)) % 256);
    const train = range(100, rows);
    const own = new Float64Array(width);
    for (const row of train) for (let i = 0; i < width; i++) own[i] += features[row * width + i] / train.length;
    const data = dataset(features, [width]);
    for (const steps of [['center'], ['rescale', 'center']]) {
      const fitted = await fit(cpu, data, steps, train);
      const factor = steps.length === 2 ? 255 : 1;
      expect(
        gap(
          fitted.steps.at(-1)!.fitted.shift.data.map((x) => x * factor),
          own,
        ),
      ).toBeLessThan(2e-7);
    }
    const { steps } = await fit(cpu, data, ['robust'], train);
    const column = Array.from(train, (row) => features[row * width + 5]).sort((a, b) => a - b);
    expect(steps[0].fitted.shift.data[5]).toBe((column[1699] + column[1700]) / 2);
  });

  test('make the covariance of all of them', async () => {
    const [rows, width] = [70_000, 40];
    const data = dataset(table(rows, width), [width]);
    const { steps } = await fit(cpu, data, ['pca']);
    const { mean, vectors } = steps[0].fitted;
    const expected = statistics(data.features, width);
    expect(gap(mean.data, expected.mean)).toBeLessThan(1e-9);
    const along = (i: number, j: number) => {
      let sum = 0;
      for (let a = 0; a < width; a++)
        for (let b = 0; b < width; b++)
          sum += vectors.data[i * width + a] * expected.covariance[a * width + b] * vectors.data[j * width + b];
      return sum;
    };
    const top = along(0, 0);
    for (let i = 0; i < width; i++) for (let j = 0; j < i; j++) expect(Math.abs(along(i, j)) / top).toBeLessThan(2e-6);
  });
});

describe('the shape of a row', () => {
  const shaped: [readonly unknown[], number[], number[]][] = [
    [['standardize'], [2, 3, 4], [2, 3, 4]],
    [[{ pca: 5 }], [5], [5]],
    [['pca'], [24], [15]],
    [[{ pca: 0.5 }], [24], [4]],
    [['rescale', { pca: 6 }, { pca: 2 }], [2], [2]],
    [['whiten'], [24], [24]],
    [
      [{ whiten: { kind: 'zca', components: 3 } }, 'standardize'],
      [2, 3, 4],
      [2, 3, 4],
    ],
  ];
  const noise = Uint8Array.from({ length: 15 * 24 }, (_, i) => 128 + 100 * Math.sin(i * i));
  const data = dataset(noise, [2, 3, 4]);
  test.each(shaped)('after %j is at most %j before fitting, and %j after', async (steps, most, fitted) => {
    expect(outputShape(readPreprocess(steps), data)).toEqual(most);
    const result = await fit(cpu, data, steps);
    expect(result.shape).toEqual(fitted);
    expect((await apply(cpu, result.steps, batch(data, 3))).shape).toEqual([3, ...fitted]);
  });
});

describe('a sample', () => {
  const data = dataset(table(300, 3), [3]);
  const learn = (sample: number, seed: number) =>
    fit(referenceEngine, data, [{ standardize: { sample } }], range(0, 300), seed);

  test('is drawn by the seed, and said', async () => {
    const { steps, notes } = await learn(20, 1);
    expect(await learn(20, 1)).toEqual({ steps, notes, shape: [3] });
    expect((await learn(20, 2)).steps).not.toEqual(steps);
    expect(notes).toEqual(['standardize learned from a sample of 20 of 300 training rows']);
  });

  test('of all rows or more is all rows', async () => {
    const { steps, notes } = await learn(300, 1);
    expect(steps[0].fitted).toEqual((await fit(referenceEngine, data, ['standardize'])).steps[0].fitted);
    expect(notes).toEqual([]);
    expect((await learn(1000, 1)).notes).toEqual([]);
  });

  test('of half of the rows comes near to all of them', async () => {
    const [some, all] = [await learn(150, 1), await learn(300, 1)];
    expect(gap(some.steps[0].fitted.shift.data, all.steps[0].fitted.shift.data)).toBeLessThan(0.2);
  });
});

describe('what a person should know is said', () => {
  const columns = ['height', 'width', 'unit', 'rare'];
  const rows = Array.from({ length: 20 }, (_, i) => [i, i * i, 3, Number(i < 3)]).flat();
  const data = dataset(Float32Array.from(rows), [4], columns);
  const constant = '1 of 4 features are constant in the training rows (unit); they carry no information';
  const noted: [readonly unknown[], string[]][] = [
    [['standardize'], [constant]],
    [['scale'], [constant]],
    [['minMax'], [constant]],
    [['center'], []],
    [['log1p', 'standardize'], [constant]],
    [
      ['robust'],
      ['2 of 4 features have equal quartiles in the training rows (unit, rare); they are centered and left unscaled'],
    ],
    [[{ pca: 1 }], ['pca keeps 1 of 4 components: 99.98 % of the variance']],
    [[{ whiten: 'zca' }], []],
    [
      ['standardize', { whiten: { components: 2 } }],
      [constant, 'whiten keeps 2 of 4 components: 99.53 % of the variance'],
    ],
  ];
  test.each(noted)('%j', async (steps, notes) => {
    for (const engine of [referenceEngine, cpu]) expect((await fit(engine, data, steps)).notes).toEqual(notes);
  });

  test('constant pixels and channels by their place, five at most', async () => {
    const images = new Uint8Array(4 * 12).map((_, i) => (i % 12 < 6 ? 9 : i * 5));
    const notes = async (step: unknown) => (await fit(cpu, dataset(images, [2, 2, 3]), [step])).notes;
    expect(await notes('standardize')).toEqual([
      '1 of 2 channels are constant in the training rows (0); they carry no information',
    ]);
    expect(await notes({ standardize: { over: 'feature' } })).toEqual([
      '6 of 12 features are constant in the training rows ([0, 0, 0], [0, 0, 1], [0, 0, 2], [0, 1, 0], [0, 1, 1], …); they carry no information',
    ]);
  });

  test('a component without variance is not blown up to 1 by rounding, but reported', async () => {
    for (const engine of [referenceEngine, cpu]) {
      const { steps, notes } = await fit(engine, data, ['pca', 'standardize']);
      expect(notes[1]).toBe('1 of 4 features are constant in the training rows (3); they carry no information');
      const { data: y } = await apply(engine, steps, batch(data, 20));
      for (let row = 0; row < 20; row++) expect(Math.abs(y[4 * row + 3])).toBeLessThan(1e-3);
    }
  });
});

test('progress names the step and rises', async () => {
  const data = dataset(table(400, 400), [400]);
  const reports: [string, number][] = [];
  const tools = { engine: cpu, seed: 0, onProgress: (step: string, done: number) => void reports.push([step, done]) };
  await fitPreprocess(readPreprocess(['standardize', 'pca']), data, range(0, 400), tools);
  const done = reports.filter(([step]) => step === 'pca').map(([, fraction]) => fraction);
  expect(done.length).toBeGreaterThan(0);
  expect(done).toEqual(done.toSorted((a, b) => a - b));
  for (const fraction of done) expect(fraction > 0 && fraction <= 1).toBe(true);
});

test('a matrix stands in a graph once, however often the step is repeated', async () => {
  const data = dataset(table(20, 3), [3]);
  const { steps } = await fit(cpu, data, [{ whiten: 'zca' }]);
  const graph = new Graph();
  for (let i = 0; i < 3; i++) applyPreprocess(steps, graph.feed(`x${i}`, 'float', [2, 3]));
  const constants = new Set(
    graph.nodes.flatMap(({ inputs }) => inputs.filter(({ source }) => source.kind === 'constant')),
  );
  expect([...constants].filter(({ shape }) => shape.length === 2 && shape[0] === 3).length).toBe(1);
});
