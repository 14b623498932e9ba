import type { TableColumn } from '../data/index.ts';
import type { Member } from '../ensemble/index.ts';
import type { Graph } from '../graph/index.ts';
import { type InputColumn, inputNames, type ModelColumn } from '../onnx/index.ts';
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
  const inputs = table.map(({ values, missing, earlier }, at): InputColumn => {
    const input = names[at];
    if (!values) return { input };
    // An earlier model knows what it knows.
    if (earlier) return { input, values: [...zip(values, earlier.codes ?? []), ...absent(earlier.missing)] };
    const known = values.flatMap((text, code): (readonly [string, number])[] =>
      learned.some((columns) => columns[at].codes?.has(code)) ? [[text, code]] : [],
    );
    return { input, values: [...known, ...absent(missing ? values.length : undefined)] };
  });
  const columns = table.map(({ name, kind, earlier }, at): ModelColumn => {
    const ranges = [earlier?.range, ...learned.map((each) => each[at].range)].filter((range) => range !== undefined);
    const texts = inputs[at].values?.filter(([text]) => text !== '');
    const missing = inputs[at].values?.find(([text]) => text === '')?.[1];
    return {
      name,
      input: names[at],
      kind,
      ...(ranges.length > 0 && {
        range: [Math.min(...ranges.map(([low]) => low)), Math.max(...ranges.map(([, high]) => high))],
      }),
      ...(texts && { values: texts.map(([text]) => text), codes: texts.map(([, code]) => code) }),
      ...(missing !== undefined && { missing }),
    };
  });
  return { inputs, columns };
}

const zip = (texts: readonly string[], codes: readonly number[]) => texts.map((text, i) => [text, codes[i]] as const);

const absent = (code: number | undefined): (readonly [string, number])[] => (code === undefined ? [] : [['', code]]);
