import { WellfitError } from '../base/index.ts';
import { type AttributeValue, Graph, type OperatorSpec } from '../graph/index.ts';
import { operators } from '../ops/index.ts';
import { answerMark, columnsMark, mlDomain } from './columns.ts';
import { foldConstants } from './lower/fold.ts';
import { lower, lowered } from './lower/index.ts';
import { asFound } from './lower/layout.ts';
import { type Found, ReadNode } from './lower/node.ts';
import { dtypeFor, dtypeOf, isIntegers, tensorFrom } from './lower/tensors.ts';
import { metadataOf, parseModel } from './metadata.ts';
import type { onnx } from './schema/onnx.js';
import { completed } from './standard.ts';

const specs = new Map<string, OperatorSpec>(Object.values(operators).map(({ spec }) => [spec.name, spec]));

/** What the columns of a table are joined to. */
const features = 'features';

export interface DecodedModel {
  readonly graph: Graph;
  readonly metadata: Readonly<Record<string, string>>;
  /** Outputs that could not be read, each with the reason, where others could. */
  readonly unread: Readonly<Record<string, string>>;
}

/**
 * Reads an ONNX model into a graph of operators of the table. A free batch axis is fixed to `batch`. Beside the table's, operators are read that
 * can be expressed in it; shapes that are computed from static shapes are computed here. Of a model that Wellfit made for tables the part between
 * "features" [batch, columns] and the answer's labels is read.
 * @throws WellfitError for bytes that are no ONNX model, and naming the first operator or type that cannot be read
 */
export function decode(bytes: Uint8Array, batch = 1): DecodedModel {
  try {
    return read(parseModel(bytes), batch);
  } catch (error) {
    if (error instanceof WellfitError) throw error;
    throw new WellfitError('file', 'this ONNX model is damaged', {
      received: error instanceof Error ? error.message : String(error),
    });
  }
}

function read(model: onnx.ModelProto, batch: number): DecodedModel {
  const { node: nodes = [], output: outputs = [] } = model.graph!;
  const metadata = metadataOf(model);
  const own = model.producerName === 'wellfit';
  const left = own ? around(nodes!) : [];
  const inner = nodes!.filter((node) => !left.includes(node));
  const graph = new Graph();
  const names = new Names(model, graph);
  const computed = new Set(left.flatMap((node) => node.output ?? []));
  if (computed.has(features)) names.set(features, graph.feed(features, 'float', [batch, columnsIn(nodes ?? [])]));
  const used = new Set(inner.flatMap((node) => node.input ?? []));
  const strings = new Set(left.flatMap((node) => node.input ?? []).filter((name) => !used.has(name)));
  for (const input of model.graph!.input ?? [])
    if (!names.has(input.name!) && !strings.has(input.name!)) names.set(input.name!, feedOf(graph, input, batch));
  const version = Number(model.opsetImport!.find(({ domain }) => !domain || domain === 'ai.onnx')?.version ?? 0);
  for (const node of inner) addNode(node, { graph, names, version, own });
  const unread = addOutputs(
    graph,
    names,
    outputs!.map(({ name }) => name!).filter((name) => !computed.has(name)),
  );
  return { graph: own ? graph : foldConstants(graph), metadata, unread };
}

/** The nodes that make the features of columns, and those that make labels of logits. A layer may have the same name, so the mark alone is not enough. */
function around(nodes: readonly onnx.INodeProto[]): onnx.INodeProto[] {
  const wanted = new Set<string>([features]);
  const found: onnx.INodeProto[] = [];
  for (const node of [...nodes].reverse()) {
    const columns = node.docString === columnsMark && node.output!.some((name) => wanted.has(name));
    if (columns) for (const name of node.input ?? []) wanted.add(name);
    if (columns || (node.docString === answerMark && node.domain === mlDomain.domain)) found.push(node);
  }
  return found;
}

/** Every output that can be read; the reasons why others cannot. */
function addOutputs(graph: Graph, names: Names, wanted: readonly string[]): Record<string, string> {
  const problems: [string, WellfitError][] = [];
  for (const name of wanted)
    try {
      const found = names.find(name);
      graph.output(
        name,
        isIntegers(found)
          ? graph.constant({ dtype: 'int32', shape: found.shape, data: Int32Array.from(found.data) }, `${name}:numbers`)
          : found,
      );
    } catch (error) {
      if (!(error instanceof WellfitError)) throw error;
      problems.push([name, error]);
    }
  if (graph.outputs.size === 0)
    throw (
      problems[0]?.[1] ??
      new WellfitError('file', 'the model gives nothing but labels', { likely: 'the file is damaged' })
    );
  return Object.fromEntries(problems.map(([name, error]) => [name, error.message]));
}

/** As many as are joined. */
const columnsIn = (nodes: readonly onnx.INodeProto[]): number =>
  nodes.find(({ output }) => output?.includes(features))?.input?.length ?? 0;

