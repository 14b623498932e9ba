import { describe, expect, test } from 'vitest';
import { Random, type Tensor } from '../../src/base/index.ts';
import { fromArrays } from '../../src/data/index.ts';
import { parametersOf } from '../../src/nn/index.ts';
import { type Experiment, type Run, trainOn } from '../../src/train/index.ts';
import { cpu, expectSameBits, on, prepare, referenceEngine } from './support.ts';

type Rest = Omit<Experiment, 'data'>;

const random = new Random(8);
const features = Array.from({ length: 40 }, () => Array.from({ length: 6 }, () => random.normal()));
const table = fromArrays({ features, targets: features.map(([a, b]) => 2 * a - b), name: 'table' });
const pictures = fromArrays({
  features: Float32Array.from({ length: 30 * 32 }, () => random.normal()),
  shape: [2, 4, 4],
  targets: Int32Array.from({ length: 30 }, (_, i) => i % 3),
  name: 'pictures',
});

/** Every kind of parameter. */
const dense = (units: number) => ({ dense: { units, biasInit: { constant: { value: 0.3 } } } });
const mixed: Rest = {
  model: [dense(5), 'batchNorm', { prelu: {} }, 'layerNorm', dense(1)],
  preprocess: [],
  optimizer: { sgd: { lr: 0.1 } },
  schedule: 'constant',
  batchSize: 8,
  epochs: 3,
  earlyStopping: false,
};

/** All parameters, none of which begins at 0, before and after one update with a batch of eight rows. */
async function oneUpdate(rest: Rest) {
  const { network, memory, trainer, numbers, rows } = await prepare(table, rest, referenceEngine);
  const read = async () => {
    const tensors = parametersOf(network.model).map(async ({ name }) => [name, await memory.get(name)] as const);
    return new Map(await Promise.all(tensors));
  };
  for (const [name, { data, ...rest }] of await read())
    if (data.every((w: number) => w === 0))
      memory.set(name, { ...rest, data: new Float64Array(data.length).fill(0.2) });
  const before = await read();
  await trainer.run(rows.train.slice(0, 8), 1, numbers);
  return { before, after: await read(), parameters: parametersOf(network.model) };
}

const exact = (rest: Rest) => trainOn(table, on(table, rest), { engine: referenceEngine });

function expectClose(a: Pick<Run, 'weights'>, b: Pick<Run, 'weights'>, digits = 12): void {
  for (const [name, { data }] of a.weights)
    for (const [i, x] of [...data].entries()) expect(b.weights.get(name)!.data[i], name).toBeCloseTo(x, digits);
}

describe('which parameters a regularizer touches', () => {
  const all: [string, Rest['regularize'], Rest['regularize']][] = [
    ['l1', { l1: 0.3 }, { l1: { strength: 0.3, biases: true } }],
    ['proximal l1', { l1: { strength: 0.3, proximal: true } }, { l1: { strength: 0.3, proximal: true, biases: true } }],
    ['l2', { l2: 0.3 }, { l2: { strength: 0.3, biases: true } }],
    ['elasticNet', { elasticNet: { l1: 0.1, l2: 0.2 } }, { elasticNet: { l1: 0.1, l2: 0.2, biases: true } }],
    ['weightDecay', { weightDecay: 0.3 }, { weightDecay: { strength: 0.3, biases: true } }],
    ['maxNorm', { maxNorm: 0.1 }, { maxNorm: { limit: 0.1, biases: true } }],
  ];
  test.each(all)('%s: weights, and biases and normalization only where asked', async (_, usual, withBiases) => {
    const plain = await oneUpdate(mixed);
    const moved = await oneUpdate({ ...mixed, regularize: usual });
    const everything = await oneUpdate({ ...mixed, regularize: withBiases });
    const bits = ({ data }: Tensor) => [...data];
    const kinds = new Set<boolean>();
    for (const { name, spec } of plain.parameters) {
      kinds.add(spec.decay);
      const [without, usually, asked] = [plain, moved, everything].map(({ after }) => bits(after.get(name)!));
      if (spec.decay) expect(usually, name).not.toEqual(without);
      else expect(usually, name).toEqual(without);
      expect(asked, name).not.toEqual(without);
    }
    expect([...kinds].sort()).toEqual([false, true]);
    expect(plain.parameters.filter(({ spec }) => spec.decay).map(({ name }) => name)).toEqual([
      'dense1.weight',
      'dense2.weight',
    ]);
  });
});

