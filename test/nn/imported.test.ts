import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { checkGradient, gradients } from '../../src/autodiff/index.ts';
import { sizeOf, type Tensor } from '../../src/base/index.ts';
import type { Dataset } from '../../src/data/index.ts';
import { branchesOf, evaluate, execute, onnxRuntimeEngine, referenceEngine } from '../../src/engine/index.ts';
import { Graph, liveNodes, type Value, verify } from '../../src/graph/index.ts';
import {
  describeModel,
  forward,
  type ImportOptions,
  importModel,
  importRows,
  initialize,
  losses,
  type Model,
  parametersOf,
} from '../../src/nn/index.ts';
import { decode, encode } from '../../src/onnx/index.ts';
import {
  add,
  batchNormalization,
  cast,
  conv,
  gather,
  gemm,
  matmul,
  mul,
  reduceMean,
  relu,
  reshape,
  sigmoid,
  softmax,
  sub,
  transpose,
} from '../../src/ops/index.ts';
import { gap, readGolden, type StoredTensor, tensorOf, tensorsOf } from '../golden/read.ts';
import { makeTask, runTask } from './trainings.ts';

interface Case {
  readonly name: string;
  readonly file: string;
  readonly input: StoredTensor;
  readonly output: StoredTensor;
  readonly tuned?: {
    readonly head: { readonly weight: StoredTensor; readonly bias: StoredTensor };
    readonly frozen: readonly string[];
    readonly labels: StoredTensor;
    readonly losses: readonly number[];
    readonly weights: Readonly<Record<string, StoredTensor>>;
  };
}
const { cases } = readGolden<{ cases: Case[] }>('onnxModels/expected.json');
const bytesOf = (file: string) =>
  new Uint8Array(readFileSync(new URL(`../golden/onnxModels/${file}`, import.meta.url)));
const imported = (file: string, options: Partial<ImportOptions> = {}) =>
  importModel(decode(bytesOf(file), importRows), { head: 'replace', freeze: false, ...options });
const head = (units: number) => [{ dense: { units, name: 'head' } }];

/** Mean cross-entropy of a model over fed rows, and its gradient to every parameter, as outputs "loss" and "d:<name>". */
function lossGraph(model: Model, rows: number) {
  const graph = new Graph();
  const x = graph.feed('x', 'float', [rows, ...model.input]);
  const labels = graph.feed('labels', 'int32', [rows]);
  const names = parametersOf(model).map(({ name }) => name);
  const values = new Map<string, Value>(
    parametersOf(model).map(({ name, spec }) => [name, graph.state(name, 'float', spec.shape)]),
  );
  const { output } = forward(model, x, { values, training: true });
  const perRow = losses.crossEntropy.perRow(output, labels, {});
  const loss = reduceMean(perRow, { axes: [0], keepdims: 0 });
  for (const [i, slope] of gradients(loss, [...values.values()]).entries()) graph.output(`d:${names[i]}`, slope);
  graph.output('loss', loss);
  verify(graph);
  return { graph, names, loss };
}

function outputOf(model: Model, x: Tensor, given: ReadonlyMap<string, Tensor> = initialize(model, 0)): Tensor {
  const graph = new Graph();
  const input = graph.feed('x', 'float', x.shape);
  const values = new Map([...given].map(([name, value]) => [name, graph.constant(value, name)]));
  graph.output('y', forward(model, input, { values, training: false }).output);
  verify(graph);
  return evaluate(graph, liveNodes(graph), { x }).outputs.y;
}

const ramp = (shape: readonly number[], step = 0.7): Tensor => ({
  dtype: 'float',
  shape,
  data: Float64Array.from({ length: sizeOf(shape) }, (_, i) => Math.fround(Math.sin(step * i + 0.3))),
});

