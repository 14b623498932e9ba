import { describe, expect, test } from 'vitest';
import { gradients } from '../../src/autodiff/index.ts';
import { type Tensor, tensor } from '../../src/base/index.ts';
import { evaluate } from '../../src/engine/index.ts';
import { Graph, liveNodes, type Node, print, reachable, rewrite, type Value, verify } from '../../src/graph/index.ts';
import { add, gemm, max, mul, neg, reduceMean, relu } from '../../src/ops/index.ts';
import { messageOf } from '../data/support.ts';

/** A dense layer with ReLU, a loss over it and one step of gradient descent. */
function small(): { graph: Graph; w: Value; loss: Value } {
  const graph = new Graph();
  const x = graph.feed('x', 'float', [2, 3]);
  const w = graph.state('dense.w', 'float', [3, 1]);
  const h = graph.scope('dense', () => gemm(x, w, { transA: 0, transB: 0 }));
  const y = graph.scope('relu', () => relu(h));
  const loss = graph.scope('loss', () => reduceMean(mul(y, y), { axes: [0, 1], keepdims: 0 }));
  return { graph, w, loss };
}

const given: Record<string, Tensor> = {
  x: tensor('float', [2, 3], [1, -2, 3, 4, 5, -6]),
  'dense.w': tensor('float', [3, 1], [0.5, 0.25, -0.125]),
};

const outputsOf = (graph: Graph) => evaluate(graph, liveNodes(graph), given);

describe('a graph', () => {
  test('prints itself, one line a node, grouped by scope, dead nodes left out', () => {
    const { graph, w, loss } = small();
    graph.scope('dead', () => neg(loss));
    const [slope] = gradients(loss, [w]);
    graph.update(
      'dense.w',
      graph.scope('dense/update', () => add(w, mul(slope, -0.1))),
    );
    graph.output('loss', loss);
    expect(print(graph)).toMatchInlineSnapshot(`
      "feed    x: float[2, 3]
      state   dense.w: float[3, 1]
      -- dense
      dense/Gemm: float[2, 1] = Gemm(x, dense.w) {transA=0, transB=0}
      -- relu
      relu/Relu: float[2, 1] = Relu(dense/Gemm)
      -- loss
      loss/Mul: float[2, 1] = Mul(relu/Relu, relu/Relu)
      loss/ReduceMean: float[] = ReduceMean(loss/Mul) {axes=[0,1], keepdims=0}
      -- loss/gradient
      loss/gradient/Reshape: float[1, 1] = Reshape(1) {shape=[1,1]}
      loss/gradient/Mul: float[1, 1] = Mul(loss/gradient/Reshape, 0.5)
      loss/gradient/Expand: float[2, 1] = Expand(loss/gradient/Mul) {shape=[2,1]}
      loss/gradient/Mul_1: float[2, 1] = Mul(loss/gradient/Expand, relu/Relu)
      loss/gradient/Mul_2: float[2, 1] = Mul(loss/gradient/Expand, relu/Relu)
      loss/gradient/Add: float[2, 1] = Add(loss/gradient/Mul_1, loss/gradient/Mul_2)
      -- relu/gradient
      relu/gradient/HardSigmoid: float[2, 1] = HardSigmoid(relu/Relu) {alpha=3.4e+38, beta=0}
      relu/gradient/Mul: float[2, 1] = Mul(loss/gradient/Add, relu/gradient/HardSigmoid)
      -- dense/gradient
      dense/gradient/Gemm: float[3, 1] = Gemm(x, relu/gradient/Mul) {transA=1, transB=0}
      -- dense/update
      dense/update/Mul: float[3, 1] = Mul(dense/gradient/Gemm, -0.1)
      dense/update/Add: float[3, 1] = Add(dense.w, dense/update/Mul)
      update  dense.w <- dense/update/Add
      output  loss = loss/ReduceMean"
    `);
  });

  test('shares one constant among all who ask for the same number, and tells 0 from -0 and types apart', () => {
    const graph = new Graph();
    expect(graph.scalar(2, 'float')).toBe(graph.scalar(2, 'float'));
    const different = [graph.scalar(0, 'float'), graph.scalar(-0, 'float'), graph.scalar(0, 'int32')];
    expect(new Set(different).size).toBe(3);
  });

  test('gives every value a name of its own, whatever names are asked for', () => {
    const graph = new Graph();
    const x = graph.feed('x', 'float', [1]);
    const one = tensor('float', [1], [1]);
    const constants = ['a_1', 'a', 'a', 'x', 'Neg'].map((hint) => graph.constant(one, hint));
    const values = [x, ...constants, neg(x), neg(x), graph.scope('s', () => neg(x))];
    expect(new Set(values.map((value) => value.name)).size).toBe(values.length);
  });

  test('hands out the same state for the same name', () => {
    const graph = new Graph();
    expect(graph.state('w', 'float', [2])).toBe(graph.state('w', 'float', [2]));
  });

  test('names operator, scope, inputs and attributes where inputs do not fit', async () => {
    const graph = new Graph();
    const x = graph.feed('x', 'float', [2, 3]);
    const w = graph.feed('w', 'float', [4, 5]);
    const message = await messageOf(() =>
      graph.scope('hidden', () => graph.scope('inner', () => gemm(x, w, { transA: 0, transB: 1 }))),
    );
    expect(message).toContain('Gemm in "hidden/inner" cannot take these inputs: ');
    expect(message).toContain('[2, 3] has rows of 3, [4, 5] transposed has columns of 5');
    expect(message).toContain('received  x float [2, 3], w float [4, 5] {transA=0, transB=1}');
  });

  test('leaves a scope also when building fails in it', () => {
    const graph = new Graph();
    const x = graph.feed('x', 'float', [2]);
    const broken = () => {
      throw new Error('broken');
    };
    expect(() => graph.scope('layer', broken)).toThrow('broken');
    expect(() => graph.scopeFromRoot('layer', broken)).toThrow('broken');
    neg(x);
    expect(graph.nodes[0].scope).toBe('');
  });

  test('nests scopes, and starts anew from the root where asked', () => {
    const graph = new Graph();
    const x = graph.feed('x', 'float', [2]);
    graph.scope('a', () => {
      graph.scope('b', () => neg(x));
      graph.scopeFromRoot('c', () => graph.scope('d', () => neg(x)));
      neg(x);
    });
    expect(graph.nodes.map(({ scope }) => scope)).toEqual(['a/b', 'c/d', 'a']);
    expect(graph.nodes.map(({ output }) => output.name)).toEqual(['a/b/Neg', 'c/d/Neg', 'a/Neg']);
  });

  test('refuses values of another graph, and updates of what it does not read or of another shape or type', async () => {
    const { graph, loss } = small();
    const other = small();
    expect(await messageOf(() => add(loss, other.loss))).toContain('of another graph');
    expect(await messageOf(() => graph.update('nothing', loss))).toBe(
      'the graph updates "nothing", which it never reads',
    );
    expect(await messageOf(() => graph.update('dense.w', loss))).toBe(
      'the update of "dense.w" does not fit\n  expected  float [3, 1]\n  received  float []',
    );
    const wrongType = graph.feed('n', 'int32', [3, 1]);
    expect(await messageOf(() => graph.update('dense.w', wrongType))).toContain('received  int32 [3, 1]');
  });
});

