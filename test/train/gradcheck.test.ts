import { describe, expect, test } from 'vitest';
import { fromArrays } from '../../src/data/index.ts';
import type { GradientContext, Graph, Node, OperatorSpec, Value } from '../../src/graph/index.ts';
import { mul, sub } from '../../src/ops/index.ts';
import { type Experiment, type GradientCheckOptions, gradientCheckOn } from '../../src/train/index.ts';
import { messageOf } from '../data/support.ts';
import { cpu, digits, iris, on, referenceEngine } from './support.ts';

type Rest = Omit<Experiment, 'data'>;

const check = (dataset: typeof iris, rest: Rest = {}, options: GradientCheckOptions = {}) =>
  gradientCheckOn(dataset, on(dataset, rest), { perParameter: 10, engine: cpu, ...options });

const images = fromArrays({
  features: Float32Array.from({ length: 12 * 72 }, (_, i) => Math.sin(i * i)),
  shape: [2, 6, 6],
  targets: Int32Array.from({ length: 12 }, (_, i) => i % 3),
  name: 'images',
});
const conv = (options: object) => ({ conv2d: { filters: 4, ...options } });

describe('the gradients of an experiment are correct', () => {
  test.each<[string, typeof iris, Rest]>([
    ['mlp', iris, { model: 'mlp' }],
    ['mlp with l2', iris, { model: 'mlp', regularize: { l2: 0.1 } }],
    ['cnn: batchNorm, dropout, pooling', digits, { model: 'cnn' }],
    ['batchNorm of features', iris, { model: [{ dense: { units: 6 } }, 'batchNorm', 'tanh', { dense: { units: 3 } }] }],
    [
      'sigmoid and dropout',
      iris,
      { model: [{ dense: { units: 6 } }, 'sigmoid', { dropout: { rate: 0.5 } }, { dense: { units: 3 } }] },
    ],
    [
      'strides, dilation, groups and padding',
      images,
      {
        model: [
          conv({ stride: 2, padding: 1 }),
          'tanh',
          conv({ groups: 2, dilation: 2, kernel: 2 }),
          'averagePool',
          'flatten',
          { dense: { units: 3 } },
        ],
      },
    ],
    [
      'overlapping and global pools',
      images,
      {
        model: [
          conv({ kernel: [1, 3] }),
          { maxPool: { size: 3, stride: 2, padding: 'same' } },
          { averagePool: { size: 2, stride: 1 } },
          'globalAveragePool',
          { dense: { units: 3 } },
        ],
      },
    ],
  ])('%s', async (_, dataset, rest) => {
    const split = { validation: 0, test: 0 };
    const report = await check(dataset, { split, ...rest });
    expect(report.verdict, JSON.stringify(report.worst)).toBe('correct');
    expect(report.ratio).toBeLessThan(1e-7);
    expect(report.ratio, 'something was compared').toBeGreaterThan(0);
    expect(report.fault).toBeUndefined();
  });

  test('mean squared error and binary cross-entropy', async () => {
    const features = Array.from({ length: 30 }, (_, i) => [Math.sin(i), Math.cos(i * i)]);
    const model = [{ dense: { units: 5 } }, 'tanh', { dense: { units: 1 } }];
    const values = fromArrays({ features, targets: features.map(([a, b]) => a * b), name: 'values' });
    const classes = fromArrays({
      features,
      targets: Int32Array.from(features, ([a]) => (a > 0 ? 1 : 0)),
      name: 'sides',
    });
    expect(await check(values, { model })).toMatchObject({ verdict: 'correct' });
    expect(await check(classes, { model, loss: 'binaryCrossEntropy' })).toMatchObject({ verdict: 'correct' });
  });

  test('also after some updates, at other weights', async () => {
    const [before, after] = [await check(iris), await check(iris, {}, { after: 20 })];
    expect(after).toMatchObject({ verdict: 'correct', after: 20 });
    expect(after.worst[0].gradient).not.toBe(before.worst[0].gradient);
  });

  test('and the float64 reference engine may train those updates', async () => {
    expect(await check(iris, {}, { after: 5, engine: referenceEngine })).toMatchObject({ verdict: 'correct' });
  });
});

