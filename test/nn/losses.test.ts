import { describe, expect, test } from 'vitest';
import { gradients } from '../../src/autodiff/index.ts';
import { onnxRuntimeEngine, referenceEngine } from '../../src/engine/index.ts';
import { Graph, verify } from '../../src/graph/index.ts';
import { type LossName, losses } from '../../src/nn/index.ts';
import { reduceMean } from '../../src/ops/index.ts';
import { gap, readGolden, type StoredTensor, tensorOf, tensorsOf } from '../golden/read.ts';

interface LossCase {
  readonly label: string;
  readonly loss: LossName;
  readonly output: StoredTensor;
  readonly target: StoredTensor;
  readonly value: StoredTensor;
  readonly gradient: StoredTensor;
}

/** The mean loss of a batch and its gradient in the network's output. */
function lossGraph({ loss, output, target }: LossCase): Graph {
  const graph = new Graph();
  const y = graph.feed('output', 'float', output.shape);
  const t = graph.feed('target', target.type === 'int32' ? 'int32' : 'float', target.shape);
  const value = reduceMean(losses[loss].perRow(y, t, {}), { axes: [0], keepdims: 0 });
  graph.output('value', value);
  graph.output('gradient', gradients(value, [y])[0]);
  verify(graph);
  return graph;
}

const engines = [
  { engine: referenceEngine, tolerance: 1e-13 },
  { engine: onnxRuntimeEngine({ device: 'cpu', threads: 1 }), tolerance: 1e-6 },
];

const { losses: cases } = readGolden<{ losses: LossCase[] }>('torch-nn.json');

describe('a loss and its gradient are those of PyTorch, and finite for logits of 1000', () => {
  for (const golden of cases)
    for (const { engine, tolerance } of engines)
      test(`${golden.label} (${engine.name})`, async () => {
        const program = await engine.compile(lossGraph(golden));
        const results = await program.run(engine.memory(), tensorsOf({ output: golden.output, target: golden.target }));
        await program.release();
        for (const key of ['value', 'gradient'] as const) {
          const expected = tensorOf(golden[key]);
          expect(results[key].shape, key).toEqual(expected.shape);
          expect(results[key].data.every(Number.isFinite), key).toBe(true);
          expect(gap(results[key].data, expected.data), key).toBeLessThan(tolerance);
        }
      });
});

test('every loss is compared with PyTorch', () => {
  expect(new Set(cases.map(({ loss }) => loss))).toEqual(new Set(Object.keys(losses)));
});
