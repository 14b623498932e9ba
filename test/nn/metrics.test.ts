import { describe, expect, test } from 'vitest';
import { type Engine, onnxRuntimeEngine, referenceEngine } from '../../src/engine/index.ts';
import { Graph, verify } from '../../src/graph/index.ts';
import {
  classReport,
  confusionMatrix,
  type Metric,
  type MetricName,
  metrics,
  type Predictions,
  type TargetKind,
} from '../../src/nn/index.ts';
import { reduceMean } from '../../src/ops/index.ts';
import { gap, readGolden, type StoredTensor, tensorOf } from '../golden/read.ts';

interface GoldenValue {
  readonly metric: MetricName;
  readonly options: Readonly<Record<string, unknown>>;
  readonly value: number;
}

interface MetricCase {
  readonly label: string;
  readonly target: TargetKind;
  readonly width: number;
  readonly outputs: StoredTensor;
  readonly targets: StoredTensor;
  readonly values: readonly GoldenValue[];
  readonly confusion?: readonly (readonly number[])[];
  readonly report?: readonly Readonly<Record<'precision' | 'recall' | 'f1' | 'support', number>>[];
}

const { cases } = readGolden<{ cases: MetricCase[] }>('sklearn-metrics.json');
const metricOf = (name: MetricName): Metric => metrics[name];
const names = Object.keys(metrics) as MetricName[];

const predictionsOf = ({ target, width, outputs, targets }: MetricCase): Predictions => ({
  rows: outputs.shape[0],
  width,
  outputs: tensorOf(outputs).data,
  target,
  targets: tensorOf(targets).data,
});

const engines = [
  { engine: referenceEngine, tolerance: 1e-12 },
  { engine: onnxRuntimeEngine({ device: 'cpu', threads: 1 }), tolerance: 1e-6 },
];

/** The metric of some rows as a training step measures it. */
async function inStep(engine: Engine, { running }: Metric, options: Record<string, unknown>, golden: MetricCase) {
  const graph = new Graph();
  const output = graph.feed('output', 'float', golden.outputs.shape);
  const target = graph.feed('target', golden.target.kind === 'classes' ? 'int32' : 'float', golden.targets.shape);
  graph.output('mean', reduceMean(running!.perRow(output, target, options), { axes: [0], keepdims: 0 }));
  verify(graph);
  const program = await engine.compile(graph);
  const given = { output: tensorOf(golden.outputs), target: tensorOf(golden.targets) };
  const { mean } = await program.run(engine.memory(), given);
  await program.release();
  return running!.finish(mean.data[0]);
}

describe('every metric is that of scikit-learn', () => {
  for (const golden of cases)
    test(golden.label, () => {
      for (const { metric, options, value } of golden.values) {
        const known = metricOf(metric).options.parse(options);
        const what = `${metric} ${JSON.stringify(options)}`;
        expect(metricOf(metric).fits(golden.target, known), what).toBe(true);
        expect(gap([metricOf(metric).compute(predictionsOf(golden), known)], [value]), what).toBeLessThan(1e-12);
      }
    });

  for (const golden of cases)
    for (const { engine, tolerance } of engines)
      test(`${golden.label}, inside of the step (${engine.name})`, async () => {
        for (const { metric, options, value } of golden.values.filter((v) => metricOf(v.metric).running)) {
          const known = metricOf(metric).options.parse(options);
          const measured = await inStep(engine, metricOf(metric), known, golden);
          expect(gap([measured], [value]), `${metric} ${JSON.stringify(options)}`).toBeLessThan(tolerance);
        }
      });

  for (const { label, report, confusion, ...rest } of cases.filter(({ report }) => report !== undefined))
    test(`${label}, class by class`, () => {
      const predictions = predictionsOf({ label, ...rest });
      const said = classReport(predictions);
      expect(said.length).toBe(report!.length);
      for (const key of ['precision', 'recall', 'f1', 'support'] as const) {
        const [actual, expected] = [said, report!].map((list) => list.map((entry) => entry[key]));
        expect(gap(actual, expected), key).toBeLessThan(1e-12);
      }
      if (confusion) expect(confusionMatrix(predictions)).toEqual(confusion);
    });
});

test('every metric, and every option of it, is compared', () => {
  const values = cases.flatMap((golden) => golden.values);
  for (const name of names) {
    const compared = values.filter(({ metric }) => metric === name);
    expect(compared.length, name).toBeGreaterThan(2);
    for (const option of Object.keys(metricOf(name).options.shape))
      expect(
        compared.some(({ options }) => option in options),
        `${name}.${option}`,
      ).toBe(true);
  }
});

test('accuracy, topK and the errors are measured inside of the step', () => {
  expect(names.filter((name) => metricOf(name).running)).toEqual(['accuracy', 'topK', 'rmse', 'meanAbsoluteError']);
});

const targetOf = (kind: string): TargetKind =>
  kind === 'numbers'
    ? { kind: 'numbers', width: 3, labels: false }
    : kind === 'labels'
      ? { kind: 'numbers', width: 3, labels: true }
      : { kind: 'classes', classes: kind === 'two classes' ? 2 : 6 };