describe('proximal l1', () => {
  const rest: Rest = { ...mixed, regularize: { l1: { strength: 0.3, proximal: true } } };

  test('moves each weight of the plain update towards 0 by lr times the strength, and stops there', async () => {
    const [plain, soft] = [await oneUpdate(mixed), await oneUpdate(rest)];
    for (const name of ['dense1.weight', 'dense2.weight'])
      for (const [i, w] of [...plain.after.get(name)!.data].entries())
        expect(soft.after.get(name)!.data[i]).toBeCloseTo(Math.sign(w) * Math.max(0, Math.abs(w) - 0.03), 12);
  });

  test('gives exact zeros, which the run counts: weights alone', async () => {
    const linear: Rest = {
      ...mixed,
      model: [{ dense: { units: 4, biasInit: 'zeros' } }, 'relu', { dense: { units: 1 } }],
    };
    const run = await trainOn(table, on(table, { ...linear, epochs: 20, regularize: rest.regularize }), {
      engine: cpu,
    });
    const weights = ['dense1.weight', 'dense2.weight'].flatMap((name) => [...run.weights.get(name)!.data]);
    const zeros = weights.filter((w) => w === 0).length;
    expect(run.zeros).toEqual({ count: zeros, of: 28 });
    expect(zeros).toBeGreaterThan(3);
    expect(zeros).toBeLessThan(28);
    const smooth = await trainOn(table, on(table, { ...linear, epochs: 20, regularize: { l1: 0.3 } }), { engine: cpu });
    expect(smooth.zeros.count, 'without it weights come near 0 but not to it').toBe(0);
  });

  test('does not count biases that are 0', async () => {
    const still: Rest = { ...mixed, model: [{ dense: { units: 4 } }, 'relu', { dense: { units: 1 } }], epochs: 1 };
    const run = await trainOn(table, on(table, still), { engine: cpu, signal: AbortSignal.abort() });
    expect([...run.weights.get('dense1.bias')!.data]).toEqual([0, 0, 0, 0]);
    expect(run.zeros).toEqual({ count: 0, of: 28 });
  });
});

describe('maxNorm', () => {
  /** Lengths of the weights into each unit. */
  const lengths = ({ shape, data }: Tensor): number[] => {
    const units = shape.length === 2 ? shape[1] : shape[0];
    const inner = data.length / units;
    return Array.from({ length: units }, (_, unit) =>
      Math.hypot(
        ...Array.from({ length: inner }, (_, i) =>
          shape.length === 2 ? data[i * units + unit] : data[unit * inner + i],
        ),
      ),
    );
  };

  test('holds for every unit of every layer after training, and no shorter than it must be', async () => {
    const model = [
      { conv2d: { filters: 4 } },
      'relu',
      'flatten',
      { dense: { units: 6 } },
      'relu',
      { dense: { units: 3 } },
    ];
    const rest: Rest = { ...mixed, model, regularize: { maxNorm: 0.7 } };
    const run = await trainOn(pictures, on(pictures, rest), { engine: cpu });
    const all = ['conv2d1', 'dense1', 'dense2'].map((layer) => lengths(run.weights.get(`${layer}.weight`)!));
    expect(all.map(({ length }) => length)).toEqual([4, 6, 3]);
    for (const length of all.flat()) expect(length).toBeLessThan(0.7 * (1 + 1e-6));
    expect(all.flat().filter((length) => length > 0.69).length).toBeGreaterThan(6);
  });

  test('holds for the average of such weights too', async () => {
    const run = await exact({ ...mixed, regularize: { maxNorm: 0.5 }, average: 'ema' });
    for (const layer of ['dense1', 'dense2'])
      for (const length of lengths(run.weights.get(`${layer}.weight`)!)) expect(length).toBeLessThan(0.5 * (1 + 1e-12));
  });
});