describe('an exported network of which the head is kept', () => {
  for (const { name, file, input, output } of cases)
    test(`${name}: gives the logits that it gave in PyTorch, for any number of rows`, () => {
      const part = imported(file, { head: 'keep' });
      const x = tensorOf(input);
      expect(part.input).toEqual(x.shape.slice(1));
      expect(part.output).toEqual(output.shape.slice(1));
      const model = describeModel([], part.input, 'test', part);
      const logits = outputOf(model, x);
      // The networks end in nothing, in log_softmax or in softmax; softmax makes the same of all three, or of their answer.
      const rows = (t: Tensor) =>
        Array.from({ length: 4 }, (_, i) => t.data.slice((i * t.data.length) / 4, ((i + 1) * t.data.length) / 4));
      const shares = (row: ArrayLike<number>) => {
        const powers = Array.from(row, Math.exp);
        const sum = powers.reduce((a, b) => a + b, 0);
        return powers.map((p) => p / sum);
      };
      const expected = rows(tensorOf(output)).flatMap((row) => (name.startsWith('mixer') ? [...row] : shares(row)));
      expect(gap(rows(logits).flatMap(shares), expected)).toBeLessThan(1e-6);
      for (const count of [1, 3]) {
        const some = { ...x, shape: [count, ...part.input], data: x.data.slice(0, count * sizeOf(part.input)) };
        expect(gap(outputOf(model, some).data, logits.data.slice(0, count * logits.shape[1]))).toBeLessThan(1e-12);
      }
    });
});

