import { metadataOf, parseModel } from './metadata.ts';
import { onnx } from './schema/onnx.js';

/** A tensor that a model takes or gives. */
export interface FileTensor {
  readonly name: string;
  /** ONNX's name, in lower case: "float", "int64", "string". */
  readonly type: string;
  /** Sizes; a text where any size fits. */
  readonly shape: readonly (number | string)[];
}

/** What any ONNX file says of itself, whoever made it. */
export interface FileDescription {
  readonly producer: string;
  /** Versions of the sets of operators, by domain; the standard's own is "". */
  readonly opsets: Readonly<Record<string, number>>;
  readonly inputs: readonly FileTensor[];
  readonly outputs: readonly FileTensor[];
  /** How often each operator occurs, the most frequent first. */
  readonly operators: Readonly<Record<string, number>>;
  /** Numbers that are stored: weights and other constants. */
  readonly numbers: number;
  readonly metadata: Readonly<Record<string, string>>;
}

/** @throws WellfitError for bytes that are no ONNX model */
export function describeFile(bytes: Uint8Array): FileDescription {
  const model = parseModel(bytes);
  const { node = [], input = [], output = [], initializer = [] } = model.graph!;
  const constants = new Set(initializer!.map(({ name }) => name));
  const counts = new Map<string, number>();
  for (const { opType, domain } of node!) {
    const name = domain && domain !== 'ai.onnx' ? `${domain}.${opType}` : opType!;
    counts.set(name, (counts.get(name) ?? 0) + 1);
  }
  return {
    producer: [model.producerName, model.producerVersion].filter(Boolean).join(' '),
    opsets: Object.fromEntries(model.opsetImport!.map(({ domain, version }) => [domain ?? '', Number(version)])),
    // Old files list their constants among the inputs.
    inputs: input!.filter(({ name }) => !constants.has(name)).map(tensorOf),
    outputs: output!.map(tensorOf),
    operators: Object.fromEntries([...counts].sort(([a, n], [b, m]) => m - n || (a < b ? -1 : 1))),
    numbers: initializer!.reduce((sum, { dims }) => sum + (dims ?? []).reduce((n: number, d) => n * Number(d), 1), 0),
    metadata: metadataOf(model),
  };
}

function tensorOf({ name, type }: onnx.IValueInfoProto): FileTensor {
  const elements = type?.tensorType?.elemType ?? 0;
  return {
    name: name ?? '',
    type: (onnx.TensorProto.DataType[elements] ?? 'unknown').toLowerCase(),
    shape: (type?.tensorType?.shape?.dim ?? []).map((dim) => dim.dimParam || Number(dim.dimValue ?? 0)),
  };
}
