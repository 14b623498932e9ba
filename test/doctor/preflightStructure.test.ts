import { describe, expect, test } from 'vitest';
import { fromArrays } from '../../src/data/index.ts';
import { digits, iris } from '../train/support.ts';
import { ask, dense, points, type Rest, sides, slope } from './preflightSupport.ts';

const hidden = (units = 16, options: object = {}) => [dense(units, options), 'relu'];
const constant = (value: number) => ({ constant: { value } });

describe('activations', () => {
  test('is quiet on one between any two layers, and where there is one layer by design', async () => {
    expect(await ask('activations', iris)).toMatchObject({ verdict: 'ok' });
    expect(await ask('activations', digits, { model: 'cnn' })).toMatchObject({ verdict: 'ok' });
    expect(await ask('activations', slope(), { model: 'linear' })).toMatchObject({ verdict: 'ok' });
  });

  test('names the layers without one, also where "linear" stands there, and proposes one that mends it', async () => {
    for (const between of [[], ['linear'], ['batchNorm']]) {
      const model = [dense(8), ...between, dense(8), 'relu', dense(3)];
      const outcome = await ask('activations', iris, { model });
      expect(outcome).toMatchObject({ verdict: 'warning', layer: 'dense1' });
      expect(await ask('activations', iris, outcome.changes![0].settings as Rest)).toMatchObject({ verdict: 'ok' });
    }
  });

  test('names the second of two in a row, and proposes to leave it out', async () => {
    const model = [dense(8), 'relu', { sigmoid: { name: 'squash' } }, dense(3)];
    const outcome = await ask('activations', iris, { model });
    expect(outcome).toMatchObject({ verdict: 'warning', layer: 'squash' });
    expect(await ask('activations', iris, outcome.changes![0].settings as Rest)).toMatchObject({ verdict: 'ok' });
  });
});

describe('outputRange', () => {
  const model = [...hidden(), dense(1), 'sigmoid'];
  const shares = slope(300, (y) => 1 / (1 + Math.exp(-y)));

  test('is quiet on an output of any number, and on a sigmoid for targets from 0 to 1', async () => {
    expect(await ask('outputRange', slope())).toMatchObject({ verdict: 'ok' });
    expect(await ask('outputRange', shares, { model, target: 'raw' })).toMatchObject({ verdict: 'ok' });
    expect(await ask('outputRange', iris)).toMatchObject({ verdict: 'skipped' });
  });

  test('is an error where targets lie beyond; what it proposes mends it', async () => {
    for (const dataset of [shares, slope()]) {
      const outcome = await ask('outputRange', dataset, { model });
      expect(outcome).toMatchObject({ verdict: 'error', layer: 'sigmoid1' });
      const [{ settings }] = outcome.changes!;
      expect(await ask('outputRange', dataset, { model, ...settings })).toMatchObject({ verdict: 'ok' });
    }
  });
});

describe('featureMaps', () => {
  const conv = { conv2d: { filters: 4 } };

  test('is quiet on maps that are larger than what looks at them', async () => {
    expect(await ask('featureMaps', digits, { model: 'cnn' })).toMatchObject({ verdict: 'ok' });
  });

  test('names the layer whose window is larger than its map', async () => {
    const pooled = [conv, 'relu', 'maxPool', 'maxPool', 'maxPool'];
    const model = [...pooled, { conv2d: { filters: 4, name: 'late' } }, 'relu', 'flatten', dense(2)];
    expect(await ask('featureMaps', sides(), { model })).toMatchObject({ verdict: 'warning', layer: 'late' });
  });
});

describe('units', () => {
  test('is quiet on layers of usual widths, also on two units for two classes', async () => {
    expect(await ask('units', iris)).toMatchObject({ verdict: 'ok' });
    expect(await ask('units', points(), { model: [...hidden(2), dense(2)] })).toMatchObject({ verdict: 'ok' });
  });

  test('names the layer of one unit that ten classes have to pass', async () => {
    const model = ['flatten', ...hidden(), ...hidden(1), dense(10)];
    expect(await ask('units', digits, { model })).toMatchObject({ verdict: 'warning', layer: 'dense2' });
  });
});

