import { describe, expect, test } from 'vitest';
import { Random } from '../../src/base/index.ts';
import { fromArrays } from '../../src/data/index.ts';
import { train } from '../../src/index.ts';
import { trainOn } from '../../src/train/index.ts';
import { cpu, digits, iris, on } from './support.ts';

const random = new Random(1);
const points = Array.from({ length: 300 }, () => [random.normal(), random.normal()]);

describe('training learns what can be learned', () => {
  test('digits, with the settings that are chosen for the user', async () => {
    const run = await trainOn(digits, on(digits), { engine: cpu });
    expect(run.test!.metric).toBeGreaterThan(0.94);
  });

  test('digits with convolutions', async () => {
    const run = await trainOn(digits, on(digits, { model: 'cnn', epochs: 5 }), { engine: cpu });
    expect(run.test!.metric).toBeGreaterThan(0.92);
  });

  test('a line of two features, by regression down to the noise', async () => {
    const noise = 0.1;
    const targets = points.map(([a, b]) => 3 * a - 2 * b + 1 + noise * random.normal());
    const data = fromArrays({ features: points, targets, name: 'line' });
    const experiment = { data, model: 'linear', target: 'raw', optimizer: { sgd: { lr: 0.1 } }, epochs: 30 } as const;
    const run = await train(experiment, { engine: cpu });
    expect(run.settings).toMatchObject({ loss: 'meanSquaredError', metric: 'rmse', data: { dataset: 'line' } });
    expect(run.test!.metric).toBeCloseTo(Math.sqrt(run.test!.loss), 6);
    // 30 test rows: a standard error of the rmse of about noise / sqrt(60).
    expect(Math.abs(run.test!.metric - noise)).toBeLessThan((4 * noise) / Math.sqrt(60));
  });

  test('exclusive or, by one logit and binary cross-entropy', async () => {
    const targets = Int32Array.from(points, ([a, b]) => (a * b > 0 ? 1 : 0));
    const data = fromArrays({ features: points, targets, classes: ['no', 'yes'], name: 'xor' });
    const model = [{ dense: { units: 16 } }, 'tanh', { dense: { units: 1 } }];
    const experiment = { data, model, loss: 'binaryCrossEntropy', optimizer: { adam: { lr: 0.03 } }, epochs: 40 };
    const run = await train(experiment, { engine: cpu });
    expect(run.test!.metric).toBeGreaterThan(0.9);
    expect(run.dataset.classes).toEqual(['no', 'yes']);
  });

  test('the same two classes by two logits and cross-entropy', async () => {
    const targets = points.map(([a, b]) => (a > b ? 'above' : 'below'));
    const data = fromArrays({ features: points, targets, name: 'sides' });
    const run = await train({ data, model: 'linear', optimizer: { adam: { lr: 0.05 } }, epochs: 20 }, { engine: cpu });
    expect(run.test!.metric).toBeGreaterThan(0.9);
  });

  test('images of bytes, which are pixels', async () => {
    const features = Uint8Array.from({ length: 200 * 64 }, () => random.below(100));
    const targets = Int32Array.from({ length: 200 }, (_, row) => row % 2);
    // A bright corner tells the classes apart.
    for (const [row, label] of targets.entries()) features[row * 64 + 63 * label] = 255;
    const data = fromArrays({ features, shape: [1, 8, 8], targets, name: 'corners' });
    const model = ['flatten', { dense: { units: 2 } }];
    const run = await train(
      { data, model, preprocess: ['rescale'], optimizer: { adam: { lr: 0.05 } }, epochs: 20 },
      { engine: cpu },
    );
    expect(run.test!.metric).toBe(1);
  });
});

describe('train', () => {
  test('loads a data set by name, and refuses one that it does not know', async () => {
    const run = await train({ data: { dataset: 'iris' }, epochs: 1 }, { engine: cpu });
    expect(run.dataset).toMatchObject({ name: 'iris', rows: 150, classes: ['setosa', 'versicolor', 'virginica'] });
    await expect(train({ data: { dataset: 'irsi' } })).rejects.toThrow('did you mean "iris"?');
  });

  test('measures no test where no rows were kept for it', async () => {
    const run = await trainOn(iris, on(iris, { split: { test: 0 }, epochs: 1 }), { engine: cpu });
    expect(run.test).toBeUndefined();
  });
});