describe('the report', () => {
  test('says under which conditions the gradients were checked', async () => {
    expect((await check(iris)).conditions).toEqual(['no regularization']);
    const rest = {
      regularize: { l2: 0.5 },
      model: [{ dense: { units: 4 } }, 'batchNorm', { dropout: { rate: 0.2 } }, { dense: { units: 3 } }],
    };
    expect((await check(iris, rest)).conditions).toEqual([
      'the loss includes l2 strength 0.5',
      'dropout is on, with one fixed mask',
      'batch normalization uses the statistics of the batch',
    ]);
  });

  test('counts what was checked of each parameter, which is all of the small ones', async () => {
    const { parameters, rows, epsilon } = await check(iris, { model: 'mlp' }, { perParameter: 10, rows: 5 });
    expect({ rows, epsilon }).toEqual({ rows: 5, epsilon: 1e-7 });
    expect(parameters.map(({ name, checked, kinks, total }) => [name, checked + kinks, total])).toEqual([
      ['dense1.weight', 10, 256],
      ['dense1.bias', 10, 64],
      ['dense2.weight', 10, 2048],
      ['dense2.bias', 10, 32],
      ['dense3.weight', 10, 96],
      ['dense3.bias', 3, 3],
    ]);
  });

  test('is the same each time', async () => {
    expect(await check(iris, { model: 'mlp' })).toEqual(await check(iris, { model: 'mlp' }));
  });

  test('sees a penalty that the gradient lacks: with l2 the gradient of a weight has another value, of a bias the same', async () => {
    const gradientOf = async (l2: number, name: string) => {
      const model = [{ dense: { units: 3, init: { constant: { value: 0.5 } } } }];
      const report = await check(iris, { model, regularize: { l2 } }, { perParameter: 1 });
      return report.worst.find(({ parameter }) => parameter === name)!.gradient;
    };
    const moved = (await gradientOf(0.4, 'dense1.weight')) - (await gradientOf(0, 'dense1.weight'));
    expect(moved).toBeCloseTo(0.4 * 0.5, 12);
    expect(await gradientOf(0.4, 'dense1.bias')).toBe(await gradientOf(0, 'dense1.bias'));
  });
});

describe('kinks', () => {
  const zero = { constant: { value: 0 } };

  test('are told apart: entries whose two evaluations stand on different sides are not compared', async () => {
    const model = [{ dense: { units: 8, init: zero } }, 'relu', { dense: { units: 3 } }];
    const { parameters, verdict } = await check(iris, { model });
    expect(parameters.map(({ name, checked, kinks }) => [name, checked, kinks])).toEqual([
      ['dense1.weight', 0, 10],
      ['dense1.bias', 0, 8],
      ['dense2.weight', 10, 0],
      ['dense2.bias', 3, 0],
    ]);
    expect(verdict).toBe('correct');
  });

  test('leave the verdict open where every entry lies at one', async () => {
    const values = fromArrays({
      features: Array.from({ length: 20 }, (_, i) => [i - 9.5]),
      targets: Array.from({ length: 20 }, (_, i) => i),
      name: 'line',
    });
    const report = await check(values, { model: [{ dense: { units: 1, init: zero } }, 'relu'] });
    expect(report).toMatchObject({
      verdict: 'unchecked',
      worst: [],
      words: expect.stringContaining('every entry lies at a kink'),
    });
    expect(report.parameters.map(({ checked, kinks }) => [checked, kinks])).toEqual([
      [0, 1],
      [0, 1],
    ]);
  });
});

type Gradient = NonNullable<OperatorSpec['gradient']>;
type Loose<T> = { -readonly [K in keyof T]: T[K] };

const findNode = (graph: Graph, scope: string, operator: string): Node =>
  graph.nodes.find((node) => node.scope === scope && node.op.name === operator) ??
  expect.fail(`no ${operator} in ${scope}`);

/** Spoils the gradient of one operator in one layer. */
const spoil = (scope: string, operator: string, wrong: (right: Gradient) => Gradient) => (graph: Graph) => {
  const node = findNode(graph, scope, operator) as Loose<Node>;
  node.op = { ...node.op, gradient: wrong(node.op.gradient!) };
};

/** Spoils the hand-written gradient of that name. */
const spoilCustom = (label: string, factor: number) => (graph: Graph) => {
  const { output } = graph.nodes.find((node) => node.output.custom?.label === label) ?? expect.fail(`no ${label}`);
  const { gradient, ...rest } = output.custom!;
  output.custom = { ...rest, gradient: (dy, needs) => gradient(dy, needs).map((slope) => slope && mul(slope, factor)) };
};

/** Multiplies what is sent to some inputs. */
const times =
  (factor: number, ...inputs: number[]) =>
  (right: Gradient): Gradient =>
  (context: GradientContext) =>
    right(context).map((slope: Value | null, i) =>
      slope && (inputs.length === 0 || inputs.includes(i)) ? mul(slope, factor) : slope,
    );

