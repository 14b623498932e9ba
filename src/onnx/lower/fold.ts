import type { Tensor } from '../../base/index.ts';
import { Graph, liveNodes, type Value } from '../../graph/index.ts';

/** The numbers of a value that depends on constants alone. */
export function constantOf(value: Value): Tensor | undefined {
  if (value.source.kind === 'constant') return value.source.tensor;
  if (value.source.kind !== 'node') return undefined;
  const { op, inputs, attributes, output } = value.source.node;
  const operands: Tensor[] = [];
  for (const input of inputs) {
    const operand = constantOf(input);
    if (!operand) return undefined;
    operands.push(operand);
  }
  return { dtype: output.dtype, shape: output.shape, data: op.forward(operands, attributes, output) };
}

/**
 * The same graph, with everything computed that depends on constants alone: weights that a file scales, transposes or reshapes before it uses
 * them are then plain weights. Such a constant keeps the name of what it was made from.
 */
export function foldConstants(graph: Graph): Graph {
  const copy = new Graph();
  const moved = new Map<Value, Value>();
  const folded = new Map<Value, { tensor: Tensor; name: string }>();
  const known = (value: Value) =>
    value.source.kind === 'constant' ? { tensor: value.source.tensor, name: value.name } : folded.get(value);
  const move = (value: Value): Value => {
    const constant = known(value);
    if (constant && !moved.has(value)) moved.set(value, copy.constant(constant.tensor, constant.name));
    return moved.get(value)!;
  };
  for (const [name, value] of graph.feeds) moved.set(value, copy.feed(name, value.dtype, value.shape));
  for (const { op, inputs, attributes, output, scope } of liveNodes(graph)) {
    const constants = inputs.flatMap((input) => known(input) ?? []);
    if (constants.length === inputs.length) {
      const { dtype, shape } = output;
      const data = op.forward(
        constants.map(({ tensor }) => tensor),
        attributes,
        output,
      );
      const [main, ...others] = constants.filter(({ tensor }) => tensor.shape.length > 0);
      folded.set(output, {
        tensor: { dtype, shape, data },
        name: main && others.length === 0 ? main.name : output.name,
      });
      continue;
    }
    const build = () => copy.apply(op, inputs.map(move), attributes);
    moved.set(output, scope ? copy.scopeFromRoot(scope, build) : build());
  }
  for (const [name, value] of graph.outputs) copy.output(name, move(value));
  return copy;
}
