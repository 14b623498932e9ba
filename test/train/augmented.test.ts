import { describe, expect, test } from 'vitest';
import { Random } from '../../src/base/index.ts';
import { type Dataset, drawAugment, epochOrder, fromArrays } from '../../src/data/index.ts';
import { modelFile } from '../../src/export/index.ts';
import { decode } from '../../src/onnx/index.ts';
import { type Experiment, trainOn } from '../../src/train/index.ts';
import { Trainer } from '../../src/train/step/programs.ts';
import { cpu, everything, expectSameBits, on, prepare, referenceEngine } from './support.ts';

type Rest = Omit<Experiment, 'data'>;

const random = new Random(9);
const pictures = fromArrays({
  features: Uint8Array.from({ length: 60 * 36 }, (_, i) => (i % 6 < 3 ? random.below(60) : random.below(256))),
  shape: [1, 6, 6],
  targets: Int32Array.from({ length: 60 }, (_, i) => i % 3),
  name: 'pictures',
});
const points = Array.from({ length: 24 }, () => [random.normal(), random.normal()]);
const three = fromArrays({
  features: points,
  targets: Int32Array.from({ length: 24 }, (_, i) => Math.floor(i / 2) % 3),
  name: 'three',
});
const line = fromArrays({ features: points, targets: points.map(([a, b]) => a + b), name: 'line' });

const rest: Rest = {
  model: [
    { conv2d: { filters: 3 } },
    'batchNorm',
    'relu',
    'flatten',
    { dropout: { rate: 0.3 } },
    { dense: { units: 3 } },
  ],
  batchSize: 8,
  epochs: 2,
  augment: ['horizontalFlip', { shift: {} }, { rotation: 20 }, { brightness: {} }, { cutout: 2 }, { mixup: 0.4 }],
};

describe('augmentation', () => {
  test('is on while training and off in every measurement', async () => {
    const still: Rest = { ...rest, model: 'linear', optimizer: { sgd: { lr: 1e-30 } }, epochs: 1 };
    const { augment: _, ...without } = still;
    const [on1, off] = [
      await trainOn(pictures, on(pictures, still), { engine: cpu }),
      await trainOn(pictures, on(pictures, without), { engine: cpu }),
    ];
    expect(on1.epochs[0].validation).toEqual(off.epochs[0].validation);
    expect(on1.test).toEqual(off.test);
    expect(Math.abs(on1.epochs[0].train.loss - off.epochs[0].train.loss)).toBeGreaterThan(1e-3);
  });

  test.each([
    'horizontalFlip',
    'verticalFlip',
    'shift',
    'crop',
    'rotation',
    'zoom',
    'shear',
    'brightness',
    'contrast',
    'mixup',
    'cutmix',
  ])('changes what training sees: %s', async (kind) => {
    const lossOf = async (augment: Rest['augment']) => {
      const still: Rest = { ...rest, model: 'linear', augment, optimizer: { sgd: { lr: 1e-30 } }, epochs: 1 };
      return (await trainOn(pictures, on(pictures, still), { engine: cpu })).epochs[0].train.loss;
    };
    expect(Math.abs((await lossOf([kind])) - (await lossOf([])))).toBeGreaterThan(1e-6);
  });

  test('gives the same bits for any number of steps in one call', async () => {
    const after = async (perCall: number) => {
      const { network, memory, trainer, numbers, rows } = await prepare(pictures, rest, cpu);
      const order = epochOrder(rows.train, 0, 1);
      for (let update = 0; update < 4; update += perCall)
        await trainer.run(order.subarray(8 * update, 8 * (update + perCall)), perCall, numbers);
      await trainer.release();
      return everything(memory, network);
    };
    const one = await after(1);
    expectSameBits(await after(2), one);
    expectSameBits(await after(4), one);
  });

  test('depends on the update and the row alone: training that goes on elsewhere gives the same bits', async () => {
    const whole = await prepare(pictures, rest, cpu);
    const order = epochOrder(whole.rows.train, 0, 1);
    const batch = (update: number) => order.subarray(8 * update, 8 * (update + 1));
    for (const update of [0, 1]) await whole.trainer.run(batch(update), 1, whole.numbers);
    const halfway = await everything(whole.memory, whole.network);
    for (const update of [2, 3]) await whole.trainer.run(batch(update), 1, whole.numbers);

    const other = await prepare(pictures, rest, cpu);
    for (const [name, tensor] of halfway) other.memory.set(name, tensor);
    const resumed = new Trainer(cpu, other.memory, other.network, 0);
    resumed.update = 2;
    for (const update of [2, 3]) await resumed.run(batch(update), 1, other.numbers);
    expectSameBits(await everything(other.memory, other.network), await everything(whole.memory, whole.network));
  });

  test('gives the same run again, and another for another seed', async () => {
    const run = (seed: number) => trainOn(pictures, on(pictures, { ...rest, seed }), { engine: cpu });
    const [a, b, c] = [await run(1), await run(1), await run(2)];
    expectSameBits(a.weights, b.weights);
    expect(a.epochs[0].train.loss).not.toBe(c.epochs[0].train.loss);
  });

  test('is not in the model file', async () => {
    const { augment: _, ...without } = { ...rest, epochs: 1 };
    const operators = async (experiment: Rest) =>
      decode(modelFile(await trainOn(pictures, on(pictures, experiment), { engine: cpu }))).graph.nodes.map(
        ({ op }) => op.name,
      );
    expect(await operators({ ...rest, epochs: 1 })).toEqual(await operators(without));
  });
});

