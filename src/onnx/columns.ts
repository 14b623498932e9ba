import type { Graph } from '../graph/index.ts';
import type { onnx } from './schema/onnx.js';

/** A column of a table as an input of its own: a number, or a text that stands for the place of a value. */
export interface InputColumn {
  /** See `inputNames`. */
  readonly input: string;
  /** Texts and the number of each; -1 stands for any other. Numbers have none. */
  readonly values?: readonly (readonly [text: string, code: number])[];
}

/** The operators of ONNX-ML that read and write texts; understood since 2019 (onnx 1.5). */
export const mlDomain = { domain: 'ai.onnx.ml', version: 3 } as const;
/** Marks the nodes before the features and behind the logits: a reader that wants numbers leaves them out. */
export const columnsMark = 'columns';
export const answerMark = 'answer';

const elementTypes = { float: 1, string: 8 } as const;
const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);

const input = (name: string, type: keyof typeof elementTypes): onnx.IValueInfoProto => ({
  name,
  type: { tensorType: { elemType: elementTypes[type], shape: { dim: [{ dimParam: 'batch' }, { dimValue: 1 }] } } },
});

/** Names that the file itself gives to what stands around the graph. */
const reserved = /^(features|label)$|^(int64|float|int32|uint8|bool|features|label|output):/;

/** The names of the inputs: those of the columns, with underscores where something else in the file is called so. */
export function inputNames(names: readonly string[], graph: Graph): string[] {
  const used = new Set([
    ...graph.outputs.keys(),
    ...graph.nodes.flatMap(({ inputs, output }) => [output, ...inputs].map(({ name }) => name)),
  ]);
  const isFree = (name: string) => !used.has(name) && !reserved.test(name);
  return names.map((name) => {
    let free = name;
    while (!isFree(free)) free = reserved.test(free) ? `_${free}` : `${free}_`;
    used.add(free);
    return free;
  });
}

/** Inputs for the columns, [batch, 1] each, and the nodes that make one tensor of numbers, [batch, columns], of them. */
export function columnNodes(
  columns: readonly InputColumn[],
  features: string,
): { inputs: onnx.IValueInfoProto[]; nodes: onnx.INodeProto[] } {
  const nodes: onnx.INodeProto[] = [];
  const parts = columns.map(({ input: name, values }, i) => {
    if (!values) return name;
    const output = `${features}:${i}`;
    nodes.push({
      opType: 'LabelEncoder',
      domain: mlDomain.domain,
      name: output,
      docString: columnsMark,
      input: [name],
      output: [output],
      attribute: [
        { name: 'keys_strings', type: 8, strings: values.map(([text]) => bytes(text)) },
        { name: 'values_floats', type: 6, floats: values.map(([, code]) => code) },
        { name: 'default_float', type: 1, f: -1 },
      ],
    });
    return output;
  });
  nodes.push({
    opType: 'Concat',
    name: features,
    docString: columnsMark,
    input: parts,
    output: [features],
    attribute: [{ name: 'axis', type: 2, i: 1 }],
  });
  return { inputs: columns.map((column) => input(column.input, column.values ? 'string' : 'float')), nodes };
}

/** The output "label": the name of the class with the greatest logit, a text for each row. */
export function labelNodes(
  classes: readonly string[],
  logits: string,
): { output: onnx.IValueInfoProto; nodes: onnx.INodeProto[] } {
  const common = { docString: answerMark };
  return {
    output: {
      name: 'label',
      type: { tensorType: { elemType: elementTypes.string, shape: { dim: [{ dimParam: 'batch' }] } } },
    },
    nodes: [
      {
        ...common,
        opType: 'ArgMax',
        name: 'label:index',
        input: [logits],
        output: ['label:index'],
        attribute: [
          { name: 'axis', type: 2, i: 1 },
          { name: 'keepdims', type: 2, i: 0 },
        ],
      },
      {
        ...common,
        opType: 'LabelEncoder',
        domain: mlDomain.domain,
        name: 'label:text',
        input: ['label:index'],
        output: ['label'],
        attribute: [
          { name: 'keys_int64s', type: 7, ints: classes.map((_, place) => place) },
          { name: 'values_strings', type: 8, strings: classes.map(bytes) },
          { name: 'default_string', type: 3, s: bytes('') },
        ],
      },
    ],
  };
}
