import { describe, expect, test } from 'vitest';
import { Random } from '../../src/base/index.ts';
import { Graph } from '../../src/graph/index.ts';
import { encode, opset } from '../../src/onnx/index.ts';
import { onnx } from '../../src/onnx/schema/onnx.js';
import { gemm, relu } from '../../src/ops/index.ts';
import { accepted, refusal } from './refusal.ts';

const float = (shape: number[]) => ({
  tensorType: { elemType: 1, shape: { dim: shape.map((dimValue) => ({ dimValue })) } },
});

/** A model of one node over x [2, 3], as a foreign tool might write it. */
function foreign(node: onnx.INodeProto, elemType = 1): Uint8Array {
  const x = { ...float([2, 3]), tensorType: { ...float([2, 3]).tensorType, elemType } };
  return onnx.ModelProto.encode({
    irVersion: 10,
    opsetImport: [{ domain: '', version: opset }],
    graph: {
      name: 'g',
      node: [{ name: 'node 1', input: ['x'], output: ['y'], ...node }],
      input: [{ name: 'x', type: x }],
      output: [{ name: 'y', type: float([2, 3]) }],
    },
  }).finish();
}

function valid(): Uint8Array {
  const graph = new Graph();
  const x = graph.feed('x', 'float', [2, 3]);
  const w = graph.constant({ dtype: 'float', shape: [3, 2], data: new Float64Array(6).fill(0.5) }, 'w');
  graph.output(
    'y',
    graph.scope('layer', () => relu(gemm(x, w, { transA: 0, transB: 0 }))),
  );
  return encode(graph);
}

describe('bytes that are no model', () => {
  test('are refused: none at all', () => {
    expect(refusal(new Uint8Array())).toContain('no ONNX model');
  });

  test('are refused: random ones, of many lengths', () => {
    for (let length = 1; length <= 512; length++) {
      const random = new Random(length);
      expect(refusal(Uint8Array.from({ length }, () => random.below(256))), `${length} bytes`).toContain(
        'no ONNX model',
      );
    }
  });

  test('are refused: text', () => {
    expect(refusal(new TextEncoder().encode('{ "model": "mlp" }'))).toContain('no ONNX model');
  });
});

describe('a damaged model', () => {
  test('is refused wherever it is cut off', () => {
    const whole = valid();
    expect(refusal(whole)).toBe(accepted);
    for (let length = 0; length < whole.length; length++)
      expect(refusal(whole.subarray(0, length)), `cut to ${length} of ${whole.length} bytes`).not.toBe(accepted);
  });

  test('gives no other error than a WellfitError, whichever bit is wrong', () => {
    const whole = valid();
    for (let bit = 0; bit < 8 * whole.length; bit++)
      refusal(whole.map((byte, i) => (i === bit >> 3 ? byte ^ (1 << (bit & 7)) : byte)));
  });
});

describe('a model that needs what Wellfit does not have is refused by name', () => {
  test('an unknown operator', () => {
    expect(refusal(foreign({ opType: 'Einsum' }))).toContain('Einsum');
  });

  test('an operator of another domain, even if its name is known', () => {
    expect(refusal(foreign({ opType: 'Relu', domain: 'com.example' }))).toContain('com.example.Relu');
  });

  test('an element type', () => {
    const message = refusal(foreign({ opType: 'Relu' }, onnx.TensorProto.DataType.DOUBLE));
    expect(message).toContain('"x"');
    expect(message).toContain('float32, uint8, int32 or bool');
  });

  test('a value that nothing computes', () => {
    const message = refusal(foreign({ opType: 'Relu', input: ['nowhere'] }));
    expect(message).toContain('nowhere');
    expect(message).toContain('node 1');
  });

  test('a shape that is computed at run time', () => {
    expect(refusal(foreign({ opType: 'Reshape', input: ['x', 'x'] }))).toContain('a constant');
  });

  test('an output that nothing computes', () => {
    expect(refusal(foreign({ opType: 'Relu', output: ['z'] }))).toContain('"y"');
  });
});
