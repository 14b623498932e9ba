import { describe, expect, test } from 'vitest';
import { gradients } from '../../src/autodiff/index.ts';
import { onnxRuntimeEngine, referenceEngine } from '../../src/engine/index.ts';
import { Graph, verify } from '../../src/graph/index.ts';
import { type Loss, type LossName, losses, type TargetKind } from '../../src/nn/index.ts';
import { div, reduceMean, reduceSum } from '../../src/ops/index.ts';
import { gap, readGolden, type StoredTensor, tensorOf, tensorsOf } from '../golden/read.ts';

interface LossCase {
  readonly label: string;
  readonly loss: LossName;
  readonly options: Readonly<Record<string, unknown>>;
  readonly counts: readonly number[];
  readonly output: StoredTensor;
  readonly target: StoredTensor;
  readonly rows: StoredTensor;
  readonly value: StoredTensor;
  readonly gradient: StoredTensor;
}

const lossOf = (name: LossName): Loss => losses[name];

function fitted(name: LossName, given: Readonly<Record<string, unknown>>, counts: readonly number[] = []) {
  const options = lossOf(name).options.parse(given);
  return lossOf(name).fit?.(options, counts) ?? options;
}

/** The losses of a batch, their weighted mean, and its gradient in the network's output. */
function lossGraph({ loss, options, counts, output, target }: LossCase): Graph {
  const graph = new Graph();
  const known = fitted(loss, options, counts);
  const y = graph.feed('output', 'float', output.shape);
  const t = graph.feed('target', target.type === 'int32' ? 'int32' : 'float', target.shape);
  const rows = lossOf(loss).perRow(y, t, known);
  const weight = lossOf(loss).weight?.(t, known);
  const sum = { axes: [0], keepdims: 0 } as const;
  const value = weight ? div(reduceSum(rows, sum), reduceSum(weight, sum)) : reduceMean(rows, sum);
  graph.output('rows', rows);
  graph.output('value', value);
  graph.output('gradient', gradients(value, [y])[0]);
  verify(graph);
  return graph;
}

const engines = [
  { engine: referenceEngine, tolerance: 1e-13 },
  { engine: onnxRuntimeEngine({ device: 'cpu', threads: 1 }), tolerance: 1e-6 },
];

const { losses: cases } = readGolden<{ losses: LossCase[] }>('torch-losses.json');

describe('a loss and its gradient are those of PyTorch, and finite for logits of 1000', () => {
  for (const golden of cases)
    for (const { engine, tolerance } of engines)
      test(`${golden.label} (${engine.name})`, async () => {
        const program = await engine.compile(lossGraph(golden));
        const results = await program.run(engine.memory(), tensorsOf({ output: golden.output, target: golden.target }));
        await program.release();
        for (const key of ['rows', 'value', 'gradient'] as const) {
          const expected = tensorOf(golden[key]);
          expect(results[key].shape, key).toEqual(expected.shape);
          expect(results[key].data.every(Number.isFinite), key).toBe(true);
          expect(gap(results[key].data, expected.data), key).toBeLessThan(tolerance);
        }
      });
});

test('every loss, and every option of it, is compared with PyTorch', () => {
  for (const name of Object.keys(losses) as LossName[]) {
    const compared = cases.filter(({ loss }) => loss === name);
    expect(compared.length, name).toBeGreaterThan(0);
    for (const option of Object.keys(lossOf(name).options.shape))
      expect(
        compared.some(({ options }) => option in options),
        `${name}.${option}`,
      ).toBe(true);
  }
});

test('cross-entropy spends no node on weights and smoothing that nobody asked for', () => {
  const golden = cases.find(({ label }) => label === 'crossEntropy, five classes')!;
  const graph = new Graph();
  const y = graph.feed('output', 'float', golden.output.shape);
  const t = graph.feed('target', 'int32', golden.target.shape);
  const options = fitted('crossEntropy', {});
  losses.crossEntropy.perRow(y, t, options);
  expect(losses.crossEntropy.weight!(t, options)).toBeUndefined();
  expect(graph.nodes.map(({ op }) => op.name)).toEqual([
    'LogSoftmax',
    'Reshape',
    'Equal',
    'Cast',
    'Mul',
    'ReduceSum',
    'Neg',
  ]);
});

describe('balanced class weights', () => {
  test('leave out a class without training rows, and weigh it 1', () => {
    expect(fitted('crossEntropy', { classWeights: 'balanced' }, [30, 0, 10])).toEqual({
      classWeights: [40 / (2 * 30), 1, 40 / (2 * 10)],
      smoothing: 0,
    });
  });

  test('that are written out stay as they are', () => {
    const options = { classWeights: [1, 2, 3], smoothing: 0.1 };
    expect(fitted('crossEntropy', options, [30, 0, 10])).toEqual(options);
  });

  test('are refused before the counts are known', () => {
    const graph = new Graph();
    const feeds = [graph.feed('output', 'float', [4, 2]), graph.feed('target', 'int32', [4])] as const;
    expect(() => losses.crossEntropy.perRow(...feeds, { classWeights: 'balanced', smoothing: 0 })).toThrow(
      'need the counts of the training rows',
    );
  });
});

