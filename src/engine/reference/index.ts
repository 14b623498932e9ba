import { formatShape, sizeOf, type Tensor, WellfitError } from '../../base/index.ts';
import { type Graph, liveNodes, type Node, type Value } from '../../graph/index.ts';
import type { Engine, Memory, Program, Tensors } from '../engine.ts';
import { repeatedly } from '../repeat.ts';

class PlainMemory implements Memory {
  private readonly held = new Map<string, Tensor>();

  set(name: string, value: Tensor): void {
    this.held.set(name, value);
  }

  has(name: string): boolean {
    return this.held.has(name);
  }

  async get(name: string): Promise<Tensor> {
    const value = this.peek(name);
    return { ...value, data: value.data.slice() };
  }

  peek(name: string): Tensor {
    const value = this.held.get(name);
    if (!value) throw new WellfitError('engine', `the memory holds no "${name}"`);
    return value;
  }
}

/** Executes a graph node by node in float64 with the operators' own loops: slow, plain, and the judge of everything else. */
export const referenceEngine: Engine = {
  name: 'reference',
  memory: () => new PlainMemory(),
  async compile(graph, { repeated = false } = {}) {
    const nodes = liveNodes(graph);
    const program: Program = {
      async run(memory, feeds) {
        if (!(memory instanceof PlainMemory)) throw new WellfitError('engine', 'this memory belongs to another engine');
        const states = Object.fromEntries([...graph.states.keys()].map((name) => [name, memory.peek(name)]));
        const { outputs, updates } = evaluate(graph, nodes, { ...feeds, ...states });
        for (const [name, value] of Object.entries(updates)) memory.set(name, value);
        return outputs;
      },
      async release() {},
    };
    return repeated ? repeatedly(program) : program;
  },
};

export interface Evaluation {
  readonly outputs: Tensors;
  readonly updates: Tensors;
  /** Every value that was computed. */
  readonly values: ReadonlyMap<Value, Tensor>;
}

/** Runs a graph's nodes in order. `given` holds feeds and states by name. */
export function evaluate(graph: Graph, nodes: readonly Node[], given: Tensors): Evaluation {
  const values = execute(nodes, given);
  const collect = (named: ReadonlyMap<string, Value>) =>
    Object.fromEntries([...named].map(([name, value]) => [name, read(value, values, given)]));
  return { outputs: collect(graph.outputs), updates: collect(graph.updates), values };
}

/** Runs nodes in order and returns all that they compute. `given` holds, by name, whatever they do not compute themselves. */
export function execute(nodes: readonly Node[], given: Tensors): Map<Value, Tensor> {
  const values = new Map<Value, Tensor>();
  for (const { op, inputs, attributes, output } of nodes) {
    const operands = inputs.map((input) => read(input, values, given));
    values.set(output, { dtype: output.dtype, shape: output.shape, data: op.forward(operands, attributes, output) });
  }
  return values;
}

function read(value: Value, values: ReadonlyMap<Value, Tensor>, given: Tensors): Tensor {
  const known = values.get(value);
  if (known) return known;
  if (value.source.kind === 'constant') return value.source.tensor;
  const tensor = given[value.name];
  if (!tensor) throw new WellfitError('engine', `"${value.name}" was not given`);
  if (tensor.data.length !== sizeOf(value.shape))
    throw new WellfitError('shape', `"${value.name}" does not fit`, {
      expected: formatShape(value.shape),
      received: formatShape(tensor.shape),
    });
  return { ...tensor, dtype: value.dtype, shape: value.shape };
}

/** One number for the sides of all kinks at which the nodes were evaluated. */
export function branchesOf(nodes: readonly Node[], tensorOf: (value: Value) => Tensor): number {
  let sides = 0;
  for (const { op, inputs, attributes } of nodes) {
    if (!op.branches) continue;
    const taken = op.branches(inputs.map(tensorOf), attributes);
    for (let i = 0; i < taken.length; i++) sides = (Math.imul(sides, 31) + taken[i]) | 0;
  }
  return sides;
}
