import { describe, expect, test } from 'vitest';
import { Random } from '../../src/base/index.ts';
import { epochOrder, fromArrays } from '../../src/data/index.ts';
import { referenceEngine } from '../../src/engine/index.ts';
import { type Experiment, trainOn } from '../../src/train/index.ts';
import { cpu, digits, measure, on, prepare } from './support.ts';

/** 13 rows of two features and a value. */
const random = new Random(1);
const features = Array.from({ length: 13 }, () => [random.normal(), random.normal()]);
const values = features.map(([a, b]) => 2 * a - b + 0.5 + 0.1 * random.normal());
const line = fromArrays({ features, targets: values, name: 'line' });

const linear: Omit<Experiment, 'data'> = {
  model: [{ dense: { units: 1, init: { normal: { std: 0.5 } }, biasInit: { constant: { value: 0.25 } } } }],
  preprocess: [],
  target: 'raw',
  split: { validation: 0, test: 0 },
  optimizer: { sgd: { lr: 0.1 } },
  schedule: 'constant',
  epochs: 1,
  earlyStopping: false,
};

/** Gradient descent on the mean squared error of a line, written out; `decay` is PyTorch's weight_decay: w - lr (g + decay w). */
function byHand(weight: number[], bias: number, batches: Int32Array[], lr: number, decay: number) {
  let [w, b] = [weight, bias];
  const losses: number[] = [];
  for (const rows of batches) {
    const gaps = Array.from(rows, (row) => {
      const [x0, x1] = [0, 1].map((k) => line.features[2 * row + k]);
      return { x: [x0, x1], gap: w[0] * x0 + w[1] * x1 + b - (line.targets.data[row] as number) };
    });
    losses.push(gaps.reduce((sum, { gap }) => sum + gap ** 2, 0) / rows.length);
    const slope = (k: number) => gaps.reduce((sum, { x, gap }) => sum + (2 * gap * x[k]) / rows.length, 0);
    const slopes = [slope(0), slope(1)];
    b -= (lr * gaps.reduce((sum, { gap }) => sum + 2 * gap, 0)) / rows.length;
    w = w.map((v, k) => v - lr * (slopes[k] + decay * v));
  }
  return { w, b, losses };
}

/** The batches of the first epochs, as an experiment with seed 0 takes them. */
function batchesOf(size: number, epochs: number): Int32Array[] {
  const all = Int32Array.from({ length: line.rows }, (_, row) => row);
  return Array.from({ length: epochs }, (_, epoch) => epochOrder(all, 0, epoch + 1)).flatMap((order) =>
    Array.from({ length: Math.ceil(order.length / size) }, (_, i) => order.subarray(i * size, (i + 1) * size)),
  );
}

async function startOf(rest: Omit<Experiment, 'data'>): Promise<{ weight: number[]; bias: number }> {
  const { memory } = await prepare(line, rest, referenceEngine);
  const data = async (name: string) => [...(await memory.get(name)).data];
  return { weight: await data('dense1.weight'), bias: (await data('dense1.bias'))[0] };
}

describe('updates of a linear model are those worked out by hand', () => {
  test.each([
    ['one batch of all rows', { batchSize: 13 }, 13, 0],
    ['full batches and a last one of 3 rows', { batchSize: 5 }, 5, 0],
    ['a last batch of one row', { batchSize: 6 }, 6, 0],
    [
      'with l2 as weight_decay: w - lr (g + strength w), the bias left alone',
      { batchSize: 5, regularize: { l2: 0.3 } },
      5,
      0.3,
    ],
  ])('%s', async (_, rest, size, decay) => {
    const experiment = { ...linear, ...rest, epochs: 3 };
    const { weight, bias } = await startOf(experiment);
    const expected = byHand(weight, bias, batchesOf(size, 3), 0.1, decay);
    const exact = await trainOn(line, on(line, experiment), { engine: referenceEngine });
    const fast = await trainOn(line, on(line, experiment), { engine: cpu });
    for (const [{ weights }, digits] of [
      [exact, 12],
      [fast, 5],
    ] as const) {
      const [w0, w1] = weights.get('dense1.weight')!.data;
      expect(w0).toBeCloseTo(expected.w[0], digits);
      expect(w1).toBeCloseTo(expected.w[1], digits);
      expect(weights.get('dense1.bias')!.data[0]).toBeCloseTo(expected.b, digits);
    }
    expect(exact.updates).toBe(expected.losses.length);
  });

  test('the reported training loss is the mean over rows: a short last batch counts for its rows alone', async () => {
    const experiment = { ...linear, batchSize: 5 };
    const { weight, bias } = await startOf(experiment);
    const { losses } = byHand(weight, bias, batchesOf(5, 1), 0.1, 0);
    const { epochs } = await trainOn(line, on(line, experiment), { engine: referenceEngine });
    expect(epochs[0].train.loss).toBeCloseTo((5 * losses[0] + 5 * losses[1] + 3 * losses[2]) / 13, 12);
    expect(epochs[0].train.metric).toBeCloseTo(Math.sqrt(epochs[0].train.loss), 12);
  });

  test('the reported training loss leaves the penalty out', async () => {
    const losses = await Promise.all(
      [0, 10].map(async (l2) => {
        const experiment = { ...linear, batchSize: 13, regularize: { l2 } };
        return (await trainOn(line, on(line, experiment), { engine: referenceEngine })).epochs[0].train.loss;
      }),
    );
    expect(losses[1]).toBe(losses[0]);
  });
});

describe('an epoch', () => {
  test('sees every training row once: with still weights its loss is the loss of all of them', async () => {
    for (const batchSize of [1438, 500, 64, 37]) {
      const experiment = on(digits, { model: 'mlp', optimizer: { sgd: { lr: 1e-30 } }, epochs: 1, batchSize });
      const run = await trainOn(digits, experiment, { engine: cpu });
      const all = await measure(digits, run, (await prepare(digits, { epochs: 1 })).rows.train);
      expect(run.epochs[0].train.loss, `batches of ${batchSize}`).toBeCloseTo(all.loss, 5);
      expect(run.epochs[0].train.metric).toBeCloseTo(all.metric, 6);
      expect(run.updates).toBe(Math.ceil(1438 / batchSize));
    }
  });

  test('takes the rows in another order than the epoch before', async () => {
    const experiment = { ...linear, batchSize: 5, epochs: 2, optimizer: { sgd: { lr: 1e-30 } } };
    const { trainer, numbers, rows } = await prepare(line, experiment, referenceEngine);
    const first = async (epoch: number) =>
      (await trainer.run(epochOrder(rows.train, 0, epoch).subarray(0, 5), 1, numbers)).loss[0];
    expect(await first(1)).not.toBe(await first(2));
  });
});