function feedOf(graph: Graph, { name, type }: onnx.IValueInfoProto, batch: number) {
  const tensor = type?.tensorType;
  const dtype = dtypeOf(tensor?.elemType ?? 0, `input "${name}"`);
  const dims = tensor?.shape?.dim ?? [];
  const shape = dims.map(({ dimParam, dimValue }, axis) => {
    if (!dimParam && dimValue != null) return Number(dimValue);
    if (axis > 0 && dimParam !== dims[0].dimParam)
      throw new WellfitError('file', `axis ${axis} of the input "${name}" may have any size`, {
        expected: 'one free axis at most, the first, for the batch',
        received: `[${dims.map((d) => d.dimParam || (d.dimValue ?? '?')).join(', ')}]`,
        fix: 'export the model with fixed sizes for all other axes',
      });
    return batch;
  });
  return graph.feed(name!, dtype, shape);
}

/** What each name of the file stands for; constants are read when they are first used. */
class Names {
  private readonly known = new Map<string, Found | WellfitError>();
  private readonly constants: ReadonlyMap<string, onnx.ITensorProto>;
  private readonly graph: Graph;

  constructor(model: onnx.ModelProto, graph: Graph) {
    this.constants = new Map((model.graph!.initializer ?? []).map((t) => [t.name!, t]));
    this.graph = graph;
  }

  has(name: string): boolean {
    return this.known.has(name) || this.constants.has(name);
  }

  /** An error stands for what could not be read, and is thrown when somebody needs it. */
  set(name: string, found: Found | WellfitError): void {
    this.known.set(name, found);
  }

  find(name: string): Found {
    let found = this.known.get(name);
    const constant = this.constants.get(name);
    if (!found && constant) {
      found = asFound(this.graph, tensorFrom(constant, name), name);
      this.known.set(name, found);
    }
    if (!found) throw new WellfitError('file', `"${name}" is computed by no node`, { likely: 'the file is damaged' });
    if (found instanceof WellfitError) throw found;
    return found;
  }
}

interface Reading {
  readonly graph: Graph;
  readonly names: Names;
  readonly version: number;
  readonly own: boolean;
}

function addNode(node: onnx.INodeProto, { graph, names, version, own }: Reading): void {
  const find = (name: string): Found => {
    if (names.has(name)) return names.find(name);
    throw new WellfitError('file', `node "${node.name}" (${node.opType}) reads "${name}", which nothing computes`, {
      likely: 'the file is damaged',
    });
  };
  // Only Wellfit's own files say which layer a node belongs to; others have names like /features/0/Conv.
  const scope = (own ? node.docString : node.name)?.replace(/^\/+/, '') ?? '';
  const build = () => built(node, { graph, version, find });
  try {
    const results = scope ? graph.scopeFromRoot(scope, build) : build();
    results.forEach((found, i) => {
      if (node.output![i]) names.set(node.output![i], found);
    });
  } catch (error) {
    if (!(error instanceof WellfitError)) throw error;
    for (const name of node.output ?? []) names.set(name, error);
  }
}

function built(
  node: onnx.INodeProto,
  reading: { graph: Graph; version: number; find: (name: string) => Found },
): readonly Found[] {
  const type = node.opType!;
  const spec = specs.get(type);
  const foreign = node.domain && node.domain !== 'ai.onnx';
  if (foreign || !(spec || lowered.includes(type)))
    throw new WellfitError(
      'file',
      `the model uses the operator ${foreign ? `${node.domain}.` : ''}${type}, which Wellfit does not have (node "${node.name}")`,
      { expected: [...new Set([...specs.keys(), ...lowered])].sort().join(', ') },
    );
  const given = Object.fromEntries(
    (node.attribute ?? []).filter(({ name }) => !carriesTensor(type, name!)).map((a) => [a.name!, attributeValue(a)]),
  );
  const readNode = new ReadNode(node, given, reading);
  const results = lower(readNode);
  if (results) return results;
  if (!spec) throw readNode.refusal('numbers that are known only while it runs');
  const { operands, fromInputs } = splitInputs(spec, readNode);
  return [reading.graph.apply(spec, operands, completed(spec, node, operands, given, fromInputs))];
}

const carriesTensor = (type: string, name: string): boolean =>
  (type === 'Constant' || type === 'ConstantOfShape') && (name === 'value' || name === 'value_floats');

/** Attributes that ONNX carries as inputs must be constants; everything before them is an operand. */
function splitInputs(spec: OperatorSpec, node: ReadNode) {
  const carried = Object.entries(spec.attributes ?? {}).filter(
    ([, kind]) => kind === 'input' || kind === 'scalarInput',
  );
  const names = node.proto.input ?? [];
  const first = spec.firstAttributeInput ?? (carried.length > 0 ? 1 : names.length);
  const operands = names.slice(0, first).flatMap((name, i) => (name === '' ? [] : [node.value(i)]));
  const fromInputs: Record<string, AttributeValue> = {};
  carried.forEach(([key, kind], i) => {
    const list = node.list(first + i, key);
    if (list) fromInputs[key] = kind === 'input' ? list : list[0];
  });
  return { operands, fromInputs };
}

function attributeValue(a: onnx.IAttributeProto): AttributeValue {
  if (a.type === 1) return a.f!;
  if (a.type === 2) return a.name === 'to' ? (dtypeFor(Number(a.i)) ?? `ONNX type ${a.i}`) : Number(a.i);
  if (a.type === 3) return new TextDecoder().decode(a.s!);
  if (a.type === 7) return a.ints!.map(Number);
  throw new WellfitError('file', `attribute "${a.name}" has a type that Wellfit cannot read`, {
    expected: 'int, float, string or ints',
    received: `ONNX attribute type ${a.type}`,
  });
}
