import { gradients } from '../../autodiff/index.ts';
import { Graph, liveNodes, type Node, reachable, type Value } from '../../graph/index.ts';
import { type Layout, measure, type WatchedLayer } from '../../monitor/index.ts';
import { type Layer, layers, type Model, type ModelLayer, parametersOf } from '../../nn/index.ts';
import { add, concat, reduceSum, reshape, sub } from '../../ops/index.ts';
import type { Network } from './network.ts';
import { feedsOf, oneStep, readValues, type StepGraph } from './step.ts';

/** One step as it would be made, without making it: nothing in the memory changes. */
export interface LookGraph extends StepGraph {
  readonly layout: Layout;
}

/** Measures a step from inside; the output "signals" is read by the layout. */
export function lookGraph(network: Network, batch: number): LookGraph {
  const { graph, fed, values, result } = build(network, batch);
  const { inside, loss } = result;
  const { slopes, outputs, input } = inside;
  const parameters = parametersOf(network.model);
  const pulls = pullsOf(graph, Object.values(inside.penalties), values);
  const layout = measure(graph, {
    loss,
    penalties: inside.penalties,
    input: { name: 'input', kind: 'input', value: input },
    layers: lookedAt(network.model).map((layer) => watched(layer, outputs.get(layer.name)!, slopes)),
    parameters: parameters.map(({ name, spec }) => ({
      name,
      kind: spec.decay ? 'weight' : 'bias',
      before: values.get(name)!,
      after: result.values.get(name)!,
      gradient: slopes.get(values.get(name)!)!,
      penalty: pulls.get(values.get(name)!),
    })),
  });
  return { graph, scalars: fed.names, streams: fed.streams(), layout };
}

/** A step that says of each of its nodes whether all it gives is finite: the output "odd" is NaN where it is not. */
export function traceGraph(network: Network, batch: number): StepGraph & { readonly nodes: readonly Node[] } {
  const { graph, fed, result } = build(network, batch);
  // Only so that the nodes of the update belong to the graph.
  for (const [name, value] of result.values) if (graph.states.get(name) !== value) graph.output(name, value);
  const nodes = liveNodes(graph).filter(({ output }) => output.dtype === 'float');
  for (const name of [...graph.outputs.keys()]) graph.outputs.delete(name);
  const odd = graph.scope('trace', () =>
    nodes.map(({ output }) => {
      const axes = output.shape.map((_, axis) => axis);
      // x - x is 0 for a number, and NaN for what is none.
      const zero = sub(output, output);
      return reshape(axes.length > 0 ? reduceSum(zero, { axes, keepdims: 0 }) : zero, { shape: [1] });
    }),
  );
  graph.output('odd', concat(...odd, { axis: 0 }));
  return { graph, scalars: fed.names, streams: fed.streams(), nodes };
}

function build(network: Network, batch: number) {
  const graph = new Graph();
  const fed = feedsOf(graph, network, batch);
  const values = readValues(graph, network);
  const { rows, numbers, training } = fed;
  const result = oneStep(graph, network, rows, values, numbers, training, (outputs) =>
    lookedAt(network.model).map(({ name }) => outputs.get(name)!),
  );
  return { graph, fed, values, result };
}

/** Layers with weights, and activations; all others only move or drop numbers. */
const lookedAt = ({ layers: all }: Model): ModelLayer[] =>
  all.filter(
    ({ kind, parameters }) => Object.keys(parameters).length > 0 || (layers[kind] as Layer).suits !== undefined,
  );

const watched = (layer: ModelLayer, value: Value, slopes: ReadonlyMap<Value, Value>): WatchedLayer => ({
  name: layer.name,
  kind: layer.kind,
  bounds: (layers[layer.kind] as Layer).bounds,
  value,
  gradient: slopes.get(value),
});

/** The gradients of the penalties alone, by the values that they are of. */
function pullsOf(graph: Graph, penalties: readonly Value[], values: ReadonlyMap<string, Value>): Map<Value, Value> {
  if (penalties.length === 0) return new Map();
  const used = new Set(reachable(graph, penalties).flatMap(({ inputs }) => inputs));
  const penalized = [...values.values()].filter((value) => used.has(value));
  const total = penalties.reduce((sum, penalty) => add(sum, penalty));
  const slopes = gradients(total, penalized);
  return new Map(penalized.map((value, i) => [value, slopes[i]]));
}
