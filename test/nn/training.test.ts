import { describe, expect, test } from 'vitest';
import { Random } from '../../src/base/index.ts';
import { onnxRuntimeEngine, referenceEngine } from '../../src/engine/index.ts';
import { gap, tensorOf } from '../golden/read.ts';
import { makeTask, runTask, type Task, taskOf, trainings } from './trainings.ts';

const cpu = (threads: number) => onnxRuntimeEngine({ device: 'cpu', threads });

const engines = [
  { engine: referenceEngine, numbers: 'float64', tolerance: 1e-12 },
  { engine: cpu(1), numbers: 'float32', tolerance: 1e-5 },
];

describe('a whole training goes as it goes in PyTorch from the same weights over the same batches', () => {
  for (const training of trainings)
    for (const { engine, numbers, tolerance } of engines)
      test(`${training.label} (${engine.name}, ${numbers})`, async () => {
        const expected = tensorOf(training.losses).data;
        const { losses, end } = await runTask(taskOf(training), engine, expected.length);
        const [first, last] = [losses.slice(0, 5), losses.slice(-5)].map((five) => five.reduce((a, b) => a + b));
        expect(last, 'it learns').toBeLessThan(0.9 * first);
        expect(gap(losses, expected), 'losses').toBeLessThan(tolerance);
        expect(Object.keys(end).sort()).toEqual(Object.keys(training.end).sort());
        for (const [name, stored] of Object.entries(training.end))
          expect(gap(end[name].data, tensorOf(stored).data), name).toBeLessThan(tolerance);
      });
});

/** Wide enough for ONNX Runtime to divide its products among threads. */
function wideMlp(): Task {
  const [rows, width, batch] = [512, 300, 128];
  const random = new Random(1);
  const features = Float32Array.from({ length: rows * width }, () => random.normal());
  const data = Int32Array.from({ length: rows }, () => random.below(10));
  const dataset = {
    name: 'noise',
    rows,
    shape: [width],
    features,
    targets: { kind: 'classes', data, classes: Array.from({ length: 10 }, String) },
  } as const;
  return makeTask(dataset, {
    model: [{ dense: { units: 256 } }, 'relu', { dense: { units: 128 } }, 'tanh', { dense: { units: 10 } }],
    loss: 'crossEntropy',
    optimizer: 'adam',
    l2: 0.001,
    rows: Int32Array.from({ length: 16 * batch }, () => random.below(rows)),
    batch,
  });
}

const tasks = [
  ...trainings.map((training) => ({ label: training.label, task: taskOf(training) })),
  { label: 'a wide MLP with adam and l2', task: wideMlp() },
];

describe('a training does not depend, to the last bit, on', () => {
  for (const { label, task } of tasks)
    for (const steps of [4, 16])
      test(`whether a call does 1 update or ${steps}: ${label}`, async () => {
        expect(await runTask(task, cpu(1), 16, { steps })).toEqual(await runTask(task, cpu(1), 16));
      });

  for (const { label, task } of tasks)
    test(`whether ONNX Runtime computes with 1 thread or 2: ${label}`, async () => {
      expect(await runTask(task, cpu(2), 16)).toEqual(await runTask(task, cpu(1), 16));
    });
});

describe('a training with dropout', () => {
  const [{ model, ...rest }] = trainings;
  const task: Task = taskOf({
    ...rest,
    model: [{ dropout: { rate: 0.2 } }, ...model.slice(0, 2), { dropout: { rate: 0.5 } }, ...model.slice(2)],
  });

  test.each([4, 16])('has the same weights to the last bit with 1 or %i updates in a call', async (steps) => {
    expect(await runTask(task, cpu(1), 16, { steps })).toEqual(await runTask(task, cpu(1), 16));
  });

  test('sees the same masks on every engine', async () => {
    const [expected, actual] = [await runTask(task, referenceEngine, 16), await runTask(task, cpu(1), 16)];
    expect(gap(actual.losses, expected.losses)).toBeLessThan(1e-5);
  });

  test('goes another way with another seed', async () => {
    const [a, b] = [await runTask(task, cpu(1), 16), await runTask(task, cpu(1), 16, { seed: 1 })];
    expect(gap(a.losses, b.losses)).toBeGreaterThan(1e-2);
  });
});
