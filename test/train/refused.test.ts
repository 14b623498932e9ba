import { describe, expect, test } from 'vitest';
import { type Dataset, fromArrays } from '../../src/data/index.ts';
import { type Experiment, trainOn } from '../../src/train/index.ts';
import { messageOf } from '../data/support.ts';
import { cpu, digits, iris, on } from './support.ts';

type Rest = Record<string, unknown>;

/** The message with which a run is refused; no event may come before it. */
function refusal(dataset: Dataset, rest: Rest): Promise<string> {
  const experiment = { ...on(dataset), ...rest } as Experiment;
  return messageOf(() =>
    trainOn(dataset, experiment, { engine: cpu, onEvent: ({ kind }) => expect.fail(`heard of ${kind}`) }),
  );
}

const numbers = fromArrays({
  features: Array.from({ length: 20 }, (_, i) => [i, -i]),
  targets: Array.from({ length: 20 }, (_, i) => i),
  name: 'line',
});
const two = fromArrays({
  features: Array.from({ length: 20 }, (_, i) => [i]),
  targets: Int32Array.from({ length: 20 }, (_, i) => i % 2),
  name: 'two',
});

describe('shapes that do not fit are refused with the layer and where the shape comes from', () => {
  test.each([
    [
      'dense on images',
      [{ dense: { units: 10 } }],
      [
        'layer "dense1" (dense) needs rows of one axis',
        'put "flatten" before it',
        'received  rows of [1, 8, 8] from the data set "digits"',
      ],
    ],
    [
      'dense after a convolution',
      [{ conv2d: { filters: 4, name: 'eyes' } }, { dense: { units: 10 } }],
      ['layer "dense1" (dense)', 'received  rows of [4, 8, 8] from eyes'],
    ],
    [
      'a kernel larger than the image',
      [{ conv2d: { filters: 4, kernel: 9, padding: 'valid' } }],
      [
        'layer "conv2d1" (conv2d) its window reaches over 9 pixels, but the height of [1, 8, 8] with padding is 8',
        'from the data set "digits"',
      ],
    ],
    [
      'a kernel larger than what pooling left',
      ['maxPool', 'maxPool', 'maxPool', { conv2d: { filters: 4, kernel: [1, 3], padding: 'valid' } }],
      ['layer "conv2d1"', 'but the width of [1, 1, 1] with padding is 1', 'from maxPool3'],
    ],
    ['one pool too many', ['maxPool', 'maxPool', 'maxPool', 'maxPool'], ['layer "maxPool4"', 'from maxPool3']],
    [
      'groups that do not divide the channels',
      [{ conv2d: { filters: 4, groups: 2 } }],
      ['layer "conv2d1"', 'cannot divide 1 channels and 4 filters into 2 groups'],
    ],
    [
      'pooling of rows',
      ['flatten', 'globalAveragePool'],
      ['layer "globalAveragePool1"', 'needs images [channels, height, width]', 'received  rows of [64] from flatten1'],
    ],
  ])('%s', async (_, model, says) => {
    const message = await refusal(digits, { model });
    for (const part of says) expect(message).toContain(part);
  });

  test('a convolution on a table', async () => {
    expect(await refusal(iris, { model: [{ conv2d: { filters: 2 } }] })).toContain(
      'received  rows of [4] from the data set "iris"',
    );
    expect(await refusal(iris, { model: 'cnn' })).toBe(
      'the model "cnn" needs images\n  received  rows of [4]\nFix: use the model "mlp"',
    );
  });
});

