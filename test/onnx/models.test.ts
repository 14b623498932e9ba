import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { evaluate } from '../../src/engine/index.ts';
import { liveNodes, verify } from '../../src/graph/index.ts';
import { decode, encode } from '../../src/onnx/index.ts';
import { gap, readGolden, type StoredTensor, tensorOf } from '../golden/read.ts';
import { distanceToRuntime } from './runtime.ts';

const { cases } = readGolden<{ cases: { name: string; file: string; input: StoredTensor; output: StoredTensor }[] }>(
  'onnxModels/expected.json',
);
const fileOf = (file: string) => new Uint8Array(readFileSync(new URL(`../golden/onnxModels/${file}`, import.meta.url)));

describe('a network that PyTorch exported', () => {
  for (const { name, file, input, output } of cases) {
    test(`${name}: answers as in PyTorch`, () => {
      const { graph, unread } = decode(fileOf(file), 4);
      verify(graph);
      expect(unread).toEqual({});
      const result = evaluate(graph, liveNodes(graph), { x: tensorOf(input) }).outputs.y;
      expect(result.shape).toEqual(output.shape);
      expect(gap(result.data, tensorOf(output).data)).toBeLessThan(1e-6);
    });

    test(`${name}: answers as ONNX Runtime does, for any number of rows, and when written again`, async () => {
      const bytes = fileOf(file);
      for (const rows of [1, 3]) {
        const { graph } = decode(bytes, rows);
        expect(await distanceToRuntime(bytes, graph, rows)).toBeLessThan(1e-5);
        expect(await distanceToRuntime(encode(graph), graph, rows)).toBeLessThan(1e-5);
      }
    });
  }

  test('keeps the names of its weights, also of those that had to be computed', () => {
    const { graph } = decode(fileOf('mlp-script.onnx'));
    const constants = liveNodes(graph).flatMap(({ inputs }) =>
      inputs.filter(({ source }) => source.kind === 'constant'),
    );
    expect(constants.map(({ name }) => name)).toEqual([
      '1.weight',
      '1.bias',
      '4.weight',
      '4.bias',
      '6.weight',
      '6.bias',
    ]);
  });
});