describe('initialWeights', () => {
  test.each(['he', 'xavier', 'lecun', 'orthogonal', 'truncatedNormal', 'uniform'])('is quiet on %s', async (init) => {
    const model = ['flatten', ...hidden(64, { init }), ...hidden(64, { init }), dense(10)];
    expect(await ask('initialWeights', digits, { model })).toMatchObject({ verdict: 'ok' });
  });

  test.each([
    ['far too large', 2],
    ['far too small', 1e-4],
  ])('names the layer whose weights are %s, and proposes others', async (_, std) => {
    const model = ['flatten', ...hidden(64), ...hidden(64, { init: { normal: { std } } }), dense(10)];
    const outcome = await ask('initialWeights', digits, { model });
    expect(outcome).toMatchObject({ verdict: 'warning', layer: 'dense2' });
    expect(await ask('initialWeights', digits, outcome.changes![0].settings as Rest)).toMatchObject({ verdict: 'ok' });
  });
});

describe('symmetricUnits', () => {
  test('is quiet on drawn weights, and on an output layer that begins at 0 on purpose', async () => {
    expect(await ask('symmetricUnits', iris)).toMatchObject({ verdict: 'ok' });
    expect(await ask('symmetricUnits', iris, { model: [...hidden(), dense(3, { init: 'zeros' })] })).toMatchObject({
      verdict: 'ok',
    });
  });

  test.each([0, 0.01])('is an error where all weights of a hidden layer are %d', async (value) => {
    const model = [...hidden(), ...hidden(16, { init: constant(value) }), dense(3)];
    const outcome = await ask('symmetricUnits', iris, { model });
    expect(outcome).toMatchObject({ verdict: 'error', layer: 'dense2' });
    expect(await ask('symmetricUnits', iris, outcome.changes![0].settings as Rest)).toMatchObject({ verdict: 'ok' });
  });
});

describe('deadUnits', () => {
  test('is quiet where half of the numbers are 0 as they should be', async () => {
    expect(await ask('deadUnits', digits)).toMatchObject({ verdict: 'ok' });
  });

  test('names the first layer that is silent, and proposes biases of 0 where they are the cause', async () => {
    const model = [...hidden(16, { biasInit: constant(-20) }), ...hidden(), dense(3)];
    const outcome = await ask('deadUnits', iris, { model });
    expect(outcome).toMatchObject({ verdict: 'error', layer: 'relu1', measured: expect.stringContaining('100 %') });
    expect(await ask('deadUnits', iris, outcome.changes![0].settings as Rest)).toMatchObject({ verdict: 'ok' });
    // What comes behind it is alike because of it.
    expect(await ask('symmetricUnits', iris, { model })).toMatchObject({ verdict: 'ok' });
  });
});

describe('saturation', () => {
  const tanh = (init: unknown) => ['flatten', dense(32, { init }), 'tanh', dense(10)];

  test('is quiet on first weights that suit the activation', async () => {
    expect(await ask('saturation', digits, { model: tanh('auto') })).toMatchObject({ verdict: 'ok' });
    expect(await ask('saturation', iris)).toMatchObject({ verdict: 'skipped' });
  });

  test('names the layer at its bounds', async () => {
    const outcome = await ask('saturation', digits, { model: tanh({ normal: { std: 3 } }) });
    expect(outcome).toMatchObject({ verdict: 'warning', layer: 'tanh1' });
  });
});

describe('signals from end to end', () => {
  const deep = (depth: number, activation: string, init: unknown = 'auto'): (string | Record<string, unknown>)[] => [
    ...Array.from({ length: depth }).flatMap(() => [dense(8, { init }), activation]),
    dense(3),
  ];

  test('are quiet on eight layers of relu, or of tanh, with weights that suit them', async () => {
    for (const activation of ['relu', 'tanh'])
      for (const name of ['activationScale', 'gradientScale'] as const)
        expect(await ask(name, iris, { model: deep(8, activation) })).toMatchObject({ verdict: 'ok' });
  });

  test('vanish through twelve sigmoids, forward and back', async () => {
    const model = deep(12, 'sigmoid');
    expect(await ask('activationScale', iris, { model })).toMatchObject({
      verdict: 'warning',
      layer: expect.stringMatching(/^(sigmoid|dense)/),
    });
    expect(await ask('gradientScale', iris, { model })).toMatchObject({
      verdict: 'warning',
      meaning: expect.stringContaining('vanishes'),
    });
  });

  test('explode where the weights are ten times too large, forward and back', async () => {
    const model = deep(6, 'relu', { normal: { std: 5 } });
    const outcome = await ask('activationScale', iris, { model });
    expect(outcome).toMatchObject({ verdict: 'warning' });
    expect(await ask('activationScale', iris, outcome.changes![0].settings as Rest)).toMatchObject({ verdict: 'ok' });
    expect(await ask('gradientScale', iris, { model })).toMatchObject({
      verdict: 'warning',
      meaning: expect.stringContaining('explodes'),
    });
  });

  test('an output layer that begins at 0 opens with the first update, and is no alarm', async () => {
    const model = [...hidden(), dense(3, { init: 'zeros' })];
    expect(await ask('gradientScale', iris, { model })).toMatchObject({
      verdict: 'ok',
      measured: expect.stringContaining('opens'),
    });
  });

  test('a gradient that is cut off is an error', async () => {
    const model = [...hidden(16, { biasInit: constant(-20) }), dense(3)];
    expect(await ask('gradientScale', iris, { model })).toMatchObject({ verdict: 'error' });
  });
});

