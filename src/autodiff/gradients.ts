import { formatShape, sameShape, WellfitError } from '../base/index.ts';
import { type Node, reachable, type Value } from '../graph/index.ts';
import { add } from '../ops/index.ts';

/**
 * Reverse-mode differentiation: the gradient of a scalar with respect to each of `wanted`, as new nodes of the same graph.
 * A value that is used twice gets the sum of both gradients. A gradient's nodes carry the scope of their forward node.
 *
 * @throws WellfitError naming every wanted value that the loss does not depend on, and operators without a gradient
 */
export function gradients(loss: Value, wanted: readonly Value[]): Value[] {
  const { graph } = loss;
  if (loss.dtype !== 'float' || loss.shape.some((n) => n !== 1))
    throw new WellfitError('graph', 'only a scalar can be differentiated', {
      received: `${loss.name} ${loss.dtype} ${formatShape(loss.shape)}`,
    });
  const nodes = reachable(graph, [loss]);
  const relevant = dependents(nodes, wanted);
  const unused = wanted.filter((value) => value !== loss && !usedBy(nodes, value));
  if (unused.length > 0)
    throw new WellfitError('graph', `the loss does not depend on ${unused.map((v) => `"${v.name}"`).join(', ')}`, {
      likely: 'the parameter was made but its layer is not connected to the output',
      fix: 'remove the parameter, or use it',
    });
  const collected = new Map<Value, Value>([
    [loss, graph.constant({ dtype: 'float', shape: loss.shape, data: Float64Array.of(1) })],
  ]);
  for (let i = nodes.length - 1; i >= 0; i--) {
    const node = nodes[i];
    const dy = collected.get(node.output);
    if (!dy || !relevant.has(node.output)) continue;
    graph.scopeFromRoot(node.scope ? `${node.scope}/gradient` : 'gradient', () => {
      for (const [input, gradient] of backward(node, dy, relevant)) {
        const before = collected.get(input);
        collected.set(input, before ? add(before, gradient) : gradient);
      }
    });
  }
  return wanted.map((value) => collected.get(value) ?? fail(value));
}

const fail = (value: Value): never => {
  throw new WellfitError('graph', `no gradient reaches "${value.name}"`, {
    likely:
      'every path from it to the loss goes through an operator without a gradient, such as a comparison or ArgMax',
  });
};

/** What one node sends to each of its inputs that matter. */
function backward(node: Node, dy: Value, relevant: ReadonlySet<Value>): [Value, Value][] {
  const custom = node.output.custom;
  const inputs = custom?.inputs ?? node.inputs;
  const needs = inputs.map((input) => relevant.has(input));
  const rule = node.op.gradient;
  if (!custom && !rule)
    throw new WellfitError(
      'graph',
      `${node.op.name}${node.scope ? ` in "${node.scope}"` : ''} has no gradient, but a parameter needs one through it`,
    );
  const sent = custom
    ? custom.gradient(dy, needs)
    : rule!({ dy, y: node.output, inputs, attributes: node.attributes, needs });
  const pairs: [Value, Value][] = [];
  inputs.forEach((input, i) => {
    const gradient = sent[i];
    if (!needs[i] || !gradient) return;
    if (gradient.graph !== dy.graph || gradient.dtype !== 'float' || !sameShape(gradient.shape, input.shape))
      throw new WellfitError(
        'graph',
        `the gradient of ${custom?.label ?? node.op.name} in "${node.scope}" for its input ${i} does not fit`,
        {
          expected: formatShape(input.shape),
          received: `${gradient.dtype} ${formatShape(gradient.shape)}`,
        },
      );
    pairs.push([input, gradient]);
  });
  return pairs;
}

/** Values through which any of `wanted` influences the result. */
function dependents(nodes: readonly Node[], wanted: readonly Value[]): Set<Value> {
  const found = new Set<Value>(wanted);
  for (const node of nodes) {
    const inputs = node.output.custom ? [...node.inputs, ...node.output.custom.inputs] : node.inputs;
    if (node.output.dtype === 'float' && inputs.some((input) => found.has(input))) found.add(node.output);
  }
  return found;
}

const usedBy = (nodes: readonly Node[], value: Value): boolean =>
  nodes.some((node) => node.inputs.includes(value) || (node.output.custom?.inputs.includes(value) ?? false));

/** Gives a value a hand-written gradient in place of differentiating the nodes behind it back to `inputs`. */
export function withGradient(
  label: string,
  output: Value,
  inputs: readonly Value[],
  gradient: (dy: Value, needs: readonly boolean[]) => readonly (Value | null)[],
): Value {
  output.custom = { label, inputs, gradient };
  return output;
}
