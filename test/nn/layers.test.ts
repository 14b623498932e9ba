import { describe, expect, test } from 'vitest';
import { gradients } from '../../src/autodiff/index.ts';
import type { Tensor } from '../../src/base/index.ts';
import { onnxRuntimeEngine, referenceEngine } from '../../src/engine/index.ts';
import { Graph, verify } from '../../src/graph/index.ts';
import { describeModel, forward, parametersOf, statesOf } from '../../src/nn/index.ts';
import { mul, reduceSum } from '../../src/ops/index.ts';
import { gap, readGolden, type StoredTensor, tensorOf, tensorsOf } from '../golden/read.ts';

type Stored = Readonly<Record<string, StoredTensor>>;

interface Call {
  readonly x: StoredTensor;
  readonly pull: StoredTensor;
  readonly y: StoredTensor;
  readonly dx: StoredTensor;
  readonly gradients: Stored;
  readonly states: Stored;
}

interface LayerCase {
  readonly label: string;
  readonly layer: unknown;
  readonly training: boolean;
  readonly parameters: Stored;
  readonly states: Stored;
  readonly calls: readonly Call[];
}

/** The layer over a batch, and the gradients of sum(output * pull) in its input and its parameters. */
function layerGraph({ layer, training }: LayerCase, { x, pull }: Call) {
  const model = describeModel([layer], x.shape.slice(1));
  const graph = new Graph();
  const [input, weight] = [graph.feed('x', 'float', x.shape), graph.feed('pull', 'float', pull.shape)];
  const parameters = parametersOf(model).map(({ name, spec }) => graph.state(name, 'float', spec.shape));
  const states = statesOf(model).map(({ name, spec }) => graph.state(name, 'float', spec.shape));
  const values = new Map([...parameters, ...states].map((value) => [value.name, value]));
  const { output, updates } = forward(model, input, { values, training });
  for (const [name, value] of updates) graph.update(name, value);
  graph.output('y', output);
  const loss = reduceSum(mul(output, weight), { axes: output.shape.map((_, axis) => axis), keepdims: 0 });
  const [dx, ...slopes] = gradients(loss, [input, ...parameters]);
  graph.output('dx', dx);
  for (const [i, slope] of slopes.entries()) graph.output(`d${parameters[i].name}`, slope);
  verify(graph);
  return { graph, parameters, states };
}

const engines = [
  { engine: referenceEngine, tolerance: 1e-12 },
  { engine: onnxRuntimeEngine({ device: 'cpu', threads: 1 }), tolerance: 5e-6 },
];

describe('a layer gives the output, the gradients and the running statistics that PyTorch gives', () => {
  for (const layer of readGolden<{ layers: LayerCase[] }>('torch-nn.json').layers)
    for (const { engine, tolerance } of engines)
      test(`${layer.label} (${engine.name})`, async () => {
        const { graph, parameters, states } = layerGraph(layer, layer.calls[0]);
        expect(parameters.map(({ name }) => name)).toEqual(Object.keys(layer.parameters));
        expect(states.map(({ name }) => name)).toEqual(Object.keys(layer.states));
        const close = (actual: Tensor, stored: StoredTensor, what: string) => {
          expect(actual.shape, what).toEqual(stored.shape);
          expect(gap(actual.data, tensorOf(stored).data), what).toBeLessThan(tolerance);
        };
        const memory = engine.memory();
        for (const [name, value] of Object.entries(tensorsOf({ ...layer.parameters, ...layer.states })))
          memory.set(name, value);
        const program = await engine.compile(graph);
        for (const [i, call] of layer.calls.entries()) {
          const results = await program.run(memory, tensorsOf({ x: call.x, pull: call.pull }));
          close(results.y, call.y, `output of call ${i + 1}`);
          close(results.dx, call.dx, `gradient in the input, call ${i + 1}`);
          for (const [name, stored] of Object.entries(call.gradients))
            close(results[`d${name}`], stored, `gradient in ${name}, call ${i + 1}`);
          for (const [name, stored] of Object.entries(call.states))
            close(await memory.get(name), stored, `${name} after call ${i + 1}`);
        }
        await program.release();
      });
});
