import { describe, expect, test } from 'vitest';
import { gradients } from '../../src/autodiff/index.ts';
import { pick, type Shape, type Tensor } from '../../src/base/index.ts';
import { onnxRuntimeEngine, referenceEngine } from '../../src/engine/index.ts';
import { Graph, verify } from '../../src/graph/index.ts';
import { add, mul, reduceSum } from '../../src/ops/index.ts';
import { type OptimizerName, optimizers, regularizers } from '../../src/optim/index.ts';
import { gap, readGolden, type StoredTensor, tensorOf } from '../golden/read.ts';

interface OptimizerCase {
  readonly label: string;
  readonly optimizer: Readonly<Record<string, unknown>>;
  readonly l2: number;
  readonly rates: readonly number[];
  readonly start: StoredTensor;
  readonly gradients: StoredTensor;
  readonly trajectory: StoredTensor;
}

/** One update of "w" under the loss sum(w * gradient) + the l2 penalty, whose slope is the given gradient + strength * w. */
function updateGraph(kind: OptimizerName, shape: Shape, scalars: readonly string[]): Graph {
  const graph = new Graph();
  const w = graph.state('w', 'float', shape);
  const given = graph.feed('gradient', 'float', shape);
  const fed = Object.fromEntries(scalars.map((name) => [name, graph.feed(name, 'float', [])]));
  const state = Object.fromEntries(
    optimizers[kind].state.map((name) => [name, graph.state(`w/${name}`, 'float', shape)]),
  );
  const loss = add(
    reduceSum(mul(w, given), { axes: shape.map((_, axis) => axis), keepdims: 0 }),
    regularizers.l2.penalty(w, graph.feed('l2', 'float', [])),
  );
  const [gradient] = gradients(loss, [w]);
  const next = optimizers[kind].step({ parameter: w, gradient, state, scalars: fed });
  graph.update('w', next.parameter);
  for (const [name, value] of Object.entries(next.state)) graph.update(`w/${name}`, value);
  verify(graph);
  return graph;
}

const engines = [
  { engine: referenceEngine, tolerance: 1e-13 },
  { engine: onnxRuntimeEngine({ device: 'cpu', threads: 1 }), tolerance: 2e-6 },
];

const { optimizers: cases } = readGolden<{ optimizers: OptimizerCase[] }>('torch-nn.json');

describe('an optimizer moves a parameter through the same numbers as PyTorch, update after update', () => {
  for (const golden of cases)
    for (const { engine, tolerance } of engines)
      test(`${golden.label} (${engine.name})`, async () => {
        const { kind, options } = pick(optimizers, golden.optimizer, 'optimizer', 'optimizer');
        const { shape } = golden.start;
        const program = await engine.compile(
          updateGraph(kind, shape, Object.keys(optimizers[kind].scalars(options, 1, 1))),
        );
        const memory = engine.memory();
        const zeros = (): Tensor => ({ dtype: 'float', shape, data: new Float64Array(6) });
        memory.set('w', tensorOf(golden.start));
        for (const name of optimizers[kind].state) memory.set(`w/${name}`, zeros());
        const [slopes, trajectory] = [golden.gradients, golden.trajectory].map((stored) => tensorOf(stored).data);
        const scalar = (value: number): Tensor => ({ dtype: 'float', shape: [], data: Float64Array.of(value) });
        for (const [i, rate] of golden.rates.entries()) {
          const numbers = { ...optimizers[kind].scalars(options, rate, i + 1), l2: golden.l2 };
          const feeds = Object.fromEntries(Object.entries(numbers).map(([name, value]) => [name, scalar(value)]));
          await program.run(memory, {
            ...feeds,
            gradient: { dtype: 'float', shape, data: slopes.slice(6 * i, 6 * i + 6) },
          });
          expect(gap((await memory.get('w')).data, trajectory.slice(6 * i, 6 * i + 6)), `update ${i + 1}`).toBeLessThan(
            tolerance,
          );
        }
        await program.release();
      });
});

test('every optimizer is compared with PyTorch', () => {
  expect(new Set(cases.flatMap(({ optimizer }) => Object.keys(optimizer)))).toEqual(new Set(Object.keys(optimizers)));
});