test.each([
  ['numbers', ['rmse', 'meanAbsoluteError', 'r2']],
  ['labels', [...['accuracy', 'precision', 'recall', 'f1', 'rocAuc', 'averagePrecision', 'logLoss']]],
  ['six classes', names.filter((name) => !['rmse', 'meanAbsoluteError', 'r2'].includes(name))],
  ['two classes', names.filter((name) => !['rmse', 'meanAbsoluteError', 'r2', 'topK'].includes(name))],
])('for %s there are %j', (kind, expected) => {
  const fitting = names.filter((name) => metricOf(name).fits(targetOf(kind), metricOf(name).options.parse({})));
  expect(fitting).toEqual(expected);
});

test.each([
  ['f1', { average: 5 }, true],
  ['f1', { average: 6 }, false],
  ['topK', { k: 5 }, true],
  ['topK', { k: 6 }, false],
] as const)('of six classes, %s with %j fits: %s', (name, options, fits) => {
  expect(metricOf(name).fits({ kind: 'classes', classes: 6 }, options)).toBe(fits);
});

describe('outputs that are not finite', () => {
  test.each([Number.NaN, Infinity, -Infinity])('%d makes every metric NaN', (bad) => {
    for (const golden of cases) {
      const predictions = predictionsOf(golden);
      const outputs = Float64Array.from(predictions.outputs);
      outputs[outputs.length - 1] = bad;
      for (const { metric, options } of golden.values) {
        const known = metricOf(metric).options.parse(options);
        expect(metricOf(metric).compute({ ...predictions, outputs }, known), `${metric}, ${golden.label}`).toBeNaN();
      }
    }
  });

  test('a row with NaN is said to be of no class, but still is of its own', () => {
    const target = { kind: 'classes', classes: 2 } as const;
    const pairs = { rows: 3, width: 2, outputs: [1, 0, Number.NaN, 0, 0, Number.NaN], target, targets: [0, 0, 1] };
    const single = { ...pairs, width: 1, outputs: [-1, Number.NaN, Number.NaN] };
    for (const predictions of [pairs, single]) {
      expect(confusionMatrix(predictions)).toEqual([
        [1, 0],
        [0, 0],
      ]);
      expect(classReport(predictions)).toEqual([
        { precision: 1, recall: 1 / 2, f1: 2 / 3, support: 2 },
        { precision: 0, recall: 0, f1: 0, support: 1 },
      ]);
    }
  });
});

describe('what has no value', () => {
  const one = { rows: 1, width: 1, outputs: [2], target: targetOf('two classes'), targets: [1] };
  test.each([
    ['rocAuc of a single class', 'rocAuc', one, Number.NaN],
    ['averagePrecision without a row of class 1', 'averagePrecision', { ...one, targets: [0] }, Number.NaN],
    ['averagePrecision of class 1 only', 'averagePrecision', one, 1],
    ['accuracy of no rows', 'accuracy', { ...one, rows: 0, outputs: [], targets: [] }, Number.NaN],
    ['matthews of no rows', 'matthews', { ...one, rows: 0, outputs: [], targets: [] }, Number.NaN],
    ['r2 of one row', 'r2', { ...one, target: { kind: 'numbers', width: 1, labels: false } as TargetKind }, Number.NaN],
  ] as const)('%s', (_, name, predictions, expected) => {
    expect(metricOf(name).compute(predictions, metricOf(name).options.parse({}))).toBe(expected);
  });

  test('a class matrix or report of numbers is refused', () => {
    const predictions = { ...one, target: targetOf('numbers'), width: 3, outputs: [1, 2, 3], targets: [1, 2, 3] };
    expect(() => confusionMatrix(predictions)).toThrow('needs classes');
    expect(() => classReport(predictions)).toThrow('needs classes or labels');
    expect(() => confusionMatrix({ ...predictions, target: targetOf('labels') })).toThrow('needs classes');
  });
});

test('equal targets whose mean is rounded are still equal', () => {
  const [outputs, targets] = [0.2, 0.1].map((x) => new Float64Array(10).fill(x));
  const target: TargetKind = { kind: 'numbers', width: 1, labels: false };
  expect(metricOf('r2').compute({ rows: 10, width: 1, outputs, target, targets }, {})).toBe(0);
});

test('logits of 1000 cost 1000, where a probability would be 0', () => {
  const target: TargetKind = { kind: 'classes', classes: 2 };
  const two = { rows: 2, width: 2, outputs: [1000, -1000, -1000, 1000], target, targets: [0, 0] };
  expect(metricOf('logLoss').compute(two, {})).toBe(1000);
  expect(metricOf('logLoss').compute({ ...two, width: 1, outputs: [-1000, 1000] }, {})).toBe(500);
});

test('100,000 rows of ten classes are ranked and counted in well under a second', () => {
  const [rows, width] = [100_000, 10];
  const outputs = Float32Array.from({ length: rows * width }, (_, i) => Math.sin(i * 12.9898) * 3);
  const targets = Int32Array.from({ length: rows }, (_, i) => (i * 7919) % width);
  const predictions: Predictions = { rows, width, outputs, target: { kind: 'classes', classes: width }, targets };
  for (const name of names.filter((name) =>
    metricOf(name).fits(predictions.target, metricOf(name).options.parse({})),
  )) {
    const began = performance.now();
    metricOf(name).compute(predictions, metricOf(name).options.parse({}));
    expect(performance.now() - began, name).toBeLessThan(1000);
  }
});
