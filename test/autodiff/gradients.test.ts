import { describe, expect, test } from 'vitest';
import { gradients, withGradient } from '../../src/autodiff/index.ts';
import { Random, type Tensor, tensor } from '../../src/base/index.ts';
import { evaluate } from '../../src/engine/index.ts';
import { Graph, liveNodes, type OperatorSpec, type Value, verify } from '../../src/graph/index.ts';
import { describeModel, forward, initialize, losses, parametersOf } from '../../src/nn/index.ts';
import {
  add,
  argMax,
  cast,
  exp,
  greater,
  mul,
  neg,
  reduceMean,
  reduceSum,
  relu,
  reshape,
  sub,
  tanh,
} from '../../src/ops/index.ts';
import { messageOf } from '../data/support.ts';
import { distance } from '../support/graphs.ts';

const total = (x: Value): Value => reduceSum(x, { axes: x.shape.map((_, axis) => axis), keepdims: 0 });

/** Gradients as numbers: by `gradients`, and by central differences. */
function bothWays(graph: Graph, loss: Value, wanted: readonly Value[], given: Record<string, Tensor>) {
  graph.output('loss', loss);
  for (const [i, slope] of gradients(loss, wanted).entries()) graph.output(`slope${i}`, slope);
  verify(graph);
  const run = (inputs: Record<string, Tensor>) => evaluate(graph, liveNodes(graph), inputs).outputs;
  const exact = run(given);
  const epsilon = 1e-6;
  return wanted.map(({ name }, i) => ({
    exact: exact[`slope${i}`].data,
    numeric: Array.from(given[name].data, (value, k) => {
      const at = (shift: number) => {
        const data = Float64Array.from(given[name].data).with(k, value + shift);
        return run({ ...given, [name]: { ...given[name], data } }).loss.data[0];
      };
      return (at(epsilon) - at(-epsilon)) / (2 * epsilon);
    }),
  }));
}

function expectEqual(ways: ReturnType<typeof bothWays>, tolerance = 1e-8): void {
  for (const { exact, numeric } of ways) expect(distance(exact, numeric)).toBeLessThan(tolerance);
}

const numbers = (shape: readonly number[], seed: number): Tensor => {
  const random = new Random(seed);
  return tensor(
    'float',
    shape,
    Array.from({ length: shape.reduce((n, s) => n * s, 1) }, () => random.normal()),
  );
};