describe('the loss of mixed rows is the blend of the losses of both targets', () => {
  const linear = (units: number): Rest => ({
    model: [{ dense: { units } }],
    preprocess: [],
    augment: [{ mixup: 1 }],
    batchSize: 6,
  });

  /** One batch of six rows on the reference engine: its loss, and what it was made of. */
  async function oneBatch(dataset: Dataset, more: Rest) {
    const { network, memory, trainer, numbers, rows } = await prepare(dataset, more, referenceEngine);
    const weight = await memory.get('dense1.weight');
    const batch = rows.train.slice(0, 6);
    const shares = [...drawAugment(network.augment!, 0, 1, batch)];
    const { loss } = await trainer.run(batch, 1, numbers);
    const units = weight.shape[1];
    const mixed = Array.from(batch, (row, i) =>
      [0, 1].map((k) => {
        const own = dataset.features[2 * row + k];
        const other = dataset.features[2 * batch[5 - i] + k];
        return shares[i] * own + (1 - shares[i]) * other;
      }),
    );
    const outputs = mixed.map(([a, b]) =>
      Array.from({ length: units }, (_, u) => a * weight.data[u] + b * weight.data[units + u]),
    );
    expect(new Set(shares).size, 'each row has a share of its own').toBe(6);
    return { loss: loss[0], batch, shares, outputs, network };
  }

  const logLoss = (row: number[], label: number) => Math.log(row.reduce((sum, x) => sum + Math.exp(x), 0)) - row[label];

  test('for classes', async () => {
    const { loss, batch, shares, outputs } = await oneBatch(three, linear(3));
    const label = (i: number) => three.targets.data[batch[i]];
    const sum = outputs.reduce(
      (sum, row, i) => sum + shares[i] * logLoss(row, label(i)) + (1 - shares[i]) * logLoss(row, label(5 - i)),
      0,
    );
    expect(loss).toBeCloseTo(sum / 6, 6);
  });

  test('for numbers', async () => {
    const { loss, batch, shares, outputs } = await oneBatch(line, { ...linear(1), target: 'raw' });
    const gap = (i: number, k: number) => (outputs[i][0] - line.targets.data[batch[k]]) ** 2;
    const sum = outputs.reduce((sum, _, i) => sum + shares[i] * gap(i, i) + (1 - shares[i]) * gap(i, 5 - i), 0);
    expect(loss).toBeCloseTo(sum / 6, 6);
  });

  test('for classes of different weights, whose weights are blended likewise', async () => {
    const weights = [0.5, 2, 1];
    const more = { ...linear(3), loss: { crossEntropy: { classWeights: weights } } };
    const { loss, batch, shares, outputs } = await oneBatch(three, more);
    const label = (i: number) => three.targets.data[batch[i]];
    let [sum, total] = [0, 0];
    for (const [i, row] of outputs.entries())
      for (const [share, k] of [
        [shares[i], i],
        [1 - shares[i], 5 - i],
      ]) {
        sum += share * weights[label(k)] * logLoss(row, label(k));
        total += share * weights[label(k)];
      }
    expect(loss).toBeCloseTo(sum / total, 6);
  });
});
