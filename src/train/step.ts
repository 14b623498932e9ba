import { gradients } from '../autodiff/index.ts';
import type { Shape } from '../base/index.ts';
import { Graph, type Value } from '../graph/index.ts';
import { forward, losses, metrics, parametersOf, statesOf } from '../nn/index.ts';
import { add, cast, concat, gather, mul, reduceMean, reduceSum, reshape, slice } from '../ops/index.ts';
import { optimizers, regularizers } from '../optim/index.ts';
import { applyPreprocess } from '../preprocess/index.ts';
import { randomMask } from './mask.ts';
import type { Network } from './network.ts';

export interface StepGraph {
  readonly graph: Graph;
  /** What the feed "scalars" holds for each step, in this order. */
  readonly scalars: readonly string[];
  /** Layers that want random keys: two int32 a step in the feed "keys:<layer>". */
  readonly masks: readonly string[];
}

export const optimizerState = (parameter: string, state: string): string => `${parameter}/${state}`;

/** Scalars of the optimizer first, then one strength a regularizer. */
function scalarNames(network: Network): string[] {
  const { kind, options } = network.optimizer;
  return [...Object.keys(optimizers[kind].scalars(options, 1, 1)), ...network.regularizers.map((r) => r.kind)];
}

/**
 * `steps` whole training steps as one graph: gather the batch, preprocess, forward, loss, backward, update.
 * Feeds: "indices" [steps * batch], "scalars" [steps * n], "keys:…". Outputs: "loss" and "metric", one number a step.
 */
export function trainingGraph(network: Network, batch: number, steps: number): StepGraph {
  const graph = new Graph();
  const names = scalarNames(network);
  const indices = graph.feed('indices', 'int32', [steps * batch]);
  const scalars = graph.feed('scalars', 'float', [steps * names.length]);
  let values = readValues(graph, network);
  const results: { loss: Value; metric: Value }[] = [];
  for (let step = 0; step < steps; step++) {
    const rows =
      steps === 1
        ? indices
        : slice(indices, { starts: [step * batch], ends: [(step + 1) * batch], axes: [0], steps: [1] });
    const numbers = Object.fromEntries(
      names.map((name, i) => [name, gather(scalars, graph.scalar(step * names.length + i, 'int32'), { axis: 0 })]),
    );
    const result = oneStep(graph, network, rows, values, numbers, steps, step);
    values = result.values;
    results.push(result);
  }
  for (const [name, value] of values) if (graph.states.get(name) !== value) graph.update(name, value);
  graph.output('loss', vector(results.map((r) => r.loss)));
  graph.output('metric', vector(results.map((r) => r.metric)));
  const masks = [...graph.feeds.keys()].flatMap((name) => (name.startsWith('keys:') ? [name.slice(5)] : []));
  return { graph, scalars: names, masks };
}

const vector = (scalars: Value[]): Value => {
  const lifted = scalars.map((value) => reshape(value, { shape: [1] }));
  return lifted.length === 1 ? lifted[0] : concat(...lifted, { axis: 0 });
};

function readValues(graph: Graph, network: Network): Map<string, Value> {
  const values = new Map<string, Value>();
  for (const { name, spec } of [...parametersOf(network.model), ...statesOf(network.model)])
    values.set(name, graph.state(name, 'float', spec.shape));
  for (const { name, spec } of parametersOf(network.model))
    for (const state of optimizers[network.optimizer.kind].state) {
      const key = optimizerState(name, state);
      values.set(key, graph.state(key, 'float', spec.shape));
    }
  return values;
}

