import { describe, expect, test } from 'vitest';
import { onnxRuntimeEngine } from '../../src/engine/index.ts';
import { operators } from '../../src/ops/index.ts';
import { addGradients, distance, runOn, runReference, single } from '../support/graphs.ts';

const cpu = onnxRuntimeEngine({ device: 'cpu', threads: 1 });

/** Constant between their steps: a zero gradient is right, and nothing reaches the input. */
const stepFunctions = ['sign', 'floor', 'cast'];

for (const [name, { spec }] of Object.entries(operators)) {
  describe(name, () => {
    for (const sample of spec.samples()) {
      const tolerance = sample.tolerance ?? 2e-6;

      test(`${sample.label}: ONNX Runtime = reference`, async () => {
        const { graph } = single(spec, sample.inputs, sample.attributes);
        const expected = runReference(graph, sample.inputs);
        const actual = await runOn(cpu, graph, sample.inputs);
        expect(actual.y.shape).toEqual(expected.y.shape);
        expect(distance(actual.y.data, expected.y.data)).toBeLessThan(tolerance);
      });

      if (!spec.gradient || !['float', 'bool'].includes(sample.inputs[0].dtype) || stepFunctions.includes(name))
        continue;
      if (spec.infer(sample.inputs, sample.attributes ?? {}).dtype !== 'float') continue;

      // A sample that cannot be compared says why itself.
      const compare = sample.noGradient ? undefined : test;
      compare?.(`${sample.label}: gradient = central difference`, () => {
        const { graph, x, y } = single(spec, sample.inputs, sample.attributes);
        const { wanted } = addGradients(graph, x, y);
        const analytic = runReference(graph, sample.inputs);
        for (const i of wanted) {
          const numeric =
            sample.inputs[i].data.length === 0
              ? []
              : Array.from(sample.inputs[i].data, (_, k) => {
                  const epsilon = 1e-6;
                  const at = (delta: number) => {
                    const data = Float64Array.from(sample.inputs[i].data);
                    data[k] += delta;
                    const moved = sample.inputs.map((input, j) => (j === i ? { ...input, data } : input));
                    return runReference(graph, moved).loss.data[0];
                  };
                  return (at(epsilon) - at(-epsilon)) / (2 * epsilon);
                });
          expect(distance(analytic[`dx${i}`].data, numeric), `input ${i}`).toBeLessThan(1e-7);
        }
      });

      test(`${sample.label}: gradient on ONNX Runtime = gradient on the reference`, async () => {
        const { graph, x, y } = single(spec, sample.inputs, sample.attributes);
        const { wanted } = addGradients(graph, x, y);
        const expected = runReference(graph, sample.inputs);
        const actual = await runOn(cpu, graph, sample.inputs);
        for (const i of wanted)
          expect(distance(actual[`dx${i}`].data, expected[`dx${i}`].data), `input ${i}`).toBeLessThan(10 * tolerance);
      });
    }
  });
}
