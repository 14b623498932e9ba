import { describe, expect, test } from 'vitest';
import { epochOrder } from '../../src/data/index.ts';
import { type Engine, onnxRuntimeEngine, referenceEngine } from '../../src/engine/index.ts';
import { type Experiment, trainOn } from '../../src/train/index.ts';
import { distance } from '../support/graphs.ts';
import { cpu, different, digits, everything, expectSameBits, iris, on, prepare } from './support.ts';

const withAll: Omit<Experiment, 'data'> = {
  model: [
    'flatten',
    { dense: { units: 24 } },
    'batchNorm',
    'tanh',
    { dropout: { rate: 0.4 } },
    { dense: { units: 10 } },
  ],
  regularize: { l2: 0.001 },
  optimizer: 'momentum',
};

describe('the same experiment', () => {
  test.each([
    ['mlp', { model: 'mlp' }],
    ['cnn', { model: 'cnn', limit: { train: 256 } }],
    ['batchNorm, dropout and l2', withAll],
  ])('gives the same weights to the bit, and the same history: %s', async (_, rest) => {
    const experiment = on(digits, { ...rest, epochs: 2 });
    const [a, b] = [
      await trainOn(digits, experiment, { engine: cpu }),
      await trainOn(digits, experiment, { engine: cpu }),
    ];
    expectSameBits(a.weights, b.weights);
    const history = ({ epochs }: typeof a) =>
      epochs.map(({ epoch, train, validation }) => ({ epoch, train, validation }));
    expect(history(a)).toEqual(history(b));
    expect(a.test).toEqual(b.test);
  });

  test('gives the same weights where two runs go on at once', async () => {
    const run = () => trainOn(iris, on(iris, { epochs: 3 }), { engine: cpu });
    const [[a, b], alone] = [await Promise.all([run(), run()]), await run()];
    expectSameBits(a.weights, alone.weights);
    expectSameBits(b.weights, alone.weights);
  });

  test('is not changed by the run', async () => {
    const experiment = on(iris, {
      model: [{ dense: { units: 3, name: 'only' } }],
      optimizer: { sgd: { lr: 0.1 } },
      epochs: 1,
    });
    const before = structuredClone(experiment);
    await trainOn(iris, experiment, { engine: cpu });
    expect(experiment).toEqual(before);
  });

  test('gives other weights for another seed', async () => {
    const run = (seed: number) => trainOn(iris, on(iris, { epochs: 1, seed }), { engine: cpu });
    expect(different((await run(1)).weights, (await run(2)).weights)).toContain('dense1.weight');
  });
});

describe('the number of threads', () => {
  test.each([
    ['mlp', { model: 'mlp', batchSize: 256 }],
    ['cnn', { model: 'cnn', batchSize: 128 }],
  ])('does not change a bit of the weights: %s', async (_, rest) => {
    const run = (threads: number) =>
      trainOn(digits, on(digits, { ...rest, epochs: 2 }), { engine: onnxRuntimeEngine({ threads }) });
    const [one, two] = [await run(1), await run(2)];
    expectSameBits(one.weights, two.weights);
    expect(one.test).toEqual(two.test);
  });
});

describe('the number of steps in one call', () => {
  async function after16(rest: Omit<Experiment, 'data'>, perCall: number, engine: Engine) {
    const { rows, network, memory, trainer, numbers, resolved } = await prepare(
      digits,
      { ...rest, batchSize: 12 },
      engine,
    );
    const order = epochOrder(rows.train, 0, 1);
    const { batchSize } = resolved.settings;
    const [losses, accuracies]: number[][] = [[], []];
    for (let update = 0; update < 16; update += perCall) {
      const part = order.subarray(update * batchSize, (update + perCall) * batchSize);
      const { loss, metric } = await trainer.run(part, perCall, numbers);
      losses.push(...Array.from(loss));
      accuracies.push(...Array.from(metric!));
    }
    await trainer.release();
    expect(trainer.update).toBe(16);
    const memoryNow = await everything(memory, network);
    return { memoryNow, losses, accuracies };
  }

  const models: Record<string, Omit<Experiment, 'data'>> = {
    mlp: { model: 'mlp', optimizer: 'adam' },
    'batchNorm, dropout and l2': withAll,
    cnn: { model: 'cnn', optimizer: 'sgd' },
    'other convolutions and pools': {
      model: [
        { conv2d: { filters: 8 } },
        'relu',
        'maxPool',
        { conv2d: { filters: 16, stride: 2 } },
        'sigmoid',
        'averagePool',
        'flatten',
        { dense: { units: 10 } },
      ],
    },
  };
  const cases: [string, string, Engine][] = Object.keys(models).map((name) => ['ONNX Runtime', name, cpu]);
  cases.push(
    ['the reference', 'mlp', referenceEngine],
    ['the reference', 'batchNorm, dropout and l2', referenceEngine],
  );

  test.each(cases)('does not change a bit of memory, losses or metrics on %s: %s', async (_, name, engine) => {
    const [one, four, sixteen] = await Promise.all([1, 4, 16].map((n) => after16(models[name], n, engine)));
    expectSameBits(four.memoryNow, one.memoryNow);
    expectSameBits(sixteen.memoryNow, one.memoryNow);
    for (const other of [four, sixteen]) expect([other.losses, other.accuracies]).toEqual([one.losses, one.accuracies]);
  });
});

describe('the settings of a run', () => {
  test.each([
    ['defaults', {}],
    ['cnn', { model: 'cnn', limit: { train: 200, validation: 50 }, earlyStopping: { patience: 2 } }],
    [
      'everything said',
      { ...withAll, seed: 3, split: { seed: 5, validation: 0 }, schedule: { cosine: { warmup: 5 } } },
    ],
    [
      'names and initializers',
      {
        model: ['flatten', { dense: { units: 10, name: 'out', init: { normal: { std: 0.1 } } } }],
        preprocess: ['rescale'],
      },
    ],
  ] as [string, Omit<Experiment, 'data'>][])('say all of it: given again they do the same run: %s', async (_, rest) => {
    const first = await trainOn(digits, on(digits, { ...rest, epochs: 1 }), { engine: cpu });
    const again = await trainOn(digits, JSON.parse(JSON.stringify(first.settings)), { engine: cpu });
    expectSameBits(first.weights, again.weights);
    expect(again.settings).toEqual(first.settings);
    expect(again.chosen, 'nothing is left to be chosen').toEqual([]);
    expect(again.test).toEqual(first.test);
  });
});

describe('ONNX Runtime', () => {
  test('trains to the same losses as the float64 reference, as far as 32 bits go', async () => {
    const experiment = on(digits, { ...withAll, limit: { train: 192 }, epochs: 2, batchSize: 32 });
    const fast = await trainOn(digits, experiment, { engine: cpu });
    const exact = await trainOn(digits, experiment, { engine: referenceEngine });
    for (const [i, { train, validation }] of exact.epochs.entries()) {
      expect(fast.epochs[i].train.loss).toBeCloseTo(train.loss, 4);
      expect(fast.epochs[i].validation!.loss).toBeCloseTo(validation!.loss, 4);
    }
    for (const [name, { data }] of exact.weights)
      expect(distance(fast.weights.get(name)!.data, data), name).toBeLessThan(1e-4);
  });
});