describe('what is unknown is refused with the nearest that is known', () => {
  test.each([
    ['layer', { model: ['flattn', { dense: { units: 10 } }] }, 'model[0]: unknown layer "flattn"', 'flatten'],
    ['layer with options', { model: ['flatten', { dens: { units: 10 } }] }, 'model[1]: unknown layer "dens"', 'dense'],
    [
      'option of a layer',
      { model: ['flatten', { dense: { units: 10, bais: true } }] },
      'unknown option "bais" in model[1].dense',
      'bias',
    ],
    [
      'required option of a layer',
      { model: ['flatten', { dense: { unit: 10 } }] },
      'unknown option "unit" in model[1].dense',
      'units',
    ],
    [
      'initializer',
      { model: ['flatten', { dense: { units: 10, init: 'xaver' } }] },
      'dense1.weight: unknown initializer "xaver"',
      'xavier',
    ],
    ['model', { model: 'mpl' }, 'model: unknown model "mpl"', 'mlp'],
    ['loss', { loss: 'crossEntrpy' }, 'loss: unknown loss "crossEntrpy"', 'crossEntropy'],
    ['metric', { metric: 'acuracy' }, 'metric: unknown metric "acuracy"', 'accuracy'],
    ['optimizer', { optimizer: 'Adam2' }, 'optimizer: unknown optimizer "Adam2"', 'adam'],
    [
      'option of an optimizer',
      { optimizer: { adam: { beta: 0.9 } } },
      'unknown option "beta" in optimizer.adam',
      'beta1',
    ],
    ['schedule', { schedule: 'cosin' }, 'schedule: unknown schedule "cosin"', 'cosine'],
    ['regularizer', { regularize: { L2x: 0.1 } }, 'regularize: unknown regularizer "L2x"', 'l2'],
    [
      'preprocessing step',
      { preprocess: ['standardise'] },
      'preprocess[0]: unknown preprocessing step "standardise"',
      'standardize',
    ],
    ['setting', { epoch: 5 }, 'unknown option "epoch"', 'epochs'],
    ['setting of the split', { split: { validaton: 0.2 } }, 'unknown option "validaton" in split', 'validation'],
    [
      'setting of early stopping',
      { earlyStopping: { patiense: 5 } },
      'unknown option "patiense" in earlyStopping',
      'patience',
    ],
  ])('%s', async (_, rest, says, near) => {
    const message = await refusal(digits, rest);
    expect(message).toContain(says);
    expect(message).toContain(`did you mean "${near}"?`);
  });
});

describe('numbers that cannot work are refused by name', () => {
  test.each([
    [{ optimizer: { adam: { lr: 0 } } }, 'optimizer.adam.lr: must be greater than 0\n  received  0'],
    [{ optimizer: { sgd: { lr: -0.1 } } }, 'optimizer.sgd.lr: must be greater than 0\n  received  -0.1'],
    [{ optimizer: { momentum: { momentum: 1 } } }, 'optimizer.momentum.momentum: must be less than 1'],
    [{ epochs: 0 }, 'epochs: must be greater than 0'],
    [{ epochs: 1.5 }, 'epochs: must be a whole number'],
    [{ batchSize: -1 }, 'batchSize: must be greater than 0'],
    [{ seed: 0.5 }, 'seed: must be a whole number'],
    [{ regularize: { l2: -1 } }, 'regularize.l2.strength: must be at least 0'],
    [{ model: [{ dense: { units: 0 } }] }, 'model[0].dense.units: must be greater than 0'],
    [{ model: [{ dropout: { rate: 1 } }] }, 'model[0].dropout.rate: must be less than 1'],
    [{ limit: { train: 0 } }, 'limit.train: must be greater than 0'],
    [{ split: { validation: 1.5 } }, 'out of range'],
    [{ split: { validation: 0.5, test: 0.5 } }, 'leave no rows to train on'],
    [{ split: { validation: 0 }, earlyStopping: { patience: 3 } }, 'early stopping needs validation rows'],
    [
      { batchSize: 2000 },
      'batchSize 2,000 is larger than the training set\n  expected  at most 120\n  received  2,000',
    ],
    [{ limit: { train: 30 }, batchSize: 31 }, 'expected  at most 30'],
    [{ limit: { train: 5000 } }, 'the limit for train does not fit its rows'],
  ])('%j', async (rest, says) => {
    expect(await refusal(iris, rest)).toContain(says);
  });
});

describe('a loss or metric that does not fit is refused with the way to mend it', () => {
  const ends = (...last: unknown[]) => ({ model: ['flatten', ...last] });
  test.each<[string, Dataset, Rest, string]>([
    [
      'relu before crossEntropy',
      digits,
      ends({ dense: { units: 10 } }, 'relu'),
      'remove the last layer, "relu": the loss applies the softmax itself',
    ],
    [
      'too few units',
      digits,
      ends({ dense: { units: 9 } }),
      'end the model with { "dense": { "units": 10 } }; it now gives [9]',
    ],
    [
      'images left over',
      digits,
      { model: [{ conv2d: { filters: 10 } }] },
      'expected  10 logits a row, one for each class',
    ],
    [
      'mean squared error with classes',
      digits,
      { loss: 'meanSquaredError' },
      'use the loss "crossEntropy" for classes',
    ],
    ['crossEntropy with numbers', numbers, { loss: 'crossEntropy' }, 'use the loss "meanSquaredError" for numbers'],
    [
      'too many outputs for numbers',
      numbers,
      { model: [{ dense: { units: 2 } }] },
      'end the model with { "dense": { "units": 1 } }',
    ],
    ['binaryCrossEntropy with ten classes', digits, { loss: 'binaryCrossEntropy' }, 'use the loss "crossEntropy"'],
    [
      'binaryCrossEntropy with two logits',
      two,
      { loss: 'binaryCrossEntropy', model: [{ dense: { units: 2 } }] },
      '"units": 1',
    ],
    [
      'sigmoid before binaryCrossEntropy',
      two,
      { loss: 'binaryCrossEntropy', model: [{ dense: { units: 1 } }, 'sigmoid'] },
      'the loss applies the sigmoid itself',
    ],
    ['accuracy of numbers', numbers, { metric: 'accuracy' }, 'use one of: rmse'],
    ['rmse of classes', digits, { metric: 'rmse' }, 'use one of: accuracy'],
  ])('%s', async (_, dataset, rest, fix) => {
    expect(await refusal(dataset, rest)).toContain(fix);
  });
});