describe('an exported network with a new head', () => {
  for (const { name, file } of cases)
    test(`${name}: its gradients are those of central differences`, () => {
      const part = imported(file);
      const model = describeModel(head(3), part.input, 'test', part);
      const { graph, names, loss } = lossGraph(model, 3);
      const held = new Map([...initialize(model, 1)]);
      const feeds = {
        x: ramp([3, ...part.input]),
        labels: { dtype: 'int32', shape: [3], data: Int32Array.of(2, 0, 1) } as const,
      };
      const given = { ...feeds, ...Object.fromEntries(held) };
      const { outputs } = evaluate(graph, liveNodes(graph), given);
      const forwardNodes = liveNodes(graph).filter((node) => !node.scope.includes('gradient'));
      const report = checkGradient(
        names.map((parameter) => ({
          name: parameter,
          shape: held.get(parameter)!.shape,
          values: held.get(parameter)!.data as Float64Array,
          gradient: outputs[`d:${parameter}`].data,
        })),
        () => {
          const values = execute(forwardNodes, given);
          const tensor = (value: Value) =>
            values.get(value) ??
            (value.source.kind === 'constant' ? value.source.tensor : given[value.name as keyof typeof given]);
          return { loss: values.get(loss)!.data[0], branches: branchesOf(forwardNodes, tensor) };
        },
        { epsilon: 1e-5, perParameter: 6, seed: 1 },
      );
      expect(report.ratio, JSON.stringify(report.worst)).toBeLessThan(1e-7);
      expect(report.parameters.reduce((n, { checked }) => n + checked, 0)).toBeGreaterThan(20);
    });

  for (const { name, file, input, tuned } of cases.filter((one) => one.tuned))
    test(`${name}: three steps of gradient descent end where PyTorch's do`, () => {
      const { frozen, labels, losses: expected, weights } = tuned!;
      const part = imported(file, { freeze: frozen });
      const model = describeModel(head(3), part.input, 'test', part);
      const { graph, names } = lossGraph(model, 4);
      expect([...names].sort()).toEqual(Object.keys(weights).sort());
      const held = initialize(model, 0);
      for (const [key, tensor] of Object.entries(tensorsOf(tuned!.head))) held.set(`head.${key}`, tensor);
      for (const loss of expected) {
        const given = { x: tensorOf(input), labels: tensorOf(labels), ...Object.fromEntries(held) };
        const { outputs } = evaluate(graph, liveNodes(graph), given);
        expect(outputs.loss.data[0]).toBeCloseTo(loss, 9);
        for (const key of names) {
          const before = held.get(key)!;
          const slope = outputs[`d:${key}`].data;
          held.set(key, { ...before, data: Float64Array.from(before.data, (w, i) => w - 0.1 * slope[i]) });
        }
      }
      for (const [key, value] of Object.entries(weights))
        expect(gap(held.get(key)!.data, tensorOf(value).data), key).toBeLessThan(1e-8);
    });

  test('starts from the numbers of the file', () => {
    const part = imported('mlp-script.onnx');
    const model = describeModel(head(2), part.input, 'test', part);
    const first = initialize(model, 3);
    for (const { name, tensor } of part.tensors) expect([...first.get(name)!.data], name).toEqual([...tensor.data]);
    expect([...initialize(model, 4).get('head.weight')!.data]).not.toEqual([...first.get('head.weight')!.data]);
  });

  test('says what was kept', () => {
    const part = imported('cnn-script.onnx', { freeze: ['0.', '1.'] });
    expect(part.summary).toBe('10 operators kept of 11, 7 tensors (630 numbers), 4 trained');
    expect(part.tensors.map(({ name, trainable, decay }) => [name, trainable, decay])).toEqual([
      ['0.weight', false, true],
      ['1.weight', false, false],
      ['1.bias', false, false],
      ['4.weight', true, true],
      ['4.bias', true, false],
      ['5.weight', true, false],
      ['5.bias', true, false],
    ]);
    expect(part.output).toEqual([8]);
    const model = describeModel(head(4), part.input, 'test', part);
    expect(model.parameterCount).toBe(8 * 6 * 9 + 8 + 8 + 8 + 8 * 4 + 4);
    expect(parametersOf(model).map(({ name }) => name)).toEqual([
      '4.weight',
      '4.bias',
      '5.weight',
      '5.bias',
      'head.weight',
      'head.bias',
    ]);
  });

  test('may have everything before the head frozen', () => {
    const part = imported('mobile-script.onnx', { freeze: true });
    expect(part.tensors.filter(({ trainable }) => trainable)).toEqual([]);
    const model = describeModel(['relu', ...head(4)], part.input, 'test', part);
    expect(parametersOf(model).map(({ name }) => name)).toEqual(['head.weight', 'head.bias']);
  });

  test('carries the scope "imported", and frozen weights are held once however often a program repeats the network', () => {
    const part = imported('mlp-script.onnx', { freeze: ['1'] });
    const model = describeModel(head(2), part.input, 'test', part);
    const graph = new Graph();
    const values = new Map<string, Value>(
      parametersOf(model).map(({ name, spec }) => [name, graph.state(name, 'float', spec.shape)]),
    );
    for (const k of [0, 1])
      graph.output(
        `y${k}`,
        forward(model, graph.feed(`x${k}`, 'float', [5, 3, 4]), { values, training: false }).output,
      );
    const constants = new Set(
      graph.nodes.flatMap(({ inputs }) => inputs.filter(({ source }) => source.kind === 'constant')),
    );
    expect([...constants].map(({ name }) => name)).toEqual(['1.weight', '1.bias']);
    expect(new Set(graph.nodes.map(({ scope }) => scope.split('/')[0]))).toEqual(new Set(['imported', 'head']));
  });
});

/** A graph over rows of `shape`, written as Wellfit writes it and read again. */
function written(
  shape: readonly number[],
  build: (x: Value, constant: (name: string, shape: readonly number[]) => Value) => Record<string, Value>,
  { own = false, rows = 2, dtype = 'float' as 'float' | 'uint8' } = {},
) {
  const graph = new Graph();
  const x = graph.feed('input', dtype, [rows, ...shape]);
  for (const [name, value] of Object.entries(build(x, (name, s) => graph.constant(ramp(s, 0.1 * name.length), name))))
    graph.output(name, value);
  return decode(encode(graph, { freeBatch: true, metadata: own ? { 'wellfit.version': '1' } : {} }), rows);
}
const dense = { transA: 0, transB: 0 } as const;
const keep = { head: 'keep', freeze: false } as const;
const replace = { head: 'replace', freeze: false } as const;
const namesOf = (part: ReturnType<typeof importModel>) => part.tensors.map(({ name }) => name);

