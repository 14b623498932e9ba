import { type DType, formatShape, type Shape, sameShape, type Tensor, WellfitError } from '../base/index.ts';
import type { Attributes, OperatorSpec, TypeAndShape } from './operator.ts';

/** Where a value comes from: a node computes it, the caller feeds it, memory holds it, or the graph contains it. */
export type Source =
  | { readonly kind: 'node'; readonly node: Node }
  | { readonly kind: 'feed' }
  | { readonly kind: 'state' }
  | { readonly kind: 'constant'; readonly tensor: Tensor };

/** A hand-written gradient that stands in for differentiating the nodes between `inputs` and the value. */
export interface CustomGradient {
  readonly label: string;
  readonly inputs: readonly Value[];
  gradient(dy: Value, needs: readonly boolean[]): readonly (Value | null)[];
}

export interface Value extends TypeAndShape {
  readonly graph: Graph;
  readonly name: string;
  readonly source: Source;
  custom?: CustomGradient;
}

export interface Node {
  readonly op: OperatorSpec;
  readonly inputs: readonly Value[];
  readonly attributes: Attributes;
  readonly output: Value;
  /** The layer, loss or optimizer part that made the node, as "hidden1" or "hidden1/gradient". */
  readonly scope: string;
}

/** A static program in single assignment: nodes stand in an order in which they can be executed. */
export class Graph {
  readonly nodes: Node[] = [];
  /** Given at every call. */
  readonly feeds = new Map<string, Value>();
  /** Read from the memory that outlives the call. */
  readonly states = new Map<string, Value>();
  /** New contents of states once the call has succeeded. */
  readonly updates = new Map<string, Value>();
  /** Handed back to the caller. */
  readonly outputs = new Map<string, Value>();
  private readonly names = new Set<string>();
  private readonly counts = new Map<string, number>();
  private readonly scalars = new Map<string, Value>();
  private scopes: string[] = [];

  feed(name: string, dtype: DType, shape: Shape): Value {
    const value = this.value(name, dtype, shape, { kind: 'feed' });
    this.feeds.set(name, value);
    return value;
  }

  state(name: string, dtype: DType, shape: Shape): Value {
    const known = this.states.get(name);
    if (known) return known;
    const value = this.value(name, dtype, shape, { kind: 'state' });
    this.states.set(name, value);
    return value;
  }

  constant(tensor: Tensor, hint = 'constant'): Value {
    return this.value(this.unique(hint), tensor.dtype, tensor.shape, { kind: 'constant', tensor });
  }

  /** A rank-0 constant, shared by all who ask for the same number. */
  scalar(number: number, dtype: DType): Value {
    const key = `${dtype} ${Object.is(number, -0) ? '-0' : number}`;
    let value = this.scalars.get(key);
    if (!value) {
      const data = dtype === 'float' ? Float64Array.of(number) : Int32Array.of(number);
      value = this.constant({
        dtype,
        shape: [],
        data: dtype === 'float' || dtype === 'int32' ? data : Uint8Array.of(number),
      });
      this.scalars.set(key, value);
    }
    return value;
  }

  /** Adds a node; its type and shape follow from the operator's own rule. */
  apply(op: OperatorSpec, inputs: readonly Value[], attributes: Attributes = {}): Value {
    for (const input of inputs)
      if (input.graph !== this)
        throw new WellfitError('graph', `${op.name} was given "${input.name}" of another graph`);
    const scope = this.scopes.join('/');
    let inferred: TypeAndShape;
    try {
      inferred = op.infer(inputs, attributes);
    } catch (error) {
      throw describeMisfit(op, inputs, attributes, scope, error);
    }
    const name = this.unique(scope ? `${scope}/${op.name}` : op.name);
    const source = { kind: 'node' } as { kind: 'node'; node: Node };
    const output = this.value(name, inferred.dtype, inferred.shape, source);
    source.node = { op, inputs, attributes, output, scope };
    this.nodes.push(source.node);
    return output;
  }

  /** Every node made inside `build` belongs to this name. Scopes nest. */
  scope<T>(name: string, build: () => T): T {
    const outer = this.scopes;
    this.scopes = [...outer, name];
    try {
      return build();
    } finally {
      this.scopes = outer;
    }
  }

  /** Like `scope`, but from the root: a gradient belongs to the layer of its forward node, wherever it is built. */
  scopeFromRoot<T>(path: string, build: () => T): T {
    const outer = this.scopes;
    this.scopes = [];
    try {
      return this.scope(path, build);
    } finally {
      this.scopes = outer;
    }
  }

  update(state: string, value: Value): void {
    const before = this.states.get(state);
    if (!before) throw new WellfitError('graph', `the graph updates "${state}", which it never reads`);
    if (before.dtype !== value.dtype || !sameShape(before.shape, value.shape))
      throw new WellfitError('graph', `the update of "${state}" does not fit`, {
        expected: `${before.dtype} ${formatShape(before.shape)}`,
        received: `${value.dtype} ${formatShape(value.shape)}`,
      });
    this.updates.set(state, value);
  }

  output(name: string, value: Value): void {
    this.outputs.set(name, value);
  }

  private value(name: string, dtype: DType, shape: Shape, source: Source): Value {
    this.names.add(name);
    return { graph: this, name, dtype, shape, source };
  }

  private unique(hint: string): string {
    for (;;) {
      const count = this.counts.get(hint) ?? 0;
      this.counts.set(hint, count + 1);
      const name = count === 0 ? hint : `${hint}_${count}`;
      if (!this.names.has(name)) return name;
    }
  }
}

function describeMisfit(
  op: OperatorSpec,
  inputs: readonly Value[],
  attributes: Attributes,
  scope: string,
  error: unknown,
) {
  if (!(error instanceof Error)) return error;
  const where = scope ? ` in "${scope}"` : '';
  return new WellfitError('shape', `${op.name}${where} cannot take these inputs: ${error.message}`, {
    received:
      inputs.map((v) => `${v.name} ${v.dtype} ${formatShape(v.shape)}`).join(', ') + formatAttributes(attributes),
  });
}

export function formatAttributes(attributes: Attributes): string {
  const entries = Object.entries(attributes);
  return entries.length === 0
    ? ''
    : ` {${entries.map(([k, v]) => `${k}=${Array.isArray(v) ? `[${v}]` : v}`).join(', ')}}`;
}

/** The nodes that the given values depend on, in executable order. */
export function reachable(graph: Graph, targets: Iterable<Value>): Node[] {
  const wanted = new Set<Value>(targets);
  const kept: Node[] = [];
  for (let i = graph.nodes.length - 1; i >= 0; i--) {
    const node = graph.nodes[i];
    if (!wanted.has(node.output)) continue;
    for (const input of node.inputs) wanted.add(input);
    kept.push(node);
  }
  return kept.reverse();
}

/** The nodes that matter: what outputs and updates depend on. */
export const liveNodes = (graph: Graph): Node[] =>
  reachable(graph, [...graph.outputs.values(), ...graph.updates.values()]);
