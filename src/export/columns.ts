import type { TableColumn } from '../data/index.ts';
import type { Member } from '../ensemble/index.ts';
import type { Graph } from '../graph/index.ts';
import { type InputColumn, inputNames } from '../onnx/index.ts';
import type { ModelColumn } from '../predict/index.ts';
import { learnedOf } from '../preprocess/index.ts';

/** The columns of a table as inputs of a model, each with what its members learned: ranges of numbers, and the values that at least one knows. */
export function modelColumns(
  table: readonly TableColumn[],
  members: readonly Member[],
  graph: Graph,
): { inputs: InputColumn[]; columns: ModelColumn[] } {
  const learned = members.map(({ network }) => learnedOf(network.preprocess, table));
  const names = inputNames(
    table.map(({ name }) => name),
    graph,
  );
  const inputs = table.map(({ values, missing }, at): InputColumn => {
    const input = names[at];
    if (!values) return { input };
    const known = values.flatMap((text, code): (readonly [string, number])[] =>
      learned.some((columns) => columns[at].codes?.has(code)) ? [[text, code]] : [],
    );
    return { input, values: [...known, ...(missing ? [['', values.length] as const] : [])] };
  });
  const columns = table.map(({ name, kind }, at): ModelColumn => {
    const ranges = learned.flatMap((each) => (each[at].range ? [each[at].range] : []));
    return {
      name,
      input: names[at],
      kind,
      ...(ranges.length > 0 && {
        range: [Math.min(...ranges.map(([low]) => low)), Math.max(...ranges.map(([, high]) => high))],
      }),
      ...(inputs[at].values && { values: inputs[at].values.flatMap(([text]) => (text === '' ? [] : [text])) }),
    };
  });
  return { inputs, columns };
}
