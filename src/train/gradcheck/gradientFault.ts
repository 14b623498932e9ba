import { ratioOf } from '../../autodiff/index.ts';
import { Random, type Tensor } from '../../base/index.ts';
import { branchesOf, evaluate, type Tensors } from '../../engine/index.ts';
import { type Graph, liveNodes, type Node, reachable, type Value } from '../../graph/index.ts';

export interface GradientFault {
  readonly operator: string;
  /** The layer (or loss) whose node it is. */
  readonly layer: string;
  readonly node: string;
  readonly ratio: number;
}

/** Entries of each input that are compared. */
const perInput = 6;
const epsilon = 1e-6;

/**
 * Finds the operator whose own gradient rule is wrong: each node of the forward graph is compared alone, at the values it has, with a two-sided
 * difference of its output times a random vector. Returns the worst node above 1e-4, or undefined where all rules agree.
 */
export function findGradientFault(graph: Graph, loss: Value, given: Tensors): GradientFault | undefined {
  const nodes = reachable(graph, [loss]);
  const { values } = evaluate(graph, liveNodes(graph), given);
  const inside = new Set(nodes.flatMap((node) => (node.output.custom ? between(node, nodes) : [])));
  const known = (value: Value): Tensor =>
    value.source.kind === 'constant' ? value.source.tensor : (values.get(value) ?? given[value.name]);
  const faults = nodes.flatMap((node, i) => {
    if (inside.has(node) || (!node.output.custom && !node.op.gradient) || node.output.dtype !== 'float') return [];
    const ratio = compare(graph, node, nodes, known, new Random(i));
    return !(ratio <= 1e-4)
      ? [{ operator: node.output.custom?.label ?? node.op.name, layer: node.scope, node: node.output.name, ratio }]
      : [];
  });
  return faults.sort((a, b) => weight(b) - weight(a))[0];
}

/** A ratio that is not a number is worse than any. */
const weight = ({ ratio }: GradientFault): number => (Number.isNaN(ratio) ? Number.POSITIVE_INFINITY : ratio);

/** The nodes that a hand-written gradient stands in for, without the last. */
function between(node: Node, nodes: readonly Node[]): Node[] {
  const inputs = new Set(node.output.custom!.inputs);
  const wanted = new Set(node.inputs.filter((v) => !inputs.has(v)));
  const found: Node[] = [];
  for (let i = nodes.indexOf(node) - 1; i >= 0; i--) {
    if (!wanted.has(nodes[i].output)) continue;
    found.push(nodes[i]);
    for (const input of nodes[i].inputs) if (!inputs.has(input)) wanted.add(input);
  }
  return found.reverse();
}

function compare(
  graph: Graph,
  node: Node,
  nodes: readonly Node[],
  known: (value: Value) => Tensor,
  random: Random,
): number {
  const { output, op, attributes } = node;
  const inputs = output.custom?.inputs ?? node.inputs;
  const needs = inputs.map(({ dtype, source }) => dtype === 'float' && source.kind !== 'constant');
  const weights = Float64Array.from(known(output).data, () => 0.5 + random.uniform());
  const dy = graph.constant({ dtype: 'float', shape: output.shape, data: weights });
  const sent = output.custom
    ? output.custom.gradient(dy, needs)
    : op.gradient!({ dy, y: output, inputs, attributes, needs });
  const steps = output.custom ? [...between(node, nodes), node] : [node];
  const at = (moved: Value, data: Float64Array) => {
    const local = new Map<Value, Tensor>([[moved, { ...known(moved), data }]]);
    for (const step of steps) {
      const operands = step.inputs.map((v) => local.get(v) ?? known(v));
      local.set(step.output, {
        dtype: step.output.dtype,
        shape: step.output.shape,
        data: step.op.forward(operands, step.attributes, step.output),
      });
    }
    const y = local.get(output)!.data;
    return {
      loss: weights.reduce((sum, weight, i) => sum + weight * y[i], 0),
      branches: branchesOf(steps, (v) => local.get(v) ?? known(v)),
    };
  };
  const entries = inputs.flatMap((input, i) => {
    const gradient = sent[i];
    if (!needs[i] || !gradient) return [];
    const analytic = computed(gradient, known).data;
    const base = Float64Array.from(known(input).data);
    return Array.from({ length: Math.min(perInput, base.length) }, () => random.below(base.length)).flatMap((k) => {
      const shifted = (delta: number) => at(input, base.with(k, base[k] + delta));
      const [above, below] = [shifted(epsilon), shifted(-epsilon)];
      return above.branches === below.branches
        ? [{ approximate: (above.loss - below.loss) / (2 * epsilon), gradient: analytic[k] }]
        : [];
    });
  });
  return ratioOf(entries.filter((e) => !(Math.abs(e.approximate) + Math.abs(e.gradient) <= 1e-8)));
}

/** Evaluates freshly built gradient nodes on top of the values that are known. */
function computed(target: Value, known: (value: Value) => Tensor): Tensor {
  const local = new Map<Value, Tensor>();
  const read = (value: Value): Tensor => local.get(value) ?? known(value);
  for (const { op, inputs, attributes, output } of reachable(target.graph, [target]))
    if (!known(output))
      local.set(output, {
        dtype: output.dtype,
        shape: output.shape,
        data: op.forward(inputs.map(read), attributes, output),
      });
  return read(target);
}