describe('models that cannot be are refused', () => {
  test.each([
    ['no layers', [], 'the model has no layers'],
    [
      'a name used twice',
      [{ dense: { units: 4, name: 'a' } }, { dense: { units: 3, name: 'a' } }],
      'model[1]: two layers are called "a"',
    ],
    [
      'a name that another layer has by itself',
      [{ dense: { units: 4, name: 'dense2' } }, { dense: { units: 3 } }],
      'two layers are called "dense2"',
    ],
    [
      'a name that is no name',
      [{ dense: { units: 3, name: 'a/b' } }],
      'model[0].dense.name: must be letters, digits, - and _',
    ],
    ['two layers in one entry', [{ relu: {}, dense: { units: 3 } }], 'model[0]: expected one layer'],
  ])('%s', async (_, model, says) => {
    expect(await refusal(iris, { model })).toContain(says);
  });
});

describe('batch normalization', () => {
  const model = [{ dense: { units: 4 } }, 'batchNorm', { dense: { units: 3 } }];

  test('of batches of one row is refused by name', async () => {
    expect(await refusal(iris, { model, batchSize: 1 })).toContain(
      'layer "batchNorm1" cannot normalize a batch of one row',
    );
  });

  test('leaves out a last batch of one row, another row each time, and says so', async () => {
    const run = await trainOn(iris, on(iris, { model, batchSize: 17, epochs: 2 }), { engine: cpu });
    // 120 = 7 · 17 + 1
    expect(run.notes).toEqual([
      'each epoch leaves out one row, another one each time: "batchNorm1" cannot normalize a last batch of one row',
    ]);
    expect(run.updates).toBe(14);
    expect(Number.isFinite(run.test!.loss)).toBe(true);
  });

  test('says nothing where the last batch has two rows or more', async () => {
    const run = await trainOn(iris, on(iris, { model, batchSize: 59, epochs: 1 }), { engine: cpu });
    expect([run.notes, run.updates]).toEqual([[], 3]);
  });
});

describe('data that cannot be trained on is refused with row and column', () => {
  test('NaN and infinity among the features and targets', async () => {
    const damaged = (at: number, value: number): Dataset => ({
      ...iris,
      features: (iris.features as Float32Array).with(at, value),
    });
    expect(await refusal(damaged(4 * 17 + 2, Number.NaN), {})).toContain(
      'row 17 of "iris", column "petal length (cm)", is NaN',
    );
    expect(await refusal(damaged(0, Infinity), {})).toContain(
      'row 0 of "iris", column "sepal length (cm)", is Infinity',
    );
    const targets = {
      ...numbers.targets,
      data: Float32Array.from({ length: 20 }, (_, i) => (i === 3 ? Number.NaN : i)),
    };
    expect(await refusal({ ...numbers, targets } as Dataset, {})).toContain('row 3 of "line", the target, is NaN');
  });

  test('labels out of range', async () => {
    const targets = {
      kind: 'classes',
      data: Int32Array.from({ length: 150 }, (_, i) => i % 4),
      classes: ['a', 'b', 'c'],
    } as const;
    expect(await refusal({ ...iris, targets }, {})).toContain('row 3 of "iris" has the label 3');
  });

  test('constant features are noted, not refused', async () => {
    const table = fromArrays({
      features: Array.from({ length: 40 }, (_, i) => [i, 5]),
      targets: Array.from({ length: 40 }, (_, i) => i),
      name: 'half',
    });
    const run = await trainOn(table, on(table, { epochs: 1 }), { engine: cpu });
    expect(run.notes).toEqual(['1 of 2 features are constant in the training rows (1); they carry no information']);
    expect(Number.isFinite(run.test!.loss)).toBe(true);
  });
});