describe('what matters of a graph', () => {
  test('is what outputs and updates depend on, in executable order', () => {
    const { graph, w, loss } = small();
    graph.scope('dead', () => neg(neg(loss)));
    expect(liveNodes(graph)).toEqual([]);
    graph.output('loss', loss);
    expect(liveNodes(graph).map(({ scope }) => scope)).toEqual(['dense', 'relu', 'loss', 'loss']);
    graph.update(
      'dense.w',
      graph.scope('late', () => neg(w)),
    );
    expect(liveNodes(graph).map(({ scope }) => scope)).toEqual(['dense', 'relu', 'loss', 'loss', 'late']);
  });

  test('can be asked for any value', () => {
    const { graph, w } = small();
    const [dense] = graph.nodes;
    expect(reachable(graph, [dense.output])).toEqual([dense]);
    expect(reachable(graph, [w])).toEqual([]);
  });
});

describe('a rewritten graph', () => {
  const finished = () => {
    const { graph, w, loss } = small();
    graph.scope('dead', () => neg(loss));
    const [slope] = gradients(loss, [w]);
    graph.update('dense.w', add(w, slope));
    graph.output('loss', loss);
    return graph;
  };

  test('computes the same, keeps all names and scopes, and has lost what is dead', () => {
    const graph = finished();
    const copy = rewrite(graph, () => undefined);
    verify(copy);
    expect(outputsOf(copy).outputs).toEqual(outputsOf(graph).outputs);
    expect(outputsOf(copy).updates).toEqual(outputsOf(graph).updates);
    expect(print(copy)).toBe(print(graph));
    expect(copy.nodes.length).toBe(liveNodes(graph).length);
  });

  test('computes the same where a node is replaced by what means the same, in the same scope', () => {
    const graph = finished();
    const copy = rewrite(graph, ({ op }, [x]) => (op.name === 'Relu' ? max(mul(x, 1), 0) : undefined));
    verify(copy);
    expect(copy.nodes.map(({ op }) => op.name)).not.toContain('Relu');
    expect(copy.nodes.filter(({ op }) => op.name === 'Max').map(({ scope }) => scope)).toEqual(['relu']);
    expect(outputsOf(copy).outputs).toEqual(outputsOf(graph).outputs);
    expect(outputsOf(copy).updates).toEqual(outputsOf(graph).updates);
  });

  test('is well formed where the replacement brings constants of its own', () => {
    const graph = new Graph();
    const x = graph.feed('x', 'float', [2]);
    graph.output(
      'y',
      graph.scope('s', () => relu(mul(add(x, 1), 2))),
    );
    const copy = rewrite(graph, ({ op }, [value, other]) => {
      if (op.name === 'Add') return add(add(value, other), 0);
      return op.name === 'Relu' ? max(value, 3) : undefined;
    });
    verify(copy);
  });
});