describe('what an imported model is cut to', () => {
  const two = (x: Value, constant: (name: string, shape: readonly number[]) => Value) =>
    gemm(
      relu(gemm(x, constant('a.weight', [4, 5]), dense)),
      constant('b.weight', [5, 3]),
      constant('b.bias', [3]),
      dense,
    );

  test('several outputs that come from the same logits: the logits', () => {
    const model = written([4], (x, c) => {
      const logits = two(x, c);
      return { logits, probabilities: softmax(logits, { axis: -1 }) };
    });
    expect(importModel(model, keep).output).toEqual([3]);
    expect(importModel(model, replace).output).toEqual([5]);
  });

  test('one answer behind a sigmoid: the logit, as one axis', () => {
    const model = written([4], (x, c) => ({ p: reshape(sigmoid(matmul(x, c('w.weight', [4, 1]))), { shape: [2] }) }));
    expect(importModel(model, keep).output).toEqual([1]);
  });

  test('a hidden output beside the logits: the one that the other leads to', () => {
    const model = written([4], (x, c) => {
      const hidden = relu(gemm(x, c('a.weight', [4, 5]), dense));
      return { hidden, y: matmul(hidden, c('b.weight', [5, 3])) };
    });
    expect(importModel(model, keep).output).toEqual([3]);
    expect(importModel(model, { ...keep, output: 'hidden' }).output).toEqual([5]);
    expect(() => importModel(model, { ...keep, output: 'hiden' })).toThrow(/no output "hiden"[\s\S]*"hidden", "y"/);
  });

  test('two answers that have nothing to do with each other: the user is asked', () => {
    const model = written([4], (x, c) => ({ a: matmul(x, c('a', [4, 2])), b: matmul(x, c('b', [4, 2])) }));
    expect(() => importModel(model, keep)).toThrow(/several outputs[\s\S]*"a", "b"/);
    expect(namesOf(importModel(model, { ...keep, output: 'b' }))).toEqual(['b.weight']);
  });

  test('a dense layer over positions is replaced behind all of them', () => {
    const model = written([3, 4], (x, c) => ({ y: matmul(relu(matmul(x, c('a', [4, 5]))), c('b', [5, 1])) }));
    expect(importModel(model, replace).output).toEqual([15]);
  });

  test('a last layer that is no dense one is named', () => {
    const model = written([3, 4, 4], (x, c) => ({
      y: reduceMean(
        conv(x, c('k', [2, 3, 1, 1]), { strides: [1, 1], pads: [0, 0, 0, 0], dilations: [1, 1], group: 1 }),
        {
          axes: [2, 3],
          keepdims: 0,
        },
      ),
    }));
    expect(() => importModel(model, replace)).toThrow(/last layer[\s\S]*ReduceMean[\s\S]*keep the head/);
    expect(importModel(model, keep).output).toEqual([2]);
  });

  test('a model of one layer leaves nothing before a new head', () => {
    const model = written([4], (x, c) => ({ y: softmax(matmul(x, c('w', [4, 3])), { axis: -1 }) }));
    expect(() => importModel(model, replace)).toThrow(/one layer[\s\S]*keep the head/);
  });

  test('what adds and scales the prediction of a Wellfit regression goes with the head', () => {
    const model = written([4], (x, c) => ({ prediction: add(mul(two(x, c), 3), 7) }), { own: true });
    expect(importModel(model, replace).output).toEqual([5]);
  });
});