function oneStep(
  graph: Graph,
  network: Network,
  rows: Value,
  values: Map<string, Value>,
  scalars: Record<string, Value>,
  steps: number,
  step: number,
) {
  const mask = (layer: string, shape: Shape, keep: number) => {
    const name = `keys:${layer}`;
    const keys = graph.feeds.get(name) ?? graph.feed(name, 'int32', [2 * steps]);
    return randomMask(keys, step, shape, keep);
  };
  const { perRow, metric, updates } = lossOfBatch(graph, network, rows, values, mask);
  const loss = graph.scope('loss', () => reduceMean(perRow, { axes: [0], keepdims: 0 }));
  const next = new Map([...values, ...updates]);
  const total = withPenalties(graph, network, loss, values, scalars);
  const parameters = parametersOf(network.model).map(({ name }) => name);
  const slopes = gradients(
    total,
    parameters.map((name) => values.get(name)!),
  );
  const optimizer = optimizers[network.optimizer.kind];
  parameters.forEach((name, i) => {
    graph.scope(`${name.slice(0, name.lastIndexOf('.'))}/update`, () => {
      const state = Object.fromEntries(optimizer.state.map((s) => [s, values.get(optimizerState(name, s))!]));
      const updated = optimizer.step({ parameter: values.get(name)!, gradient: slopes[i], state, scalars });
      next.set(name, updated.parameter);
      for (const s of optimizer.state) next.set(optimizerState(name, s), updated.state[s]);
    });
  });
  return { loss, metric: graph.scope('metric', () => reduceMean(metric, { axes: [0], keepdims: 0 })), values: next };
}

/** The mean loss plus what each regularizer adds for each weight tensor. */
export function withPenalties(
  graph: Graph,
  network: Network,
  loss: Value,
  values: ReadonlyMap<string, Value>,
  strengths: Readonly<Record<string, Value>>,
): Value {
  const decaying = parametersOf(network.model).filter(({ spec }) => spec.decay);
  return network.regularizers.reduce(
    (total, { kind }) =>
      decaying.reduce(
        (sum, { name }) =>
          graph.scope(`${name.slice(0, name.lastIndexOf('.'))}/${kind}`, () =>
            add(sum, regularizers[kind].penalty(values.get(name)!, strengths[kind])),
          ),
        total,
      ),
    loss,
  );
}

/** Gathers rows, preprocesses them and runs the network over them; with a mask in training mode, without in evaluation mode. */
export function lossOfBatch(
  graph: Graph,
  network: Network,
  rows: Value,
  values: ReadonlyMap<string, Value>,
  mask?: (layer: string, shape: Shape, keep: number) => Value,
) {
  const { data, model } = network;
  const features = graph.state('data.features', data.bytes ? 'uint8' : 'float', [data.rows, ...data.shape]);
  const targets = graph.state(
    'data.targets',
    data.target.kind === 'classes' ? 'int32' : 'float',
    data.target.kind === 'classes' ? [data.rows] : [data.rows, data.target.width],
  );
  const [x, target] = graph.scope('batch', () => [
    toFloat(gather(features, rows, { axis: 0 })),
    gather(targets, rows, { axis: 0 }),
  ]);
  const { output, updates } = forward(model, applyPreprocess(network.preprocess, x), {
    values,
    training: mask !== undefined,
    mask,
  });
  const perRow = graph.scope('loss', () => losses[network.loss.kind].perRow(output, target, network.loss.options));
  const metric = graph.scope('metric', () => metrics[network.metric].perRow(output, target));
  return { output, perRow, metric, updates };
}

export const toFloat = (x: Value): Value => (x.dtype === 'float' ? x : cast(x, { to: 'float' }));

/** Sums of loss and metric over the rows of "indices", each counted "weights" times (0 for padding). Evaluation mode. */
export function evaluationGraph(network: Network, batch: number): Graph {
  const graph = new Graph();
  const indices = graph.feed('indices', 'int32', [batch]);
  const weights = graph.feed('weights', 'float', [batch]);
  const values = new Map(
    [...parametersOf(network.model), ...statesOf(network.model)].map(({ name, spec }) => [
      name,
      graph.state(name, 'float', spec.shape),
    ]),
  );
  const { perRow, metric } = lossOfBatch(graph, network, indices, values);
  for (const [name, rows] of [
    ['loss', perRow],
    ['metric', metric],
  ] as const)
    graph.output(name, reduceSum(mul(rows, weights), { axes: [0], keepdims: 0 }));
  return graph;
}
