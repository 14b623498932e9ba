import { type DType, sizeOf, type Tensor, WellfitError } from '../base/index.ts';
import { type AttributeValue, Graph, type OperatorSpec, type Value } from '../graph/index.ts';
import { operators } from '../ops/index.ts';
import { onnx } from './schema/onnx.js';
import { completed } from './standard.ts';

const specs = new Map<string, OperatorSpec>(Object.values(operators).map(({ spec }) => [spec.name, spec]));
const dtypes: Readonly<Record<number, DType>> = { 1: 'float', 2: 'uint8', 6: 'int32', 9: 'bool' };

export interface DecodedModel {
  readonly graph: Graph;
  readonly metadata: Readonly<Record<string, string>>;
}

/**
 * Reads an ONNX model into a graph. A free batch axis is fixed to `batch`.
 * @throws WellfitError for bytes that are no ONNX model, and naming the first operator or type that the table does not have
 */
export function decode(bytes: Uint8Array, batch = 1): DecodedModel {
  try {
    return read(bytes, batch);
  } catch (error) {
    if (error instanceof WellfitError) throw error;
    throw new WellfitError('file', 'this ONNX model is damaged', {
      received: error instanceof Error ? error.message : String(error),
    });
  }
}

function read(bytes: Uint8Array, batch: number): DecodedModel {
  let model: onnx.ModelProto;
  try {
    model = onnx.ModelProto.decode(bytes);
  } catch {
    model = new onnx.ModelProto();
  }
  if (!model.graph?.output?.length || !model.opsetImport?.length)
    throw new WellfitError('file', 'these bytes are no ONNX model', {
      received: `${bytes.length} bytes`,
      fix: 'give the path of an .onnx file',
    });
  const graph = new Graph();
  const values = new Map<string, Value>();
  const integers = new Map<string, number[]>();
  for (const t of model.graph.initializer ?? []) addTensor(t, graph, values, integers);
  for (const input of model.graph.input ?? []) {
    if (values.has(input.name!)) continue;
    const type = input.type!.tensorType!;
    const shape = (type.shape?.dim ?? []).map((d) => (d.dimParam || d.dimValue == null ? batch : Number(d.dimValue)));
    values.set(input.name!, graph.feed(input.name!, dtypeOf(type.elemType!, `input "${input.name}"`), shape));
  }
  for (const node of model.graph.node ?? []) addNode(node, graph, values, integers);
  for (const output of model.graph.output ?? []) {
    const value = values.get(output.name!);
    if (!value)
      throw new WellfitError('file', `the output "${output.name}" is computed by no node`, {
        likely: 'the file is damaged',
      });
    graph.output(output.name!, value);
  }
  return { graph, metadata: Object.fromEntries((model.metadataProps ?? []).map((p) => [p.key ?? '', p.value ?? ''])) };
}

function dtypeOf(type: number, what: string): DType {
  const dtype = dtypes[type];
  if (!dtype)
    throw new WellfitError('file', `${what} has an element type that Wellfit cannot read`, {
      expected: 'float32, uint8, int32 or bool',
      received: `ONNX element type ${type}`,
    });
  return dtype;
}

function addTensor(
  t: onnx.ITensorProto,
  graph: Graph,
  values: Map<string, Value>,
  integers: Map<string, number[]>,
): void {
  const shape = (t.dims ?? []).map(Number);
  const raw = t.rawData?.length ? new Uint8Array(t.rawData).buffer : undefined;
  if (t.dataType === 7) {
    integers.set(t.name!, raw ? Array.from(new BigInt64Array(raw), Number) : (t.int64Data ?? []).map(Number));
    return;
  }
  const dtype = dtypeOf(t.dataType!, `constant "${t.name}"`);
  const data = numbers(t, dtype, raw);
  if (data.length !== sizeOf(shape)) throw new RangeError(`${data.length} numbers for [${shape}]`);
  values.set(t.name!, graph.constant({ dtype, shape, data }, t.name!));
}