describe('a wrong gradient is found, and its operator and layer are named', () => {
  const tanh: Rest = { model: [{ dense: { units: 6 } }, 'tanh', { dense: { units: 3 } }] };
  const norm: Rest = { model: [{ dense: { units: 6 } }, 'batchNorm', 'tanh', { dense: { units: 3 } }] };

  test.each<[string, typeof iris, Rest, (graph: Graph) => void, string, string]>([
    ['ReLU of the first layer doubled', iris, { model: 'mlp' }, spoil('relu1', 'Relu', times(2)), 'Relu', 'relu1'],
    ['ReLU with the wrong sign', iris, { model: 'mlp' }, spoil('relu2', 'Relu', times(-1)), 'Relu', 'relu2'],
    [
      'weights of the second dense layer',
      iris,
      { model: 'mlp' },
      spoil('dense2', 'Gemm', times(0.9, 1)),
      'Gemm',
      'dense2',
    ],
    ['bias of the last dense layer', iris, { model: 'mlp' }, spoil('dense3', 'Gemm', times(8, 2)), 'Gemm', 'dense3'],
    ['tanh one percent too large', iris, tanh, spoil('tanh1', 'Tanh', times(1.01)), 'Tanh', 'tanh1'],
    [
      'kernels of the second convolution',
      digits,
      { model: 'cnn' },
      spoil('conv2d2', 'Conv', times(1.5, 1)),
      'Conv',
      'conv2d2',
    ],
    [
      'input of the second convolution',
      digits,
      { model: 'cnn' },
      spoil('conv2d2', 'Conv', times(1.5, 0)),
      'Conv',
      'conv2d2',
    ],
    ['max pooling', digits, { model: 'cnn' }, spoil('maxPool1', 'MaxPool', times(4)), 'MaxPool', 'maxPool1'],
    [
      'the hand-written gradient of the loss',
      iris,
      { model: 'mlp' },
      spoilCustom('crossEntropy', 8),
      'crossEntropy',
      'loss',
    ],
    [
      'the hand-written gradient of batch normalization',
      iris,
      norm,
      spoilCustom('batchNorm', 1.1),
      'batchNorm',
      'batchNorm1',
    ],
    ['the penalty', iris, { ...tanh, regularize: { l2: 1 } }, spoilCustom('squareSum', 0.5), 'squareSum', 'dense1/l2'],
  ])('%s', async (_, dataset, rest, tamper, operator, layer) => {
    const report = await check(dataset, rest, { tamper });
    expect(['wrong', 'suspicious']).toContain(report.verdict);
    expect(report.fault).toMatchObject({ operator, layer });
  });

  test('tanh with the slope 1 - y in place of 1 - y², which is right at 0 and 1 alone', async () => {
    const tamper = spoil('tanh1', 'Tanh', () => ({ dy, y }) => [mul(dy, sub(1, y))]);
    const report = await check(iris, tanh, { tamper });
    expect(report).toMatchObject({ verdict: 'wrong', fault: { operator: 'Tanh', layer: 'tanh1' } });
  });

  test('with how far the operator is off', async () => {
    const report = await check(iris, tanh, { tamper: spoil('tanh1', 'Tanh', times(3)) });
    // |1 - 3| / (1 + 3)
    expect(report.fault!.ratio).toBeCloseTo(0.5, 4);
    expect(report.fault!.node).toBe('tanh1/Tanh');
  });

  test('a gradient that is not a number is wrong', async () => {
    const report = await check(iris, tanh, { tamper: spoil('tanh1', 'Tanh', times(Number.NaN)) });
    expect(report.verdict).toBe('wrong');
    expect(report.fault).toMatchObject({ operator: 'Tanh', layer: 'tanh1' });
  });

  test('of two wrong operators the worse one is named', async () => {
    const tamper = (graph: Graph) => {
      spoil('tanh1', 'Tanh', times(1.1))(graph);
      spoil('dense2', 'Gemm', times(5))(graph);
    };
    expect((await check(iris, tanh, { tamper })).fault).toMatchObject({ operator: 'Gemm', layer: 'dense2' });
  });

  test('a gradient of the wrong shape is refused before anything is compared', async () => {
    const tamper = spoil('tanh1', 'Tanh', () => ({ dy }) => [
      dy.graph.constant({ dtype: 'float', shape: [1], data: new Float64Array(1) }),
    ]);
    expect(await messageOf(() => check(iris, tanh, { tamper }))).toContain(
      'the gradient of Tanh in "tanh1" for its input 0 does not fit',
    );
  });
});

describe('options that cannot work are refused', () => {
  test.each<[GradientCheckOptions, string]>([
    [{ epsilon: 0 }, 'epsilon: must be greater than 0'],
    [{ epsilon: Number.NaN }, 'epsilon: must be a number'],
    [{ rows: 1000 }, 'there are 120 training rows'],
    [{ rows: 0 }, 'rows'],
    [{ rows: -3 }, 'rows'],
    [{ rows: 2.5 }, 'rows'],
    [{ perParameter: 0 }, 'perParameter'],
    [{ perParameter: 2.5 }, 'perParameter'],
    [{ after: -1 }, 'after'],
    [{ after: 1.5 }, 'after'],
  ])('%j', async (options, says) => {
    expect(await messageOf(() => check(iris, {}, options))).toContain(says);
  });

  test('a batch of one row where the model normalizes over the batch', async () => {
    const model = [{ dense: { units: 4 } }, 'batchNorm', { dense: { units: 3 } }];
    expect(await messageOf(() => check(iris, { model }, { rows: 1 }))).toContain('batchNorm1');
  });
});
