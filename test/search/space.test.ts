import { describe, expect, test } from 'vitest';
import { Random, WellfitError } from '../../src/base/index.ts';
import { loadDataset } from '../../src/data/readers/index.ts';
import { evenly } from '../../src/search/samplers/random.ts';
import { activeIn } from '../../src/search/space/parameter.ts';
import { fill, readSpace } from '../../src/search/space/read.ts';
import { usualSpace } from '../../src/search/space/usual.ts';
import { resolve } from '../../src/train/index.ts';

const template = {
  data: { dataset: 'digits' },
  optimizer: {
    choice: [
      { adam: { lr: { log: [1e-5, 1e-1] } } },
      { momentum: { lr: { log: [1e-4, 1] }, momentum: { uniform: [0.5, 0.99] } } },
    ],
  },
  model: [
    'flatten',
    {
      repeat: { int: [1, 3] },
      layers: [{ dense: { units: { int: [16, 256], step: 16 } } }, { choice: ['relu', 'elu'] }],
    },
    { dense: { units: 10 } },
  ],
  batchSize: { choice: [32, 64] },
};

describe('a space is read from an experiment', () => {
  test('each range by its place, and what stands inside of choices and repetitions only beside them', () => {
    const space = readSpace(template);
    expect(space.map(({ name, when }) => [name, when?.parameter, when?.is.join(' ')])).toEqual([
      ['optimizer', undefined, undefined],
      ['optimizer.adam.lr', 'optimizer', '0'],
      ['optimizer.momentum.lr', 'optimizer', '1'],
      ['optimizer.momentum.momentum', 'optimizer', '1'],
      ['model.1.repeat', undefined, undefined],
      ['model.1.0.0.dense.units', 'model.1.repeat', '1 2 3'],
      ['model.1.0.1', 'model.1.repeat', '1 2 3'],
      ['model.1.1.0.dense.units', 'model.1.repeat', '2 3'],
      ['model.1.1.1', 'model.1.repeat', '2 3'],
      ['model.1.2.0.dense.units', 'model.1.repeat', '3'],
      ['model.1.2.1', 'model.1.repeat', '3'],
      ['batchSize', undefined, undefined],
    ]);
  });

  test('values go where the ranges stood', () => {
    const values = {
      ...{ optimizer: 1, 'optimizer.momentum.lr': 0.1, 'optimizer.momentum.momentum': 0.9, batchSize: 0 },
      ...{
        'model.1.repeat': 2,
        'model.1.0.0.dense.units': 32,
        'model.1.0.1': 0,
        'model.1.1.0.dense.units': 64,
        'model.1.1.1': 1,
      },
    };
    expect(fill(template, values)).toEqual({
      data: { dataset: 'digits' },
      optimizer: { momentum: { lr: 0.1, momentum: 0.9 } },
      model: ['flatten', { dense: { units: 32 } }, 'relu', { dense: { units: 64 } }, 'elu', { dense: { units: 10 } }],
      batchSize: 32,
    });
  });

  test('whatever is drawn can be trained', async () => {
    const digits = await loadDataset('digits');
    const space = readSpace(template);
    for (let seed = 0; seed < 50; seed++) {
      const values = evenly(space, new Random(seed));
      expect(Object.keys(values)).toEqual(activeIn(space, values).map(({ name }) => name));
      expect(() => resolve(fill(template, values), digits)).not.toThrow();
    }
  });

  test.each([
    [{ lr: { log: [0, 1] } }, /begin above 0[\s\S]*"choice": \[0, /],
    [{ lr: { log: [-1, 1] } }, /begin above 0/],
    [{ lr: { uniform: [2, 1] } }, /upside down[\s\S]*from 1 to 2/],
    [{ lr: { uniform: [1, 1] } }, /nothing to choose/],
    [{ lr: { choice: [1] } }, /nothing to choose/],
    [{ epochs: { int: [1, 10], step: 20 } }, /nothing to choose[\s\S]*step smaller/],
    [{ epochs: { int: [1.5, 10] } }, /epochs/],
    [{ epochs: { int: [1, 10], log: true, step: 2 } }, /no step/],
    [{ lr: { log: [1, 2], steps: 3 } }, /unknown option "steps"/],
    [{ model: [{ repeat: 3, layers: ['relu'] }] }, /whole numbers from 0 up/],
    [
      { optimizer: { choice: [{ adam: { lr: { log: [1, 2] } } }, { adam: { lr: { log: [3, 4] } } }] } },
      /the same place: optimizer.adam.lr/,
    ],
  ])('what cannot be searched is refused: %j', (experiment, words) => {
    expect(() => readSpace(experiment)).toThrow(WellfitError);
    expect(() => readSpace(experiment)).toThrow(words);
  });
});

describe('the usual space of an experiment', () => {
  test.each(['digits', 'iris'])('holds the settings that it has without a search: %s', async (name) => {
    const dataset = await loadDataset(name);
    const experiment = { data: { dataset: name } };
    const { template: ranged, values } = usualSpace(experiment, dataset);
    const space = readSpace(ranged);
    expect(activeIn(space, values).map((parameter) => parameter.name)).toEqual(
      space.map((parameter) => parameter.name).filter((one) => one in values),
    );
    const [before, after] = [resolve(experiment, dataset).settings, resolve(fill(ranged, values), dataset).settings];
    const kinds = (settings: typeof before) =>
      settings.model.map((layer) => JSON.stringify({ ...(Object.values(layer as object)[0] as object), name: '' }));
    expect(after.optimizer).toEqual(before.optimizer);
    expect(after.batchSize).toBe(before.batchSize);
    expect(after.epochs).toBe(before.epochs);
    expect(kinds(after).filter((layer) => layer.includes('units'))).toEqual(
      kinds(before).filter((layer) => layer.includes('units')),
    );
  });

  test('leaves what was asked for', async () => {
    const dataset = await loadDataset('digits');
    const { template: ranged } = usualSpace(
      { data: { dataset: 'digits' }, lr: 0.02, batchSize: 100, model: ['flatten', { dense: { units: 10 } }] },
      dataset,
    );
    expect(readSpace(ranged).map(({ name }) => name)).toEqual(['regularize.l2']);
  });
});