describe('a loss that does not fit is refused, with what to do instead', () => {
  const five: TargetKind = { kind: 'classes', classes: 5 };
  const two: TargetKind = { kind: 'classes', classes: 2 };
  const numbers: TargetKind = { kind: 'numbers', width: 3, labels: false };
  const labels: TargetKind = { kind: 'numbers', width: 3, labels: true };
  const onClasses: LossName[] = ['crossEntropy', 'hinge'];
  const onNumbers: LossName[] = ['meanSquaredError', 'meanAbsoluteError', 'huber', 'poisson'];
  const each = (names: LossName[], ...rest: [number[], TargetKind, string | undefined, object, string | undefined]) =>
    names.map((name) => [name, ...rest] as const);

  test.each([
    ...each(onClasses, [5], five, undefined, {}, undefined),
    ...each(onClasses, [2], two, undefined, {}, undefined),
    ...each(onClasses, [4], five, undefined, {}, '{ "dense": { "units": 5 } }; it now gives [4]'),
    ...each(onClasses, [5, 1], five, undefined, {}, '{ "dense": { "units": 5 } }; it now gives [5, 1]'),
    ...each(onClasses, [3], numbers, undefined, {}, '"meanSquaredError"'),
    ...each(onClasses, [3], labels, undefined, {}, '"binaryCrossEntropy"'),
    ...each(onClasses, [5], five, 'relu', {}, 'remove the last layer, "relu"'),
    ...each(['crossEntropy'], [5], five, undefined, { classWeights: [1, 2, 3, 4, 5] }, undefined),
    ...each(['crossEntropy'], [5], five, undefined, { classWeights: 'balanced' }, undefined),
    ...each(
      ['crossEntropy'],
      [5],
      five,
      undefined,
      { classWeights: [1, 2] },
      'give classWeights 5 numbers; it now has 2',
    ),
    ...each(['binaryCrossEntropy'], [1], two, undefined, {}, undefined),
    ...each(['binaryCrossEntropy'], [3], labels, undefined, { positiveWeight: [1, 2, 3] }, undefined),
    ...each(['binaryCrossEntropy'], [2], two, undefined, {}, '{ "dense": { "units": 1 } }; it now gives [2]'),
    ...each(['binaryCrossEntropy'], [2], labels, undefined, {}, '{ "dense": { "units": 3 } }; it now gives [2]'),
    ...each(['binaryCrossEntropy'], [5], five, undefined, {}, '"crossEntropy"'),
    ...each(['binaryCrossEntropy'], [3], numbers, undefined, {}, '"meanSquaredError"'),
    ...each(['binaryCrossEntropy'], [1], two, 'sigmoid', {}, 'remove the last layer, "sigmoid"'),
    ...each(
      ['binaryCrossEntropy'],
      [3],
      labels,
      undefined,
      { positiveWeight: [1] },
      'positiveWeight 3 numbers; it now has 1',
    ),
    ...each(onNumbers, [3], numbers, undefined, {}, undefined),
    ...each(onNumbers, [3], labels, undefined, {}, undefined),
    ...each(onNumbers, [1], numbers, undefined, {}, '{ "dense": { "units": 3 } }; it now gives [1]'),
    ...each(onNumbers, [5], five, undefined, {}, '"crossEntropy"'),
    ...each(['meanSquaredError', 'meanAbsoluteError', 'huber'], [3], numbers, 'sigmoid', {}, undefined),
    ...each(['poisson'], [3], { ...numbers, negative: true }, undefined, {}, '"meanSquaredError"'),
    ...each(['huber'], [3], { ...numbers, negative: true }, undefined, {}, undefined),
    ...each(['poisson'], [3], numbers, 'relu', {}, 'remove the last layer, "relu"'),
  ])('%s of %j for %j after %s with %j: %s', (name, output, target, limitedBy, given, fix) => {
    const misfit = lossOf(name).misfit(output, target, limitedBy, lossOf(name).options.parse(given));
    if (fix === undefined) expect(misfit).toBeUndefined();
    else expect(misfit?.fix).toContain(fix);
  });

  test.each([
    ['crossEntropy', { smoothing: 1 }],
    ['crossEntropy', { smoothing: -0.1 }],
    ['crossEntropy', { classWeights: [1, 0] }],
    ['binaryCrossEntropy', { positiveWeight: 0 }],
    ['hinge', { margin: 0 }],
    ['huber', { delta: 0 }],
  ] as const)('%s with %j', (name, given) => {
    expect(lossOf(name).options.safeParse(given).success).toBe(false);
  });
});