describe('what counts as a weight', () => {
  test('in a foreign file: products, biases, scales and slopes behind the first product, no statistics, no preprocessing', () => {
    const model = written([3, 4, 4], (x, c) => {
      const scaled = mul(sub(x, c('mean', [3, 1, 1])), c('inverse', [3, 1, 1]));
      const y = conv(scaled, c('net.0.kernel', [2, 3, 1, 1]), {
        strides: [1, 1],
        pads: [0, 0, 0, 0],
        dilations: [1, 1],
        group: 1,
      });
      const n = batchNormalization(
        y,
        c('net.1.scale', [2]),
        c('net.1.shift', [2]),
        c('net.1.running', [2]),
        c('v', [2]),
        { epsilon: 2 },
      );
      const flat = reshape(mul(n, c('slope', [2, 1, 1])), { shape: [2, 32] });
      return { y: add(matmul(flat, transpose(c('onnx::MatMul_9', [3, 32]), { perm: [1, 0] })), c('bias', [3])) };
    });
    // Read as foreign: without the note of its maker.
    const part = importModel({ ...model, metadata: {} }, keep);
    expect(namesOf(part)).toEqual(['net_0.kernel', 'net_1.scale', 'net_1.shift', 'slope.weight', 'bias.bias']);
  });

  test('in a file of Wellfit: what is called as a parameter, also of a member of an ensemble', () => {
    const model = written(
      [4],
      (x, c) => {
        const y = gemm(mul(x, c('scale', [4])), c('dense1.weight', [4, 5]), c('dense1.bias', [5]), dense);
        const n = batchNormalization(
          y,
          c('norm.scale', [5]),
          c('norm.shift', [5]),
          c('norm.mean', [5]),
          c('norm.variance', [5]),
          { epsilon: 2 },
        );
        return { logits: matmul(n, c('member1.dense2.weight', [5, 2])) };
      },
      { own: true },
    );
    expect(namesOf(importModel(model, keep))).toEqual([
      'dense1.weight',
      'dense1.bias',
      'norm.scale',
      'norm.shift',
      'member1_dense2.weight',
    ]);
  });

  test('numbers taken from a table by index are weights of a Wellfit file too', () => {
    const model = written(
      [4],
      (x, c) => {
        const places = x.graph.constant({ dtype: 'int32', shape: [4], data: Int32Array.of(0, 2, 1, 1) });
        return {
          y: matmul(
            mul(x, reshape(gather(c('embed1.weight', [3, 1]), places, { axis: 0 }), { shape: [4] })),
            c('d.weight', [4, 2]),
          ),
        };
      },
      { own: true },
    );
    expect(namesOf(importModel(model, keep))).toEqual(['embed1.weight', 'd.weight']);
  });

  test('a frozen tensor must exist; a layer of one digit is not one of two', () => {
    expect(() => imported('mlp-script.onnx', { freeze: ['fc'] })).toThrow(/"fc…"[\s\S]*1\.weight, 1\.bias/);
    const model = written([4], (x, c) => ({
      y: matmul(matmul(matmul(x, c('layer1.weight', [4, 4])), c('layer10.weight', [4, 4])), c('out.weight', [4, 2])),
    }));
    const frozen = (start: string) =>
      importModel(model, { head: 'keep', freeze: [start] }).tensors.flatMap((t) => (t.trainable ? [] : t.name));
    expect(frozen('layer1')).toEqual(['layer1.weight']);
    expect(frozen('layer')).toEqual(['layer1.weight', 'layer10.weight']);
  });
});

describe('a model that cannot be continued is refused with what to do', () => {
  const mlp = () => imported('mlp-script.onnx');

  test('rows of another shape', () => {
    expect(() => describeModel(head(2), [4], 'the data set "iris"', mlp())).toThrow(
      /the data set "iris"[\s\S]*\[3, 4\][\s\S]*\[4\]/,
    );
    const part = imported('cnn-script.onnx');
    expect(() => describeModel(head(2), [3, 32, 32], 'the data', part)).toThrow(/\[3, 8, 8\][\s\S]*\[3, 32, 32\]/);
    expect(() => describeModel(head(2), [8, 8, 3], 'the data', part)).toThrow(/channels at the other end/);
  });

  test('nothing to train', () => {
    const part = imported('mlp-script.onnx', { head: 'keep', freeze: true });
    expect(() => describeModel([], part.input, 'test', part)).toThrow(
      /nothing in the model can be trained[\s\S]*0 trained[\s\S]*freeze less/,
    );
  });

  test('a layer called as one of the imported model; unnamed ones are numbered past it', () => {
    const model = written(
      [4],
      (x, c) => ({ y: matmul(relu(matmul(x, c('dense1.weight', [4, 5]))), c('dense2.weight', [5, 2])) }),
      { own: true },
    );
    const part = importModel(model, replace);
    expect(() => describeModel([{ dense: { units: 2, name: 'dense1' } }], [4], 'test', part)).toThrow(/"dense1"/);
    expect(
      describeModel([{ dense: { units: 2 } }, { dense: { units: 2 } }], [4], 'test', part).layers.map(
        ({ name }) => name,
      ),
    ).toEqual(['dense2', 'dense3']);
  });

  test('a model that mixes the rows of a batch', () => {
    const model = written([4], (x, c) => ({
      y: matmul(transpose(matmul(x, c('w.weight', [4, 4])), { perm: [1, 0] }), c('v.weight', [2, 3])),
    }));
    expect(() => importModel(model, keep)).toThrow();
  });
});