function numbers(t: onnx.ITensorProto, dtype: DType, raw: ArrayBufferLike | undefined): Tensor['data'] {
  if (dtype === 'float') return raw ? new Float32Array(raw) : Float32Array.from(t.floatData ?? []);
  if (dtype === 'int32') return raw ? new Int32Array(raw) : Int32Array.from(t.int32Data ?? []);
  return raw ? new Uint8Array(raw) : Uint8Array.from(t.int32Data ?? []);
}

function addNode(
  node: onnx.INodeProto,
  graph: Graph,
  values: Map<string, Value>,
  integers: Map<string, number[]>,
): void {
  const type = node.opType!;
  const [output] = node.output!;
  if (type === 'Identity') {
    values.set(output, lookUp(node.input![0], node, values));
    return;
  }
  if (type === 'Cast' && node.input![0].endsWith(':int64')) {
    values.set(output, lookUp(node.input![0], node, values));
    return;
  }
  const spec = node.domain ? undefined : specs.get(type);
  if (!spec)
    throw new WellfitError(
      'file',
      `the model uses the operator ${node.domain ? `${node.domain}.` : ''}${type}, which Wellfit does not have (node "${node.name}")`,
      {
        expected: [...specs.keys()].join(', '),
      },
    );
  const given = Object.fromEntries((node.attribute ?? []).map((a) => [a.name!, attributeValue(a)]));
  const { operands, fromInputs } = splitInputs(spec, node, values, integers);
  const attributes = completed(spec, node, operands, given, fromInputs);
  const scope = node.docString ?? '';
  const build = () => graph.apply(spec, operands, attributes);
  values.set(output, scope ? graph.scopeFromRoot(scope, build) : build());
}

/** Attributes that ONNX carries as inputs must be constants; everything before them is an operand. */
function splitInputs(
  spec: OperatorSpec,
  node: onnx.INodeProto,
  values: Map<string, Value>,
  integers: Map<string, number[]>,
) {
  const carried = Object.entries(spec.attributes ?? {}).filter(
    ([, kind]) => kind === 'input' || kind === 'scalarInput',
  );
  const names = node.input ?? [];
  const first = spec.firstAttributeInput ?? (carried.length > 0 ? 1 : names.length);
  const operands = names
    .slice(0, first)
    .filter((name) => name !== '')
    .map((name) => lookUp(name, node, values));
  const fromInputs: Record<string, AttributeValue> = {};
  carried.forEach(([key, kind], i) => {
    const name = names[first + i];
    if (!name) return;
    const value = values.get(name);
    const constant = value?.source.kind === 'constant' ? value.source.tensor : undefined;
    const list = integers.get(name) ?? (constant && Array.from(constant.data));
    if (!list)
      throw new WellfitError(
        'file',
        `${spec.name} ("${node.name}") computes its ${key} while it runs, which a static graph cannot`,
        { expected: 'a constant' },
      );
    fromInputs[key] = kind === 'input' ? list : list[0];
  });
  return { operands, fromInputs };
}

function lookUp(name: string, node: onnx.INodeProto, values: Map<string, Value>): Value {
  const value = values.get(name);
  if (!value)
    throw new WellfitError('file', `node "${node.name}" (${node.opType}) reads "${name}", which nothing computes`, {
      likely: 'the file is damaged, or "name" is an int64 tensor',
    });
  return value;
}

function attributeValue(a: onnx.IAttributeProto): AttributeValue {
  if (a.type === 1) return a.f!;
  if (a.type === 2) return a.name === 'to' ? (dtypes[Number(a.i)] ?? `ONNX type ${a.i}`) : Number(a.i);
  if (a.type === 3) return new TextDecoder().decode(a.s!);
  if (a.type === 7) return a.ints!.map(Number);
  throw new WellfitError('file', `attribute "${a.name}" has a type that Wellfit cannot read`, {
    expected: 'int, float, string or ints',
    received: `ONNX attribute type ${a.type}`,
  });
}
