import { type Graph, liveNodes, type Value } from '../graph/index.ts';
import { columnNodes, type InputColumn, labelNodes, mlDomain } from './columns.ts';
import { onnx } from './schema/onnx.js';
import { domainsOf, elementTypes, irVersion, opset, updateName, usedInputs, Writer } from './writer.ts';

export interface ModelInfo {
  readonly metadata?: Readonly<Record<string, string>>;
  /** Axis 0 of these inputs and outputs may have any size. */
  readonly freeBatch?: boolean;
  /** The feed "features", [batch, columns], is made of one input for each column, some of them texts. */
  readonly columns?: readonly InputColumn[];
  /** Adds the output "label": the name of the class with the greatest of the "logits". */
  readonly labels?: readonly string[];
}

/**
 * A graph as an ONNX model file. States become inputs under their own names, updates become outputs "name'".
 * Floats are written in 32 bits; ArgMax's int64 is cast to the graph's int32.
 */
export function encode(graph: Graph, info: ModelInfo = {}): Uint8Array {
  const nodes = liveNodes(graph);
  const named: [string, Value][] = [
    ...graph.outputs,
    ...[...graph.updates].map(([n, v]): [string, Value] => [updateName(n), v]),
  ];
  const writer = new Writer(named);
  for (const node of nodes) writer.node(node);
  for (const [name, value] of named) writer.output(name, value);
  const valueInfo = (name: string, value: Value) => ({
    name,
    type: { tensorType: { elemType: elementTypes[value.dtype], shape: { dim: dims(value, info.freeBatch ?? false) } } },
  });
  const given = info.columns ? columnNodes(info.columns, 'features') : { inputs: [], nodes: [] };
  const answer = info.labels && labelNodes(info.labels, 'logits');
  const texts = answer || info.columns?.some(({ values }) => values) ? [mlDomain] : [];
  const inputs = usedInputs(graph, nodes, named).filter(({ name }) => !info.columns || name !== 'features');
  const model = onnx.ModelProto.encode({
    irVersion,
    producerName: 'wellfit',
    opsetImport: [
      { domain: '', version: opset },
      ...domainsOf(nodes).map((domain) => ({ domain, version: 1 })),
      ...texts,
    ],
    graph: {
      name: 'wellfit',
      node: [...given.nodes, ...writer.nodes, ...(answer?.nodes ?? [])],
      initializer: writer.initializers,
      input: [...given.inputs, ...inputs.map((value) => valueInfo(value.name, value))],
      output: [...named.map(([name, value]) => valueInfo(name, value)), ...(answer ? [answer.output] : [])],
    },
    metadataProps: Object.entries(info.metadata ?? {}).map(([key, value]) => ({ key, value })),
  });
  // A copy of its own: the writer may hand out a window into a shared buffer.
  return new Uint8Array(model.finish());
}

const dims = (value: Value, freeBatch: boolean) =>
  value.shape.map((size, axis) => (freeBatch && axis === 0 ? { dimParam: 'batch' } : { dimValue: size }));