test('bytes go into a model as the floats that they are', () => {
  const model = written([4], (x, c) => ({ y: matmul(mul(cast(x, { to: 'float' }), 1 / 255), c('w.weight', [4, 2])) }), {
    dtype: 'uint8',
  });
  const part = importModel(model, keep);
  expect(part.inputType).toBe('uint8');
  const x = { dtype: 'float', shape: [1, 4], data: Float64Array.of(0.5, 255, 3, 17) } as const;
  const [a] = outputOf(describeModel([], [4], 'test', part), x).data;
  const w = part.tensors[0].tensor.data;
  expect(a).toBeCloseTo((0.5 * w[0] + 255 * w[2] + 3 * w[4] + 17 * w[6]) / 255, 6);
});

test('a model that was continued is written and continued again', () => {
  const part = imported('cnn-script.onnx', { freeze: ['0.', '1.'] });
  const model = describeModel(head(4), part.input, 'test', part);
  const held = initialize(model, 2);
  const graph = new Graph();
  const x = graph.feed('input', 'float', [2, ...part.input]);
  const values = new Map([...held].map(([name, tensor]) => [name, graph.constant(tensor, name)]));
  graph.output('logits', forward(model, x, { values, training: false }).output);
  const again = importModel(decode(encode(graph, { freeBatch: true, metadata: { 'wellfit.version': '1' } })), keep);
  expect(namesOf(again).sort()).toEqual([...namesOf(part), 'head.weight', 'head.bias'].sort());
  const rows = ramp([3, ...part.input]);
  const second = outputOf(describeModel([], part.input, 'test', again), rows);
  expect(gap(second.data, outputOf(model, rows, held).data)).toBeLessThan(1e-6);
});

test('a continued model trains as any other: the same weights on every engine, and several steps in one call', async () => {
  const part = imported('cnn-dynamo.onnx', { freeze: ['0.'] });
  const dataset: Dataset = {
    name: 'waves',
    rows: 12,
    shape: part.input,
    features: Float32Array.from(ramp([12, ...part.input]).data),
    targets: { kind: 'classes', data: Int32Array.from({ length: 12 }, (_, i) => i % 3), classes: ['a', 'b', 'c'] },
  };
  const rows = Int32Array.from({ length: 8 * 6 }, (_, i) => (i * 5) % 12);
  const optimizer = { adam: { lr: 0.01 } };
  const plain = makeTask(dataset, {
    model: ['flatten', ...head(3)],
    loss: 'crossEntropy',
    optimizer,
    l2: 0.001,
    rows,
    batch: 6,
  });
  const task = { ...plain, network: { ...plain.network, model: describeModel(head(3), part.input, 'test', part) } };
  const [judge, cpu, four] = await Promise.all([
    runTask(task, referenceEngine, 8),
    runTask(task, onnxRuntimeEngine({ device: 'cpu', threads: 1 }), 8),
    runTask(task, onnxRuntimeEngine({ device: 'cpu', threads: 1 }), 8, { steps: 4 }),
  ]);
  expect(Object.keys(judge.end)).toEqual(['4.weight', '4.bias', 'head.weight', 'head.bias']);
  for (const [name, { data }] of Object.entries(judge.end)) {
    expect(gap(cpu.end[name].data, data), name).toBeLessThan(1e-4);
    expect([...four.end[name].data], name).toEqual([...cpu.end[name].data]);
  }
  expect(judge.losses.at(-1)).toBeLessThan(judge.losses[0]);
});
