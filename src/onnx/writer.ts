import { sizeOf, type Tensor } from '../base/index.ts';
import type { Attributes, Graph, Node, Value } from '../graph/index.ts';
import type { onnx } from './schema/onnx.js';

/** Version of the ONNX operator set that the table follows. */
export const opset = 21;
export const irVersion = 10;

export const elementTypes = { float: 1, uint8: 2, int32: 6, bool: 9 } as const;
export const int64 = 7;

export const domainsOf = (nodes: readonly Node[]): string[] => [
  ...new Set(nodes.flatMap(({ op }) => (op.domain ? [op.domain] : []))),
];

export const updateName = (state: string): string => `${state}'`;

export function usedInputs(graph: Graph, nodes: readonly Node[], named: readonly [string, Value][]): Value[] {
  const used = new Set<Value>([...nodes.flatMap((node) => node.inputs), ...named.map(([, value]) => value)]);
  return [...graph.feeds.values(), ...graph.states.values()].filter((value) => used.has(value));
}

/** Writes nodes in the order in which they are given, and the constants that they use. */
export class Writer {
  readonly nodes: onnx.INodeProto[] = [];
  readonly initializers: onnx.ITensorProto[] = [];
  private readonly known = new Map<string, string>();
  private readonly written = new Set<Value>();
  /** Results are written straight under their output's name: an Identity would copy them. */
  private readonly renamed = new Map<Value, string>();

  /**
   * @param named results that have names of their own
   * @param given names of inputs that are not called as in the graph
   */
  constructor(named: readonly [string, Value][], given: ReadonlyMap<Value, string> = new Map()) {
    for (const [value, name] of given) this.renamed.set(value, name);
    for (const [name, value] of named)
      if (value.source.kind === 'node' && !this.renamed.has(value)) this.renamed.set(value, name);
  }

  node({ op, inputs, attributes, output, scope }: Node): void {
    const names = inputs.map((value) => this.use(value));
    const extra = this.attributeInputs(
      op.attributes ?? {},
      withFreeBatch(op.name, attributes, inputs[0]),
      inputs[0]?.dtype,
    );
    if (extra.length > 0) while (names.length < (op.firstAttributeInput ?? 0)) names.push('');
    const attribute = [...nodeAttributes(op.attributes ?? {}, attributes), ...literally(op.name, attributes)];
    const result = this.renamed.get(output) ?? output.name;
    const raw = op.name === 'ArgMax' ? `${result}:int64` : result;
    this.nodes.push({
      opType: op.name,
      domain: op.domain ?? '',
      name: output.name,
      docString: scope,
      input: [...names, ...extra],
      output: [raw],
      attribute,
    });
    if (raw !== result)
      this.nodes.push({
        opType: 'Cast',
        name: `${output.name}:cast`,
        input: [raw],
        output: [result],
        attribute: [{ name: 'to', type: 2, i: elementTypes.int32 }],
      });
  }

  /** A computed value carries its output's name already; anything else, and a second name, needs a copy. */
  output(name: string, value: Value): void {
    if (this.renamed.get(value) === name) return;
    this.nodes.push({ opType: 'Identity', name: `output:${name}`, input: [this.use(value)], output: [name] });
  }

  /** The name of a value, writing its numbers first where it is a constant. */
  private use(value: Value): string {
    if (value.source.kind === 'constant' && !this.written.has(value)) {
      this.written.add(value);
      this.initializers.push(tensorProto(value.name, value.source.tensor));
    }
    return this.renamed.get(value) ?? value.name;
  }

  private attributeInputs(
    kinds: Readonly<Record<string, string>>,
    attributes: Attributes,
    dtype: Value['dtype'] = 'float',
  ): string[] {
    const names: string[] = [];
    for (const [key, kind] of Object.entries(kinds)) {
      const given = attributes[key];
      if (given === undefined) continue;
      if (kind === 'input')
        names.push(this.shared(`int64 ${given}`, (name) => int64Proto(name, given as readonly number[])));
      if (kind === 'scalarInput')
        names.push(
          this.shared(`${dtype} ${given}`, (name) =>
            tensorProto(name, { dtype, shape: [], data: Float64Array.of(given as number) }),
          ),
        );
    }
    return names;
  }

  private shared(key: string, make: (name: string) => onnx.ITensorProto): string {
    let name = this.known.get(key);
    if (name === undefined) {
      name = `${key.split(' ')[0]}:${this.known.size}`;
      this.known.set(key, name);
      this.initializers.push(make(name));
    }
    return name;
  }
}

/** A Reshape that keeps axis 0 says so ("0"), so that the model takes batches of any size. */
function withFreeBatch(name: string, attributes: Attributes, input?: Value): Attributes {
  const shape = attributes.shape as readonly number[] | undefined;
  if (name !== 'Reshape' || !shape?.length || shape[0] !== input?.shape[0] || shape.includes(0)) return attributes;
  return { ...attributes, shape: [0, ...shape.slice(1)] };
}

function nodeAttributes(kinds: Readonly<Record<string, string>>, attributes: Attributes): onnx.IAttributeProto[] {
  const result: onnx.IAttributeProto[] = [];
  for (const [name, kind] of Object.entries(kinds)) {
    const value = attributes[name];
    if (value === undefined) continue;
    if (name === 'to') result.push({ name, type: 2, i: elementTypes[value as keyof typeof elementTypes] });
    else if (kind === 'int') result.push({ name, type: 2, i: value as number });
    else if (kind === 'float') result.push({ name, type: 1, f: value as number });
    else if (kind === 'ints') result.push({ name, type: 7, ints: [...(value as number[])] });
    else if (kind === 'string') result.push({ name, type: 3, s: new TextEncoder().encode(value as string) });
  }
  return result;
}

function int64Proto(name: string, values: readonly number[]): onnx.ITensorProto {
  return { name, dataType: int64, dims: [values.length], rawData: bytesOf(BigInt64Array.from(values, BigInt)) };
}

function tensorProto(name: string, { dtype, shape, data }: Tensor): onnx.ITensorProto {
  const raw =
    dtype === 'float' ? Float32Array.from(data) : dtype === 'int32' ? Int32Array.from(data) : Uint8Array.from(data);
  if (raw.length !== sizeOf(shape)) throw new RangeError(`${name}: ${raw.length} numbers for [${shape}]`);
  return { name, dataType: elementTypes[dtype], dims: [...shape], rawData: bytesOf(raw) };
}

const bytesOf = (array: ArrayBufferView): Uint8Array =>
  new Uint8Array(array.buffer, array.byteOffset, array.byteLength);

/** ONNX reads a 0 in a shape as "as in the input" and no axes as "all axes", unless told not to. */
function literally(name: string, { shape, axes }: Attributes): onnx.IAttributeProto[] {
  const told = (flag: string) => [{ name: flag, type: 2, i: 1 }];
  if (name === 'Reshape' && (shape as readonly number[]).includes(0)) return told('allowzero');
  if (name.startsWith('Reduce') && (axes as readonly number[]).length === 0) return told('noop_with_empty_axes');
  return [];
}
