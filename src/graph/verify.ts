import { formatShape, sameShape, sizeOf, WellfitError } from '../base/index.ts';
import type { Graph, Value } from './graph.ts';

/** Throws unless the graph is well formed: single assignment, order, names, types and shapes as the operators infer them. */
export function verify(graph: Graph): void {
  const fail = (what: string): never => {
    throw new WellfitError('graph', `malformed graph: ${what}`);
  };
  const defined = new Set<Value>();
  const names = new Set<string>();
  const define = (value: Value) => {
    if (names.has(value.name)) fail(`two values are called "${value.name}"`);
    names.add(value.name);
    defined.add(value);
  };
  for (const value of graph.feeds.values()) define(value);
  for (const value of graph.states.values()) define(value);
  const use = (value: Value, by: string) => {
    if (value.graph !== graph) fail(`${by} uses "${value.name}" of another graph`);
    if (defined.has(value)) return;
    if (value.source.kind !== 'constant') fail(`${by} uses "${value.name}" before it is computed`);
    else if (value.source.tensor.data.length !== sizeOf(value.shape))
      fail(`constant "${value.name}" has ${value.source.tensor.data.length} numbers for ${formatShape(value.shape)}`);
    define(value);
  };
  for (const node of graph.nodes) {
    for (const input of node.inputs) use(input, node.output.name);
    const inferred = node.op.infer(node.inputs, node.attributes);
    if (inferred.dtype !== node.output.dtype || !sameShape(inferred.shape, node.output.shape))
      fail(
        `"${node.output.name}" says ${node.output.dtype} ${formatShape(node.output.shape)}, ${node.op.name} gives ${inferred.dtype} ${formatShape(inferred.shape)}`,
      );
    for (const size of inferred.shape)
      if (!Number.isInteger(size) || size < 0)
        fail(`"${node.output.name}" has the shape ${formatShape(inferred.shape)}`);
    define(node.output);
  }
  for (const [name, value] of graph.outputs) {
    use(value, `output "${name}"`);
    if (names.has(name)) fail(`an output and a value are both called "${name}"`);
  }
  for (const [name, value] of graph.updates) use(value, `update of "${name}"`);
}
