import { describe, expect, test } from 'vitest';
import { sizeOf, type Tensor } from '../../src/base/index.ts';
import { onnxRuntimeEngine } from '../../src/engine/index.ts';
import { Graph, stack, verify } from '../../src/graph/index.ts';
import { operators } from '../../src/ops/index.ts';
import { distance, feedsOf, runReference, single } from '../support/graphs.ts';

const cpu = onnxRuntimeEngine({ threads: 1 });
const count = 3;

/** Convolutions, pooling and their kin work on images, of which no small network is made. */
const cannot = ['batchNormalization', 'conv', 'convTranspose', 'averagePool', 'maxPool', 'resize', 'gridSample'];

/** The same input for another graph: other floats, the same integers (they may be indices). */
function varied(tensor: Tensor, turn: number): Tensor {
  if (tensor.dtype !== 'float') return tensor;
  return { ...tensor, data: Float64Array.from(tensor.data, (x) => Math.fround(x * (1 + 0.07 * turn))) };
}

const joined = (all: readonly Tensor[]): Tensor => {
  const [{ dtype, shape, data }] = all;
  const whole =
    data.constructor === Float64Array
      ? new Float64Array(all.length * data.length)
      : new Int32Array(all.length * data.length);
  for (const [i, one] of all.entries()) whole.set(one.data, i * data.length);
  return {
    dtype,
    shape: [all.length, ...shape],
    data: dtype === 'uint8' || dtype === 'bool' ? Uint8Array.from(whole) : whole,
  };
};

test('every operator can be stacked but those on images', () => {
  const without = Object.entries(operators).flatMap(([name, { spec }]) => (spec.stack ? [] : [name]));
  expect(without.sort()).toEqual([...cannot].sort());
});

for (const [name, { spec }] of Object.entries(operators)) {
  if (cannot.includes(name)) continue;
  describe(`${name} of several graphs at once`, () => {
    for (const sample of spec.samples()) {
      // Which inputs differ between the graphs: each alone, and all.
      const sets = [...sample.inputs.map((_, i) => [i]), sample.inputs.map((_, i) => i)];
      test(`${sample.label} = each by itself`, async () => {
        for (const own of sets) {
          const each = Array.from({ length: count }, (_, turn) =>
            sample.inputs.map((input, i) => (own.includes(i) ? varied(input, turn) : input)),
          );
          const expected = each.map((inputs) => runReference(single(spec, inputs, sample.attributes).graph, inputs).y);
          // What is common to all is a state that they share.
          const graph = new Graph();
          const x = sample.inputs.map(({ dtype, shape }, i) =>
            own.includes(i) ? graph.feed(`x${i}`, dtype, shape) : graph.state(`x${i}`, dtype, shape),
          );
          graph.output('y', graph.apply(spec, x, sample.attributes));
          const whole = stack(graph, count, new Set(graph.states.keys()))!;
          verify(whole);
          const inputs = sample.inputs.map((input, i) => (own.includes(i) ? joined(each.map((one) => one[i])) : input));
          const actual = runReference(whole, inputs).y;
          expect(actual.shape).toEqual([count, ...expected[0].shape]);
          expect(distance(actual.data, joined(expected).data)).toBeLessThan(1e-12);
          if (sizeOf(actual.shape) === 0) continue;
          const program = await cpu.compile(whole);
          const memory = cpu.memory();
          for (const [i, input] of inputs.entries()) if (!own.includes(i)) memory.set(`x${i}`, input);
          const native = (await program.run(memory, feedsOf(inputs))).y;
          expect(distance(native.data, actual.data)).toBeLessThan(sample.tolerance ?? 5e-6);
          await program.release();
        }
      });
    }
  });
}