describe('finite', () => {
  test('is quiet on finite numbers', async () => {
    expect(await ask('finite', iris)).toMatchObject({ verdict: 'ok', measured: expect.stringContaining('5 layers') });
  });

  test('names the first layer that leaves the numbers', async () => {
    const model = [dense(8), 'exponential', dense(8, { init: { normal: { std: 30 } } }), 'exponential', dense(3)];
    expect(await ask('finite', iris, { model })).toMatchObject({ verdict: 'error', layer: 'exponential2' });
  });

  test('names the inputs where preprocessing makes what is none', async () => {
    const features = Array.from({ length: 100 }, (_, i) => [3e38 * (i % 2 === 0 ? 1 : -1), i]);
    const far = fromArrays({ features, targets: features.map((_, i) => `class ${i % 2}`), name: 'far' });
    expect(await ask('finite', far, { preprocess: [{ center: {} }] })).toMatchObject({
      verdict: 'error',
      layer: 'input',
    });
  });
});

describe('penalties', () => {
  test('is quiet on usual strengths, and on a proximal one that leaves the loss as it is', async () => {
    for (const regularize of [{ l2: 1e-3 }, { l1: 1e-5 }, { l1: { strength: 0.01, proximal: true } }])
      expect(await ask('penalties', iris, { regularize })).toMatchObject({ verdict: 'ok' });
    expect(await ask('penalties', iris)).toMatchObject({ verdict: 'skipped' });
  });

  test('fires where the weights cost more than the data, and proposes a hundredth', async () => {
    const outcome = await ask('penalties', iris, { regularize: { l2: 0.5 } });
    expect(outcome).toMatchObject({
      verdict: 'warning',
      changes: [{ settings: { regularize: { l2: { strength: 0.005 } } } }],
    });
    expect(await ask('penalties', iris, outcome.changes![0].settings as Rest)).toMatchObject({ verdict: 'ok' });
  });
});

describe('initialLoss', () => {
  test.each<[string, typeof iris, Rest, string]>([
    ['softmax', iris, {}, 'guessing gives 1.099, which is ln 3'],
    ['one logit', points(), { loss: 'binaryCrossEntropy' }, '0.6931, which is ln 2'],
    ['smoothed labels', iris, { loss: { crossEntropy: { smoothing: 0.2 } } }, '1.099'],
    ['the support vector machine', iris, { loss: 'hinge' }, 'guessing gives 2.000'],
    ['squared errors', slope(), {}, 'guessing gives'],
    ['raw targets far from 0', slope(300, (y) => y + 20), { target: 'raw' }, 'guessing gives'],
  ])('is near that of guessing for %s', async (_, dataset, rest, says) => {
    expect(await ask('initialLoss', dataset, rest)).toMatchObject({
      verdict: 'ok',
      healthy: expect.stringContaining(says),
    });
  });

  test('fires where the first weights are sure of wrong answers', async () => {
    const model = ['flatten', ...hidden(64), dense(10, { init: { normal: { std: 3 } } })];
    expect(await ask('initialLoss', digits, { model })).toMatchObject({ verdict: 'warning' });
  });

  test('fires where the network knows the answer before it has learned', async () => {
    const told = fromArrays({
      features: Array.from({ length: 100 }, (_, i) => (i % 2 === 0 ? [9, 0] : [0, 9])),
      targets: Array.from({ length: 100 }, (_, i) => `class ${i % 2}`),
      name: 'told',
    });
    const outcome = await ask('initialLoss', told, { model: [dense(2, { init: 'identity' })], preprocess: [] });
    expect(outcome).toMatchObject({ verdict: 'warning', meaning: expect.stringContaining('than it can know') });
  });
});
