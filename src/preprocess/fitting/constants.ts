import type { Graph, Value } from '../../graph/index.ts';
import type { FittedTensor } from '../preprocessor.ts';

const held = new WeakMap<Graph, Map<FittedTensor, Value>>();

/** A fitted tensor as a constant of a graph, the same one however often a program repeats the step: it may be a large matrix. */
export function constantOf(graph: Graph, tensor: FittedTensor, name: string): Value {
  let known = held.get(graph);
  if (!known) held.set(graph, (known = new Map()));
  let value = known.get(tensor);
  if (!value) known.set(tensor, (value = graph.constant({ dtype: 'float', ...tensor }, name)));
  return value;
}
