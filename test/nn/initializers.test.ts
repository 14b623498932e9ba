import { describe, expect, test } from 'vitest';
import { sizeOf } from '../../src/base/index.ts';
import { describeModel, initialize } from '../../src/nn/index.ts';
import { correlation, mean, sigmas, variance } from './statistics.ts';

/** Weight tensors whose fans all differ. */
const layers = [
  { label: 'dense 200 to 100', kind: 'dense', input: [200], options: { units: 100 }, fanIn: 200, fanOut: 100 },
  {
    label: 'conv 3x5, 16 to 32 channels',
    kind: 'conv2d',
    input: [16, 6, 6],
    options: { filters: 32, kernel: [3, 5] },
    fanIn: 16 * 15,
    fanOut: 32 * 15,
  },
  {
    label: 'conv 3x3 in 4 groups, 32 to 64 channels',
    kind: 'conv2d',
    input: [32, 6, 6],
    options: { filters: 64, groups: 4 },
    fanIn: 8 * 9,
    fanOut: 16 * 9,
  },
] as const;

type Fans = { readonly fanIn: number; readonly fanOut: number };

/** The variance that each initializer promises. */
const rules = [
  { name: 'he', options: {}, variance: ({ fanIn }: Fans) => 2 / fanIn },
  { name: 'xavier', options: {}, variance: ({ fanIn, fanOut }: Fans) => 2 / (fanIn + fanOut) },
  { name: 'xavier', options: { fan: 'fanIn' }, variance: ({ fanIn }: Fans) => 1 / fanIn },
  { name: 'normal', options: { std: 0.03 }, variance: () => 0.03 ** 2 },
] as const;

const distributions = {
  normal: { kurtosis: 3, withinOneSigma: 0.682689, furthest: Infinity },
  uniform: { kurtosis: 1.8, withinOneSigma: 1 / Math.sqrt(3), furthest: Math.sqrt(3) },
} as const;

const weights = (kind: string, input: readonly number[], options: object, seed: number) =>
  initialize(describeModel([{ [kind]: { name: 'layer', ...options } }], input), seed).get('layer.weight')!;

describe('first weights have the mean, the variance and the distribution that the initializer promises', () => {
  for (const layer of layers)
    for (const rule of rules)
      for (const [distribution, { kurtosis, withinOneSigma, furthest }] of Object.entries(distributions)) {
        if (rule.name === 'normal' && distribution === 'uniform') continue;
        const init = { [rule.name]: rule.name === 'normal' ? rule.options : { ...rule.options, distribution } };
        test.each([0, 1, -12345])(`${layer.label}, ${JSON.stringify(init)}, seed %i`, (seed) => {
          const { data } = weights(layer.kind, layer.input, { ...layer.options, init }, seed);
          const expected = rule.variance(layer);
          const error = 1 / Math.sqrt(data.length);
          expect(Math.abs(mean(data)), 'mean').toBeLessThan(sigmas * error * Math.sqrt(expected));
          expect(Math.abs(variance(data) / expected - 1), 'variance').toBeLessThan(
            sigmas * error * Math.sqrt(kurtosis - 1),
          );
          const inner = data.filter((x) => x * x < expected).length / data.length;
          expect(Math.abs(inner - withinOneSigma), 'share within one sigma').toBeLessThan(
            sigmas * error * Math.sqrt(withinOneSigma * (1 - withinOneSigma)),
          );
          expect(
            data.every((x) => Math.abs(x) <= furthest * Math.sqrt(expected)),
            'largest',
          ).toBe(true);
          expect(Math.abs(correlation(data.subarray(1), data)), 'correlation of neighbours').toBeLessThan(
            sigmas * error,
          );
        });
      }
});

describe('first weights depend on the seed and the name of the parameter alone', () => {
  const hidden = { dense: { name: 'hidden', units: 60 } };
  const [wide, narrow] = [
    [hidden, 'relu', { dense: { units: 60 } }],
    [{ dense: { units: 60 } }, 'tanh', hidden, 'relu'],
  ];
  const draw = (model: readonly unknown[], name: string, seed = 3) =>
    initialize(describeModel(model, [60]), seed).get(name)!.data;

  test('the same for the same seed and name, whatever else is in the model', () => {
    expect(draw(wide, 'hidden.weight')).toEqual(draw(wide, 'hidden.weight'));
    expect(draw(narrow, 'hidden.weight')).toEqual(draw(wide, 'hidden.weight'));
  });

  test.each([
    ['another name', draw(wide, 'dense2.weight'), draw(wide, 'hidden.weight')],
    [
      'another name that differs in one character',
      draw([{ dense: { name: 'hiddem', units: 60 } }, 'relu'], 'hiddem.weight'),
      draw(wide, 'hidden.weight'),
    ],
    ['the next seed', draw(wide, 'hidden.weight', 4), draw(wide, 'hidden.weight')],
    ['the seed with the other sign', draw(wide, 'hidden.weight', -3), draw(wide, 'hidden.weight')],
  ])('unrelated for %s', (_, a, b) => {
    expect(Math.abs(correlation(a, b))).toBeLessThan(sigmas / Math.sqrt(a.length));
  });
});

describe('what is no matter of chance is exact', () => {
  const model = describeModel(
    [
      { dense: { units: 5, init: { constant: { value: 0.3 } }, biasInit: 'zeros' } },
      'batchNorm',
      'relu',
      { dense: { units: 2, init: 'zeros', biasInit: { constant: { value: -1 } } } },
    ],
    [4],
  );
  const values = initialize(model, 9);

  test.each([
    ['dense1.weight', 0.3],
    ['dense1.bias', 0],
    ['batchNorm1.scale', 1],
    ['batchNorm1.shift', 0],
    ['batchNorm1.mean', 0],
    ['batchNorm1.variance', 1],
    ['dense2.weight', 0],
    ['dense2.bias', -1],
  ])('%s is %d everywhere', (name, value) => {
    const { data, shape } = values.get(name)!;
    expect(data).toEqual(new Float64Array(sizeOf(shape)).fill(value));
  });

  test('every tensor of the model has first values', () => {
    expect(values.size).toBe(8);
  });
});

test('without a choice, weights before relu are drawn by he, others by xavier', () => {
  const dense = { dense: { units: 3 } };
  const { layers: built } = describeModel([dense, 'batchNorm', 'relu', dense, 'tanh', dense, 'sigmoid', dense], [3]);
  const kinds = built
    .filter(({ kind }) => kind === 'dense')
    .map(({ parameters }) => parameters.weight.initializer.kind);
  expect(kinds).toEqual(['he', 'xavier', 'xavier', 'xavier']);
});