describe('reverse-mode differentiation', () => {
  test('sums the gradients of a value that is used twice', () => {
    const graph = new Graph();
    const x = graph.feed('x', 'float', [2]);
    const loss = total(add(mul(x, x), mul(x, 3)));
    const [{ exact }] = bothWays(graph, loss, [x], { x: tensor('float', [2], [5, -1]) });
    expect([...exact]).toEqual([13, 1]);
  });

  test('sums the gradients of a value that is used twice by the same node', () => {
    const graph = new Graph();
    const x = graph.feed('x', 'float', [3]);
    const y = exp(x);
    expectEqual(bothWays(graph, total(mul(add(y, y), y)), [x], { x: numbers([3], 1) }), 1e-7);
  });

  test('follows a chain through broadcasting in both directions', () => {
    const graph = new Graph();
    const a = graph.feed('a', 'float', [4, 1]);
    const b = graph.feed('b', 'float', [3]);
    const c = graph.feed('c', 'float', []);
    const wide = mul(tanh(add(a, b)), c);
    const loss = reduceMean(mul(wide, sub(wide, b)), { axes: [0, 1], keepdims: 0 });
    const given = { a: numbers([4, 1], 1), b: numbers([3], 2), c: numbers([], 3) };
    expectEqual(bothWays(graph, loss, [a, b, c], given));
  });

  test('gives the gradient of a value in the middle as well as of those before it', () => {
    const graph = new Graph();
    const x = graph.feed('x', 'float', [2]);
    const middle = mul(x, 3);
    const loss = total(add(mul(middle, middle), x));
    const [toMiddle, toX] = gradients(loss, [middle, x]);
    graph.output('middle', toMiddle);
    graph.output('x', toX);
    const { outputs } = evaluate(graph, liveNodes(graph), { x: tensor('float', [2], [1, 2]) });
    expect([...outputs.middle.data]).toEqual([6, 12]);
    expect([...outputs.x.data]).toEqual([19, 37]);
  });

  test('gives 1 for the loss itself', () => {
    const graph = new Graph();
    const loss = total(graph.feed('x', 'float', [2]));
    const [slope] = gradients(loss, [loss]);
    expect(slope.source).toMatchObject({ kind: 'constant', tensor: { data: Float64Array.of(1) } });
  });

  test('adds no nodes for what nobody asked', () => {
    const graph = new Graph();
    const [x, w] = [graph.feed('x', 'float', [2]), graph.feed('w', 'float', [2])];
    const loss = total(mul(tanh(x), w));
    const before = graph.nodes.length;
    gradients(loss, [w]);
    const added = graph.nodes.slice(before);
    expect(added.some(({ inputs }) => inputs.includes(x))).toBe(false);
    expect(added.map(({ op }) => op.name)).not.toContain('Sub');
  });

  test('refuses a loss that is no scalar or no float', async () => {
    const graph = new Graph();
    const x = graph.feed('x', 'float', [2]);
    expect(await messageOf(() => gradients(x, [x]))).toBe(
      'only a scalar can be differentiated\n  received  x float [2]',
    );
    const n = graph.feed('n', 'int32', []);
    expect(await messageOf(() => gradients(n, [n]))).toContain('received  n int32 []');
  });

  test('names every parameter that the loss does not depend on', async () => {
    const graph = new Graph();
    const [x, lost, gone] = ['x', 'lost', 'gone'].map((name) => graph.state(name, 'float', [2]));
    mul(lost, 2);
    const message = await messageOf(() => gradients(total(x), [x, lost, gone]));
    expect(message).toContain('the loss does not depend on "lost", "gone"');
    expect(message).toContain('Fix: remove the parameter, or use it');
  });

  test('says so where every path from a parameter to the loss has lost its gradient', async () => {
    for (const step of [
      (x: Value) => cast(greater(x, 0), { to: 'float' }),
      (x: Value) => cast(argMax(x, { axis: 0, keepdims: 0 }), { to: 'float' }),
    ]) {
      const graph = new Graph();
      const x = graph.state('w', 'float', [2]);
      const message = await messageOf(() => gradients(total(step(x)), [x]));
      expect(message).toContain('no gradient reaches "w"');
      expect(message).toContain('an operator without a gradient');
    }
  });

  test('names the operator without a gradient and its scope, but only where a parameter needs one through it', async () => {
    const { gradient, ...rest } = specOf(neg);
    expect(gradient).toBeDefined();
    const flat: OperatorSpec = { ...rest, name: 'Flat' };
    const graph = new Graph();
    const [x, w] = [graph.feed('x', 'float', [2]), graph.state('w', 'float', [2])];
    const through = (value: Value) => graph.scope('odd', () => graph.apply(flat, [value]));
    expect(gradients(total(mul(through(x), w)), [w])).toHaveLength(1);
    expect(await messageOf(() => gradients(total(through(w)), [w]))).toBe(
      'Flat in "odd" has no gradient, but a parameter needs one through it',
    );
  });

  test('gives the nodes of a gradient the scope of their forward node', () => {
    const graph = new Graph();
    const x = graph.state('w', 'float', [2]);
    const hidden = graph.scope('hidden', () => relu(mul(x, 2)));
    const loss = graph.scope('loss', () => total(mul(hidden, hidden)));
    const before = graph.nodes.length;
    graph.scope('elsewhere', () => gradients(loss, [x]));
    const scopes = graph.nodes.slice(before).map(({ scope }) => scope);
    expect(new Set(scopes)).toEqual(new Set(['hidden/gradient', 'loss/gradient']));
  });
});

