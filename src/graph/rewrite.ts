import { Graph, liveNodes, type Node, type Value } from './graph.ts';

/** What stands in for a node in the rewritten graph, given its new inputs; undefined keeps the node as it is. */
export type Rule = (node: Node, inputs: readonly Value[]) => Value | undefined;

/** A copy of what a graph computes, with some nodes replaced. Names of feeds, states, updates and outputs stay. */
export function rewrite(graph: Graph, rule: Rule): Graph {
  const copy = new Graph();
  const { moved, move } = moving(copy);
  for (const [name, value] of graph.feeds) moved.set(value, copy.feed(name, value.dtype, value.shape));
  for (const [name, value] of graph.states) moved.set(value, copy.state(name, value.dtype, value.shape));
  for (const node of liveNodes(graph)) {
    const inputs = node.inputs.map(move);
    const build = () => rule(node, inputs) ?? copy.apply(node.op, inputs, node.attributes);
    moved.set(node.output, node.scope ? copy.scopeFromRoot(node.scope, build) : build());
  }
  for (const [name, value] of graph.updates) copy.update(name, move(value));
  for (const [name, value] of graph.outputs) copy.output(name, move(value));
  return copy;
}

/** What stands in a copy for the values of the original, as it is noted in `moved`; constants are copied where they are first used. */
export function moving(copy: Graph): { readonly moved: Map<Value, Value>; move(value: Value): Value } {
  const moved = new Map<Value, Value>();
  return {
    moved,
    move(value) {
      let known = moved.get(value);
      if (!known && value.source.kind === 'constant') {
        known = copy.constant(value.source.tensor, value.name);
        moved.set(value, known);
      }
      return known!;
    },
  };
}
