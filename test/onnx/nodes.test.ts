import { describe, expect, test } from 'vitest';
import { onnxRuntimeEngine, referenceEngine } from '../../src/engine/index.ts';
import { verify } from '../../src/graph/index.ts';
import { decode } from '../../src/onnx/index.ts';
import { operators } from '../../src/ops/index.ts';
import { bytesOf, gap, readGolden, type StoredTensor, tensorOf, tensorsOf } from '../golden/read.ts';
import { accepted, refusal } from './refusal.ts';
import { distanceToRuntime } from './runtime.ts';

interface Golden {
  readonly cases: readonly {
    name: string;
    operator: string;
    model: string;
    inputs: Record<string, StoredTensor>;
    output: StoredTensor;
  }[];
  readonly left: readonly { name: string; operator: string; model: string; reason: string }[];
}

const { cases, left } = readGolden<Golden>('onnx-nodes.json');
const engines = [referenceEngine, onnxRuntimeEngine({ device: 'cpu', threads: 1 })];

describe('an official ONNX node test gives what the standard says', () => {
  for (const { name, model, inputs, output } of cases)
    test(name, async () => {
      const { graph } = decode(bytesOf(model));
      verify(graph);
      const expected = tensorOf(output);
      for (const engine of engines) {
        const program = await engine.compile(graph);
        const [result] = Object.values(await program.run(engine.memory(), tensorsOf(inputs)));
        await program.release();
        expect(result.shape, engine.name).toEqual(expected.shape);
        expect(result.dtype, engine.name).toBe(expected.dtype);
        expect(gap(result.data, expected.data, 0.1), engine.name).toBeLessThanOrEqual(
          expected.dtype === 'float' ? 1e-5 : 0,
        );
      }
    });
});

describe('an official ONNX node test that needs more than the table has is refused in words, or read as ONNX Runtime reads it', () => {
  // Indices are data: only a run can see that one counts from the end.
  const visible = left.filter(({ reason }) => reason !== 'indices from the end');
  for (const { name, model, operator, reason } of visible)
    test(`${name} (${operator}: ${reason})`, async () => {
      const bytes = bytesOf(model);
      const message = refusal(bytes);
      if (message === accepted) {
        const { graph } = decode(bytes);
        verify(graph);
        expect(await distanceToRuntime(bytes, graph)).toBeLessThan(1e-5);
        return;
      }
      expect(message).toMatch(new RegExp(`${operator}|element type`));
      expect(message).not.toMatch(/undefined|is not iterable|is not a function/);
    });

  test('as many as are expressed in the table', () => {
    expect(visible.filter(({ model }) => refusal(bytesOf(model)) === accepted).length).toBeGreaterThan(35);
  });
});

test('every operator has an official test, but for those of which all official tests need what the table lacks', () => {
  const tested = new Set(cases.map(({ operator }) => operator));
  const untested = Object.values(operators).filter(({ spec }) => !tested.has(spec.name));
  expect(untested.map(({ spec }) => spec.name)).toEqual(['Cast', 'Resize']);
});