const specOf = (op: (x: Value) => Value): OperatorSpec => {
  const { source } = op(new Graph().feed('x', 'float', [1]));
  if (source.kind !== 'node') throw new Error('not a node');
  return source.node.op;
};

describe('a hand-written gradient', () => {
  test('takes the place of what lies between its inputs and its output', () => {
    const graph = new Graph();
    const x = graph.state('w', 'float', [2]);
    const y = withGradient('mine', exp(mul(x, 2)), [x], (dy) => [mul(dy, 100)]);
    const [slope] = gradients(total(mul(y, 3)), [x]);
    graph.output('slope', slope);
    const { outputs } = evaluate(graph, liveNodes(graph), { w: numbers([2], 1) });
    expect([...outputs.slope.data]).toEqual([300, 300]);
  });

  test('leaves alone the gradients of what else uses the values in between', () => {
    const graph = new Graph();
    const x = graph.state('w', 'float', [2]);
    const middle = tanh(x);
    const y = withGradient('square', mul(middle, middle), [x], (dy) => [
      mul(dy, mul(mul(middle, 2), sub(1, mul(middle, middle)))),
    ]);
    expectEqual(bothWays(graph, total(add(y, mul(middle, 5))), [x], { w: numbers([2], 1) }));
  });

  test('is told which inputs need a gradient', () => {
    const graph = new Graph();
    const [x, w] = [graph.feed('x', 'float', [2]), graph.state('w', 'float', [2])];
    let asked: readonly boolean[] = [];
    const y = withGradient('product', mul(x, w), [x, w], (dy, needs) => {
      asked = needs;
      return [null, mul(dy, x)];
    });
    gradients(total(y), [w]);
    expect(asked).toEqual([false, true]);
  });

  test('must have the shape of its input and the type float', async () => {
    const refused = (slope: (dy: Value) => Value) => {
      const graph = new Graph();
      const x = graph.state('w', 'float', [2]);
      const y = graph.scope('layer', () => withGradient('mine', neg(x), [x], (dy) => [slope(dy)]));
      return messageOf(() => gradients(total(y), [x]));
    };
    expect(await refused((dy) => reshape(dy, { shape: [2, 1] }))).toBe(
      'the gradient of mine in "layer" for its input 0 does not fit\n  expected  [2]\n  received  float [2, 1]',
    );
    expect(await refused((dy) => cast(dy, { to: 'int32' }))).toContain('received  int32 [2]');
  });
});

describe('the gradients of a network', () => {
  const rows = 6;
  const networks: Record<string, { input: number[]; layers: unknown[] }> = {
    'two dense layers with batch statistics between them': {
      input: [4],
      layers: [{ dense: { units: 5 } }, 'batchNorm', 'tanh', { dense: { units: 3 } }],
    },
    'convolutions with batch statistics': {
      input: [2, 4, 4],
      layers: [
        { conv2d: { filters: 3, bias: false } },
        'batchNorm',
        'sigmoid',
        'averagePool',
        'flatten',
        { dense: { units: 3 } },
      ],
    },
  };
  test.each(Object.entries(networks))('%s = central differences', (_, { input, layers }) => {
    const model = describeModel(layers, input);
    const graph = new Graph();
    const x = graph.feed('x', 'float', [rows, ...input]);
    const target = graph.feed('target', 'int32', [rows]);
    const values = new Map(
      [...initialize(model, 1)].map(([name, { shape }]) => [name, graph.state(name, 'float', shape)]),
    );
    const { output } = forward(model, x, { values, training: true });
    const loss = reduceMean(losses.crossEntropy.perRow(output, target, {}), { axes: [0], keepdims: 0 });
    const given = {
      ...Object.fromEntries(initialize(model, 1)),
      x: numbers([rows, ...input], 1),
      target: tensor('int32', [rows], [0, 1, 2, 2, 1, 0]),
    };
    const wanted = parametersOf(model).map(({ name }) => values.get(name)!);
    expectEqual(bothWays(graph, loss, [...wanted, x], given), 1e-8);
  });
});
