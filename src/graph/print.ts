import { formatShape } from '../base/index.ts';
import { formatAttributes, type Graph, liveNodes, type Value } from './graph.ts';

/** The graph as text, one line a node, grouped by scope, for people and for snapshots. */
export function print(graph: Graph): string {
  const type = (value: Value) => `${value.dtype}${formatShape(value.shape)}`;
  const use = (value: Value) => {
    if (value.source.kind !== 'constant') return value.name;
    const { data, shape } = value.source.tensor;
    return data.length <= 4
      ? `${shape.length ? '[' : ''}${[...data].join(' ')}${shape.length ? ']' : ''}`
      : `${value.name}${formatShape(shape)}`;
  };
  const lines: string[] = [];
  for (const [name, value] of graph.feeds) lines.push(`feed    ${name}: ${type(value)}`);
  for (const [name, value] of graph.states) lines.push(`state   ${name}: ${type(value)}`);
  let scope = '';
  for (const node of liveNodes(graph)) {
    if (node.scope !== scope) lines.push(`-- ${node.scope || 'top'}`);
    scope = node.scope;
    const call = `${node.op.name}(${node.inputs.map(use).join(', ')})${formatAttributes(node.attributes)}`;
    lines.push(`${node.output.name}: ${type(node.output)} = ${call}`);
  }
  for (const [name, value] of graph.updates) lines.push(`update  ${name} <- ${use(value)}`);
  for (const [name, value] of graph.outputs) lines.push(`output  ${name} = ${use(value)}`);
  return lines.join('\n');
}
