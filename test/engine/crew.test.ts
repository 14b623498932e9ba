import { describe, expect, test } from 'vitest';
import { loadDataset } from '../../src/data/readers/index.ts';
import { crewOf, type Engine, onnxRuntimeEngine, referenceEngine } from '../../src/engine/index.ts';
import { type Run, type TrainOptions, trainOn } from '../../src/train/index.ts';
import { distance } from '../support/graphs.ts';
import { counting } from './counting.ts';

const iris = await loadDataset('iris');
const digits = await loadDataset('digits');
const cpu = onnxRuntimeEngine({ threads: 1 });

type Rest = Readonly<Record<string, unknown>>;
const experiment = (rest: Rest) => ({
  ...{ data: { dataset: 'iris' }, model: [{ dense: { units: 7 } }, 'tanh', { dense: { units: 3 } }], epochs: 5 },
  ...{ optimizer: { adamw: { lr: 0.01 } }, schedule: 'constant', batchSize: 16, earlyStopping: false },
  ...rest,
});

async function sideBySide(
  all: readonly Rest[],
  engine: Engine,
  options: TrainOptions = {},
  dataset = iris,
): Promise<Run[]> {
  const crew = crewOf(engine);
  const seats = all.map(() => crew.join());
  return Promise.all(
    all.map(async (rest, i) => {
      try {
        return await trainOn(dataset, experiment(rest), { watch: false, ...options, engine: seats[i].engine });
      } finally {
        seats[i].leave();
      }
    }),
  );
}

/** Equal, up to the order in which float32 numbers are summed. */
function expectSame(run: Run, alone: Run, tolerance = 1e-4): void {
  expect([run.best?.epoch, run.stopped]).toEqual([alone.best?.epoch, alone.stopped]);
  expect(run.epochs).toHaveLength(alone.epochs.length);
  const near = (a: number | undefined, b: number | undefined) => {
    if (b === undefined || !Number.isFinite(b)) expect(a).toEqual(b);
    else expect(Math.abs(a! - b)).toBeLessThanOrEqual(tolerance * Math.abs(b));
  };
  for (const [i, { train, validation }] of run.epochs.entries()) {
    near(train.loss, alone.epochs[i].train.loss);
    near(validation?.loss, alone.epochs[i].validation?.loss);
  }
  near(run.test?.loss, alone.test?.loss);
  for (const [name, { data }] of run.weights)
    expect(distance(data, alone.weights.get(name)!.data)).toBeLessThanOrEqual(tolerance);
}

const mixed: readonly Rest[] = [
  {},
  { optimizer: { adamw: { lr: 0.1, decay: 0.2 } }, seed: 3 },
  { schedule: 'cosine', epochs: 2 },
  { earlyStopping: { patience: 1 }, optimizer: { adamw: { lr: 1e-9 } }, epochs: 9 },
  { optimizer: { adamw: { lr: 1e30 } } },
];

describe('a crew', () => {
  test('computes for each training what it computes alone, whoever ends before the others', async () => {
    const { engine, counts } = counting(cpu);
    const runs = await sideBySide(mixed, engine);
    const { calls } = counts;
    for (const [i, rest] of mixed.entries())
      expectSame(runs[i], await trainOn(iris, experiment(rest), { engine, watch: false }));
    // The others together made more calls than the crew.
    expect(calls).toBeLessThan((counts.calls - calls) / 2);
  });

  test('agrees with itself in float64', async () => {
    const runs = await sideBySide(mixed.slice(0, 3), referenceEngine);
    for (const [i, rest] of mixed.slice(0, 3).entries())
      expectSame(runs[i], await trainOn(iris, experiment(rest), { engine: referenceEngine, watch: false }), 0);
  });

  test('takes masks, penalties, limits and averages', async () => {
    const rest = {
      model: [{ dense: { units: 7 } }, 'relu', { dropout: { rate: 0.3 } }, 'layerNorm', { dense: { units: 3 } }],
      ...{ regularize: { l1: 1e-4, l2: 1e-3 }, clip: { norm: 0.5 }, average: 'ema', preprocess: ['standardize'] },
    };
    const all = [0, 1, 2].map((seed) => ({ ...rest, seed }));
    const runs = await sideBySide(all, cpu);
    for (const [i, one] of all.entries()) expectSame(runs[i], await trainOn(iris, experiment(one), { engine: cpu }));
  });

  test('lets other architectures, and what cannot be stacked, run by themselves', async () => {
    const image = {
      ...{ data: { dataset: 'digits' }, limit: { train: 200, validation: 60 }, epochs: 2 },
      model: [{ conv2d: { filters: 3, kernel: 3 } }, 'relu', 'flatten', { dense: { units: 10 } }],
    };
    const wide = { ...image, model: ['flatten', { dense: { units: 10 } }] };
    const all = [image, { ...image, seed: 1 }, wide, { ...wide, seed: 1 }, { ...wide, batchSize: 50 }];
    const runs = await sideBySide(all, cpu, {}, digits);
    for (const [i, one] of all.entries())
      expectSame(runs[i], await trainOn(digits, experiment(one), { engine: cpu, watch: false }));
  });

  test('goes on where one fails or is interrupted', async () => {
    const crew = crewOf(cpu);
    const [first, second, third] = [crew.join(), crew.join(), crew.join()];
    const stop = new AbortController();
    const whole = trainOn(iris, experiment({}), { engine: first.engine, watch: false }).finally(first.leave);
    const failing = trainOn(iris, experiment({ seed: 2 }), {
      ...{ engine: second.engine, watch: false },
      onEvent({ kind }) {
        if (kind === 'epoch') throw new Error('enough');
      },
    }).finally(second.leave);
    const stopped = trainOn(iris, experiment({ seed: 3, epochs: 500 }), {
      ...{ engine: third.engine, watch: false, signal: stop.signal },
      onEvent({ kind }) {
        if (kind === 'epoch') stop.abort();
      },
    }).finally(third.leave);
    await expect(failing).rejects.toThrow('enough');
    expect((await stopped).stopped.ending).toBe('interrupted');
    expectSame(await whole, await trainOn(iris, experiment({}), { engine: cpu, watch: false }));
  });
});
