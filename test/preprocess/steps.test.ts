import { describe, expect, test } from 'vitest';
import { type Engine, onnxRuntimeEngine, referenceEngine } from '../../src/engine/index.ts';
import { Graph } from '../../src/graph/index.ts';
import { decode, encode } from '../../src/onnx/index.ts';
import { applyPreprocess, type PreprocessName, preprocessors } from '../../src/preprocess/index.ts';
import { gap, readGolden, type StoredTensor, tensorOf } from '../golden/read.ts';
import { apply, batch, dataset, fit, invert } from './support.ts';

interface Golden {
  readonly datasets: readonly { name: string; features: StoredTensor; train: StoredTensor }[];
  readonly cases: readonly { data: string; steps: readonly unknown[]; y: StoredTensor; inverse?: StoredTensor }[];
}

const golden = readGolden<Golden>('sklearn-preprocess.json');
const datasets = new Map(
  golden.datasets.map(({ name, features, train }) => {
    const { shape, data } = tensorOf(features);
    return [name, { data: dataset(data as Float32Array, shape.slice(1)), train: tensorOf(train).data as Int32Array }];
  }),
);
const cpu = onnxRuntimeEngine({ device: 'cpu', threads: 1 });
const kindOf = (step: unknown) => (typeof step === 'string' ? step : Object.keys(step as object)[0]) as PreprocessName;
/** Eigenvectors of neighbouring eigenvalues feel every rounding of the covariance, small variances that of the rows. */
const mixes = (steps: readonly unknown[]) => steps.some((step) => preprocessors[kindOf(step)].mixes);
const toleranceOf = (engine: Engine, steps: readonly unknown[]) =>
  engine === referenceEngine ? 1e-11 : mixes(steps) ? 5e-4 : 1e-5;
const engines = [referenceEngine, cpu];

describe('steps fitted on the training rows make of other rows what scikit-learn makes of them', () => {
  for (const { data: name, steps, y, inverse } of golden.cases)
    for (const engine of engines)
      test(`${name}: ${JSON.stringify(steps)} (${engine.name})`, async () => {
        const { data, train } = datasets.get(name)!;
        const [expected, tolerance] = [tensorOf(y), toleranceOf(engine, steps)];
        const fitted = await fit(engine, data, steps, train);
        const x = batch(data, expected.shape[0]);
        const result = await apply(engine, fitted.steps, x);
        expect(result.shape).toEqual([expected.shape[0], ...fitted.shape]);
        expect(gap(result.data, expected.data)).toBeLessThan(tolerance);
        if (!inverse) return;
        const back = await invert(engine, fitted.steps, result);
        expect(back.shape).toEqual(x.shape);
        expect(gap(back.data, tensorOf(inverse).data)).toBeLessThan(tolerance);
      });
});

test('every step is compared with scikit-learn, and every inverse as well', () => {
  const named = (cases: Golden['cases']) => new Set(cases.flatMap(({ steps }) => steps.map(kindOf)));
  const all = Object.keys(preprocessors) as PreprocessName[];
  // The kinds of a table's columns have a golden of their own: columns.test.ts.
  expect(named(golden.cases)).toEqual(new Set(all.filter((kind) => kind !== 'columns')));
  const invertible = all.filter((kind) => preprocessors[kind].invert);
  expect(named(golden.cases.filter(({ inverse }) => inverse))).toEqual(new Set(invertible));
  expect(all.filter((kind) => !invertible.includes(kind))).toEqual(['columns', 'clip']);
});

describe('the inverse leads back to the raw rows, also of rows that were not trained on', () => {
  const exact: [string, readonly unknown[]][] = [
    ['table', ['center']],
    ['table', ['standardize']],
    ['table', ['scale']],
    ['table', [{ minMax: { low: -2, high: 5 } }]],
    ['table', ['robust']],
    ['table', ['log1p']],
    ['table', ['center', { log1p: { signed: true } }]],
    ['table', ['pca']],
    ['table', ['log1p', 'standardize', 'pca', 'minMax']],
    ['images', ['rescale']],
    ['images', ['rescale', 'pca', 'robust']],
    ['images', ['rescale', { whiten: { kind: 'pca' } }]],
    ['images', ['rescale', { whiten: { kind: 'zca' } }]],
    ['images', [{ whiten: { kind: 'zca', epsilon: 0 } }, { standardize: { over: 'feature' } }]],
    ['few images', ['rescale', { whiten: 'zca' }]],
  ];
  for (const [name, steps] of exact)
    test(`${name}: ${JSON.stringify(steps)}`, async () => {
      const { data, train } = datasets.get(name)!;
      const x = batch(data, data.rows);
      for (const engine of engines) {
        const fitted = await fit(engine, data, steps, train);
        const back = await invert(engine, fitted.steps, await apply(engine, fitted.steps, x));
        expect(gap(back.data, x.data), engine.name).toBeLessThan(toleranceOf(engine, steps));
      }
    });
});

describe('a model file carries the steps, for batches of any size', () => {
  const files: [string, readonly unknown[]][] = [
    ['table', ['log1p', 'robust', { pca: 2 }]],
    ['images', ['rescale', { standardize: { over: 'feature' } }, { pca: 5 }]],
    ['images', [{ minMax: { low: -1 } }, { whiten: 'zca' }, { clip: { low: -3, high: 3 } }]],
  ];
  test.each(files)('%s: %j', async (name, steps) => {
    const { data, train } = datasets.get(name)!;
    const fitted = await fit(cpu, data, steps, train);
    const graph = new Graph();
    graph.output('y', applyPreprocess(fitted.steps, graph.feed('x', 'float', [2, ...data.shape])));
    const file = encode(graph, { freeBatch: true });
    for (const rows of [1, 5]) {
      const program = await cpu.compile(decode(file, rows).graph);
      const { y } = await program.run(cpu.memory(), { x: batch(data, rows) });
      const expected = await apply(cpu, fitted.steps, batch(data, rows));
      expect(y.shape).toEqual(expected.shape);
      expect(gap(y.data, expected.data)).toBeLessThan(1e-6);
      await program.release();
    }
  });
});
