import * as runtime from 'onnxruntime-node';
import { describe, expect, test } from 'vitest';
import { trainEnsemble } from '../../src/ensemble/index.ts';
import { modelFile } from '../../src/export/index.ts';
import { decode, readFacts } from '../../src/onnx/index.ts';
import { judgeRows } from '../../src/train/index.ts';
import { inRows, problems, together } from '../ensemble/support.ts';
import { cpu, on } from '../train/support.ts';

/** What plain onnxruntime-node makes of raw rows. */
async function runFile(file: Uint8Array, rows: readonly (readonly number[])[]): Promise<Record<string, number[][]>> {
  const session = await runtime.InferenceSession.create(file, { logSeverityLevel: 3, intraOpNumThreads: 1 });
  const shape = [rows.length, rows[0].length];
  const input = new runtime.Tensor('float32', Float32Array.from(rows.flat()), shape);
  const outputs = await session.run({ input });
  await session.release();
  return Object.fromEntries(
    Object.entries(outputs).map(([name, { data, dims }]) => [name, inRows(data as Float32Array, dims[1])]),
  );
}

const kinds = [
  { ensemble: { members: 3 }, combine: 'probabilities' },
  { ensemble: { members: 2, combine: 'logits' }, combine: 'logits' },
  { ensemble: { snapshots: 2 }, combine: 'probabilities' },
] as const;

const { numbers } = problems;
const all = {
  ...problems,
  'numbers of a standardized target': { ...numbers, rest: { ...numbers.rest, target: 'standardize' as const } },
};

describe.each(Object.entries(all))('the model file of an ensemble: %s', (_, { dataset, rest, link }) => {
  test.each(kinds)('gives plain ONNX Runtime the combined answer of raw rows: %j', async ({ ensemble, combine }) => {
    const run = await trainEnsemble(dataset, on(dataset, { ...rest, ensemble }), { engine: cpu });
    const rows = run.rows.test;
    const width = run.network.model.output[0];
    const judged = await judgeRows(dataset, run.members!, rows, cpu);
    const members = judged.map(({ outputs }) => inRows(outputs, width));
    const outputs = await runFile(
      modelFile(run),
      inRows(dataset.features as Float32Array, 2).filter((_, row) => rows.includes(row)),
    );
    expect(Object.keys(outputs)).toEqual(link === 'none' ? ['prediction'] : ['logits', 'probabilities']);
    const got = outputs[link === 'none' ? 'prediction' : 'probabilities'];
    expect(got).toHaveLength(rows.length);
    for (const [i, row] of got.entries()) {
      const expected = together(
        members.map((member) => member[i]),
        link,
        combine,
      );
      for (const [k, x] of expected.entries()) expect(row[k], `row ${rows[i]}`).toBeCloseTo(x, 5);
      expect(expected, 'members differ').not.toEqual(together([members[0][i]], link, combine));
    }
  });
});

test('the model file of an ensemble holds the weights of every member under a name of its own', async () => {
  const { dataset, rest } = problems.numbers;
  const run = await trainEnsemble(dataset, on(dataset, { ...rest, ensemble: { members: 2 } }), { engine: cpu });
  const { graph, metadata } = decode(modelFile(run));
  const names = graph.nodes.flatMap(({ inputs }) => inputs.map(({ name }) => name));
  expect(names).toEqual(expect.arrayContaining(['member1.dense1.weight', 'member2.dense1.weight']));
  expect(readFacts(metadata).results).toMatchObject({ test: run.test });
});