describe('regularizers that are the same', () => {
  const plain = { ...mixed, model: [dense(5), 'tanh', dense(1)] };

  test('weightDecay and l2 of the same strength, for plain gradient descent', async () => {
    const [decay, l2] = [
      await exact({ ...plain, regularize: { weightDecay: 0.2 } }),
      await exact({ ...plain, regularize: { l2: 0.2 } }),
    ];
    expectClose(decay, l2);
    const adam = { ...plain, optimizer: { adam: { lr: 0.05 } } };
    const [a, b] = [
      await exact({ ...adam, regularize: { weightDecay: 0.2 } }),
      await exact({ ...adam, regularize: { l2: 0.2 } }),
    ];
    const gap = Math.abs(a.weights.get('dense1.weight')!.data[0] - b.weights.get('dense1.weight')!.data[0]);
    expect(gap, 'but not for adam').toBeGreaterThan(1e-3);
  });

  test('elasticNet, and l1 and l2 together', async () => {
    const net = await exact({ ...plain, regularize: { elasticNet: { l1: 0.03, l2: 0.2 } } });
    expectClose(net, await exact({ ...plain, regularize: { l1: 0.03, l2: 0.2 } }));
  });

  // 32 of the 40 rows train.
  test.each<[string, unknown, unknown]>([
    ['l2', { l2: { strength: 0.1 * 32, perRow: true } }, { l2: 0.1 }],
    ['l1', { l1: { strength: 0.1 * 32, perRow: true } }, { l1: 0.1 }],
    ['proximal l1', { l1: { strength: 3.2, perRow: true, proximal: true } }, { l1: { strength: 0.1, proximal: true } }],
    ['elasticNet', { elasticNet: { l1: 3.2, l2: 6.4, perRow: true } }, { elasticNet: { l1: 0.1, l2: 0.2 } }],
  ])('perRow divides by the number of training rows: %s', async (_, perRow, plainly) => {
    const run = await exact({ ...plain, regularize: perRow as Rest['regularize'] });
    expect(run.rows.train).toHaveLength(32);
    expectClose(run, await exact({ ...plain, regularize: plainly as Rest['regularize'] }));
  });

  test('a strength of 0, and none', async () => {
    const none = await exact({ ...mixed, regularize: { l1: 0, l2: 0, weightDecay: 0 } });
    expectClose(none, await exact(mixed));
  });
});

describe('clipping', () => {
  /** The gradient that a plain update of rate 0.1 has followed. */
  const gradientOf = ({ before, after }: Awaited<ReturnType<typeof oneUpdate>>) =>
    [...before].flatMap(([name, { data }]) => [...data].map((w, i) => (w - after.get(name)!.data[i]) / 0.1));
  const penalty: Rest = { ...mixed, regularize: { l2: 2 } };

  test('by value: each number of the gradient on its own, penalties included', async () => {
    const raw = gradientOf(await oneUpdate(penalty));
    const clipped = gradientOf(await oneUpdate({ ...penalty, clip: { value: 0.2 } }));
    expect(raw.filter((g) => Math.abs(g) > 0.2).length).toBeGreaterThan(3);
    expect(raw.filter((g) => Math.abs(g) < 0.2).length).toBeGreaterThan(3);
    for (const [i, g] of raw.entries()) expect(clipped[i]).toBeCloseTo(Math.max(-0.2, Math.min(0.2, g)), 10);
  });

  test('by norm: the gradient of all parameters together keeps its direction', async () => {
    const raw = gradientOf(await oneUpdate(penalty));
    const clipped = gradientOf(await oneUpdate({ ...penalty, clip: { norm: 0.5 } }));
    const length = Math.hypot(...raw);
    expect(length).toBeGreaterThan(1);
    for (const [i, g] of raw.entries()) expect(clipped[i]).toBeCloseTo((g * 0.5) / (length + 1e-6), 10);
  });

  test.each([{ norm: 1e3 }, { value: 1e3 }])('with a limit that is not reached changes nothing: %j', async (clip) => {
    const [raw, clipped] = [await oneUpdate(penalty), await oneUpdate({ ...penalty, clip })];
    expectSameBits(clipped.after, raw.after);
  });

  test('is in the settings, which do the same run again', async () => {
    const first = await trainOn(table, on(table, { ...mixed, clip: { norm: 0.5 }, regularize: { l1: 0.1 } }), {
      engine: cpu,
    });
    expect(first.settings.clip).toEqual({ norm: { limit: 0.5 } });
    expectSameBits((await trainOn(table, first.settings as Experiment, { engine: cpu })).weights, first.weights);
  });
});