describe('the verifier', () => {
  type Loose<T> = { -readonly [K in keyof T]: T[K] };
  const change = <T extends object>(target: T, changes: Partial<T>) => Object.assign(target as Loose<T>, changes);

  /** x -> Neg "first" -> Relu "second" -> output y. */
  function chain() {
    const graph = new Graph();
    const x = graph.feed('x', 'float', [2, 3]);
    const first = neg(x);
    const second = relu(first);
    const c = graph.constant(tensor('float', [3], [1, 2, 3]), 'c');
    graph.output('y', add(second, c));
    return { graph, x, first, c, nodes: graph.nodes as Node[] };
  }
  const refused = (damage: (parts: ReturnType<typeof chain>) => void) => {
    const parts = chain();
    verify(parts.graph);
    damage(parts);
    return messageOf(() => verify(parts.graph));
  };

  test('finds nodes in the wrong order', async () => {
    expect(await refused(({ nodes }) => nodes.reverse())).toBe(
      'malformed graph: Add uses "Relu" before it is computed',
    );
  });

  test('finds a node that nothing computes the input of', async () => {
    expect(await refused(({ nodes }) => nodes.shift())).toBe('malformed graph: Relu uses "Neg" before it is computed');
  });

  test('finds a value of another graph, in nodes, outputs and updates', async () => {
    const foreign = chain();
    expect(await refused(({ nodes }) => change(nodes[1], { inputs: [foreign.first] }))).toBe(
      'malformed graph: Relu uses "Neg" of another graph',
    );
    expect(await refused(({ graph }) => graph.output('z', foreign.first))).toBe(
      'malformed graph: output "z" uses "Neg" of another graph',
    );
    expect(await refused(({ graph }) => graph.updates.set('w', foreign.first))).toContain('update of "w" uses "Neg"');
  });

  test('finds two values of one name', async () => {
    expect(await refused(({ first }) => change(first, { name: 'x' }))).toBe(
      'malformed graph: two values are called "x"',
    );
    expect(await refused(({ c }) => change(c, { name: 'Relu' }))).toBe('malformed graph: two values are called "Relu"');
  });

  test('finds a node that is there twice', async () => {
    expect(await refused(({ nodes }) => nodes.push(nodes[2]))).toBe('malformed graph: two values are called "Add"');
  });

  test('finds a shape and a type that the operator does not give', async () => {
    expect(await refused(({ first }) => change(first, { shape: [3, 2] }))).toBe(
      'malformed graph: "Neg" says float [3, 2], Neg gives float [2, 3]',
    );
    expect(await refused(({ nodes }) => change(nodes[2].output, { dtype: 'int32' }))).toContain(
      'malformed graph: "Add" says',
    );
  });

  test('finds sizes that are no sizes', async () => {
    const message = await refused(({ x, first, nodes }) => {
      for (const value of [x, first, nodes[1].output, nodes[2].output]) change(value, { shape: [1.5, 3] });
    });
    expect(message).toBe('malformed graph: "Neg" has the shape [1.5, 3]');
  });

  test('finds inputs that an operator cannot take', async () => {
    const parts = chain();
    change(parts.nodes[1], { inputs: [] });
    expect(() => verify(parts.graph)).toThrow();
  });

  test('finds a constant with too few numbers', async () => {
    const data = Float64Array.of(1, 2);
    expect(
      await refused(({ c }) =>
        change(c, { source: { kind: 'constant', tensor: { dtype: 'float', shape: [3], data } } }),
      ),
    ).toBe('malformed graph: constant "c" has 2 numbers for [3]');
  });
});
