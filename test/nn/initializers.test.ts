import { describe, expect, test } from 'vitest';
import { Random, sizeOf, type Tensor } from '../../src/base/index.ts';
import { evaluate } from '../../src/engine/index.ts';
import { Graph, liveNodes } from '../../src/graph/index.ts';
import {
  describeModel,
  forward,
  type Initializer,
  initialize,
  initializers,
  type Model,
  parametersOf,
  unitOf,
} from '../../src/nn/index.ts';
import { gap, readGolden, type StoredTensor, tensorOf } from '../golden/read.ts';
import { correlation, mean, sigmas, variance } from './statistics.ts';

/** Weight tensors whose fans all differ; one is narrow, where a correction for finite width shows. */
const layers = [
  { label: 'dense 200 to 100', layer: { dense: { units: 100 } }, input: [200], fanIn: 200, fanOut: 100 },
  { label: 'dense 6 to 4000', layer: { dense: { units: 4000 } }, input: [6], fanIn: 6, fanOut: 4000 },
  {
    label: 'conv 3x5, 16 to 32 channels',
    layer: { conv2d: { filters: 32, kernel: [3, 5] } },
    input: [16, 6, 6],
    fanIn: 16 * 15,
    fanOut: 32 * 15,
  },
  {
    label: 'conv 3x3 in 4 groups, 32 to 64 channels',
    layer: { conv2d: { filters: 64, groups: 4 } },
    input: [32, 6, 6],
    fanIn: 8 * 9,
    fanOut: 16 * 9,
  },
  {
    label: 'maxout 50 to 100',
    layer: { maxout: { units: 100, pieces: 4 } },
    input: [50],
    fanIn: 50,
    fanOut: 100,
  },
] as const;

type Fans = { readonly fanIn: number; readonly fanOut: number };

/** Kurtosis, share within one standard deviation, and the furthest number in standard deviations. */
const distributions = {
  normal: { kurtosis: 3, withinOneSigma: 0.682689, furthest: Infinity },
  uniform: { kurtosis: 1.8, withinOneSigma: 1 / Math.sqrt(3), furthest: Math.sqrt(3) },
  truncated: { kurtosis: 2.365537, withinOneSigma: 0.650537, furthest: 2 / Math.sqrt(0.773741) },
};

interface Rule {
  readonly init: object;
  readonly variance: (fans: Fans) => number;
  readonly distribution?: keyof typeof distributions;
  readonly mean?: number;
}

const ofBoth = ({ fanIn, fanOut }: Fans) => 2 / (fanIn + fanOut);

/** What each initializer that draws independent numbers promises. */
const rules: readonly Rule[] = [
  { init: { he: {} }, variance: ({ fanIn }) => 2 / fanIn },
  { init: { he: { distribution: 'uniform' } }, variance: ({ fanIn }) => 2 / fanIn, distribution: 'uniform' },
  { init: { he: { slope: 0.5 } }, variance: ({ fanIn }) => 1.6 / fanIn },
  { init: { xavier: {} }, variance: ofBoth },
  { init: { xavier: { distribution: 'uniform' } }, variance: ofBoth, distribution: 'uniform' },
  { init: { xavier: { fan: 'fanIn' } }, variance: ({ fanIn }) => 1 / fanIn },
  { init: { lecun: {} }, variance: ({ fanIn }) => 1 / fanIn },
  { init: { lecun: { distribution: 'uniform' } }, variance: ({ fanIn }) => 1 / fanIn, distribution: 'uniform' },
  { init: { dataDependent: {} }, variance: ({ fanIn }) => 1 / fanIn },
  { init: { normal: { std: 0.03 } }, variance: () => 0.03 ** 2 },
  { init: { uniform: { low: 0.1, high: 0.5 } }, variance: () => 0.16 / 12, distribution: 'uniform', mean: 0.3 },
  { init: { truncatedNormal: { std: 0.03 } }, variance: () => 0.773741 * 0.03 ** 2, distribution: 'truncated' },
  { init: { randomWalk: {} }, variance: ({ fanIn }) => (2 * Math.exp(2.4 / (fanIn - 2.4))) / fanIn },
  { init: { randomWalk: { activation: 'linear' } }, variance: ({ fanIn }) => Math.exp(1 / fanIn) / fanIn },
];

/** First values of a model of one layer, under the names "weight" and "bias". */
function firstValues(layer: object, input: readonly number[], init: unknown, seed = 0): Record<string, Tensor> {
  const [[kind, options]] = Object.entries(layer);
  const model = describeModel([{ [kind]: { ...options, name: 'layer', init } }], input);
  return Object.fromEntries([...initialize(model, seed)].map(([name, value]) => [name.split('.')[1], value]));
}

describe('first weights have the mean, the variance and the distribution that the initializer promises', () => {
  for (const { label, layer, input, ...fans } of layers)
    for (const { init, variance: promised, distribution = 'normal', mean: center = 0 } of rules)
      test.each([0, 1, -12345])(`${label}, ${JSON.stringify(init)}, seed %i`, (seed) => {
        const { kurtosis, withinOneSigma, furthest } = distributions[distribution];
        const data = firstValues(layer, input, init, seed).weight.data.map((x) => x - center);
        const expected = promised(fans);
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
          data.every((x) => Math.abs(x) <= (1 + 1e-6) * furthest * Math.sqrt(expected)),
          'largest',
        ).toBe(true);
        expect(Math.abs(correlation(data.subarray(1), data)), 'correlation of neighbours').toBeLessThan(sigmas * error);
      });
});

test('an initializer is tested above, or below by what makes it special', () => {
  const drawn = rules.flatMap(({ init }) => Object.keys(init));
  const special = ['zeros', 'ones', 'constant', 'orthogonal', 'identity', 'lsuv'];
  expect([...new Set([...drawn, ...special])].sort()).toEqual(Object.keys(initializers).sort());
});

interface Golden {
  readonly variances: readonly { init: object; layer: object; shape: number[]; variance: number }[];
  readonly identities: readonly { layer: object; shape: number[]; weight: StoredTensor }[];
}

const golden = readGolden<Golden>('torch-nn.json');

describe('torch.nn.init gives the same variance', () => {
  for (const { init, layer, shape, variance: theirs } of golden.variances)
    test(`${JSON.stringify(init)} for ${JSON.stringify(layer)}`, () => {
      const ours = Array.from({ length: 20 }, (_, seed) => variance(firstValues(layer, shape, init, seed).weight.data));
      const count = 20 * firstValues(layer, shape, init).weight.data.length;
      expect(Math.abs(mean(ours) / theirs - 1)).toBeLessThan(0.002 + sigmas * Math.sqrt(2 / count));
    });
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
      'prelu',
      { dense: { units: 2, init: 'zeros', biasInit: { constant: { value: -1 } } } },
      { dense: { units: 2, init: 'ones', bias: false } },
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
    ['prelu1.slope', 0.25],
    ['dense2.weight', 0],
    ['dense2.bias', -1],
    ['dense3.weight', 1],
  ])('%s is %d everywhere', (name, value) => {
    const { data, shape } = values.get(name)!;
    expect(data).toEqual(new Float64Array(sizeOf(shape)).fill(value));
  });

  test('every tensor of the model has first values', () => {
    expect(values.size).toBe(10);
  });
});

describe('orthogonal weights', () => {
  const shapes = [
    { layer: { dense: { units: 20 } }, input: [20] },
    { layer: { dense: { units: 30 } }, input: [7] },
    { layer: { dense: { units: 5 } }, input: [40] },
    { layer: { conv2d: { filters: 6, kernel: [3, 2] } }, input: [2, 5, 5] },
    { layer: { conv2d: { filters: 30, kernel: 1 } }, input: [4, 5, 5] },
    { layer: { conv2d: { filters: 8, groups: 2 } }, input: [4, 5, 5] },
    { layer: { dense: { units: 1 } }, input: [9] },
  ];
  const kinds = [
    { init: 'orthogonal', gain: 1 },
    { init: { orthogonal: { gain: 1.7 } }, gain: 1.7 },
    { init: 'lsuv', gain: 1 },
  ];
  for (const { layer, input } of shapes)
    for (const { init, gain } of kinds)
      test(`${JSON.stringify(init)}, ${JSON.stringify(layer)} on [${input}]: the fewer of rows and columns are orthonormal, times gain`, () => {
        const { data, shape } = firstValues(layer, input, init).weight;
        const [rows, columns] = [shape[0], data.length / shape[0]];
        const at = (vector: number, k: number) => data[rows <= columns ? vector * columns + k : k * columns + vector];
        const [fewer, length] = [Math.min(rows, columns), Math.max(rows, columns)];
        for (let a = 0; a < fewer; a++)
          for (let b = 0; b <= a; b++) {
            let product = 0;
            for (let k = 0; k < length; k++) product += at(a, k) * at(b, k);
            expect(Math.abs(product - (a === b ? gain ** 2 : 0)), `${a} and ${b}`).toBeLessThan(1e-12);
          }
      });

  test('favour no direction: in 2 dimensions every angle and both reflections are equally likely', () => {
    const count = 4000;
    const drawn = Array.from(
      { length: count },
      (_, seed) => firstValues({ dense: { units: 2 } }, [2], 'orthogonal', seed).weight.data,
    );
    for (const harmonic of [1, 2, 3, 4])
      for (const f of [Math.cos, Math.sin])
        expect(Math.abs(mean(drawn.map(([x, y]) => f(harmonic * Math.atan2(y, x)))))).toBeLessThan(
          sigmas / Math.sqrt(2 * count),
        );
    expect(Math.abs(mean(drawn.map(([a, b, c, d]) => Math.sign(a * d - b * c))))).toBeLessThan(
      sigmas / Math.sqrt(count),
    );
  });
});

/** Output of the model over rows, on the reference engine in evaluation. */
function outputOf(model: Model, values: ReadonlyMap<string, Tensor>, x: Tensor): Tensor {
  const graph = new Graph();
  const states = new Map([...values].map(([name, value]) => [name, graph.state(name, 'float', value.shape)]));
  graph.output('y', forward(model, graph.feed('x', 'float', x.shape), { values: states, training: false }).output);
  return evaluate(graph, liveNodes(graph), { x, ...Object.fromEntries(values) }).outputs.y;
}

function inputFor(shape: readonly number[], seed = 1, of = (random: Random) => random.normal()): Tensor {
  const random = new Random(seed);
  return { dtype: 'float', shape, data: Float64Array.from({ length: sizeOf(shape) }, () => of(random)) };
}

describe('identity weights', () => {
  for (const { layer, shape, weight } of golden.identities)
    test(`are those of torch.nn.init for ${JSON.stringify(layer)} on [${shape}]`, () => {
      const ours = firstValues(layer, shape, { identity: { gain: 1 } }).weight;
      expect(ours.shape).toEqual(weight.shape);
      expect(gap(ours.data, tensorOf(weight).data)).toBe(0);
    });

  for (const [layer, shape] of [
    [{ dense: { units: 4 } }, [4]],
    [{ conv2d: { filters: 4 } }, [4, 5, 6]],
    [{ conv2d: { filters: 4, kernel: [1, 5], groups: 2 } }, [4, 5, 6]],
    [{ conv2d: { filters: 4, kernel: [4, 2], groups: 4 } }, [4, 5, 6]],
    [{ conv2d: { filters: 2, dilation: 2 } }, [2, 7, 7]],
  ] as const)
    test(`give back the input times gain: ${JSON.stringify(layer)}`, () => {
      const [[kind, options]] = Object.entries(layer);
      const model = describeModel([{ [kind]: { ...options, init: { identity: { gain: -2 } } } }], shape);
      const x = inputFor([3, ...shape]);
      const expected = x.data.map((v) => -2 * v);
      expect(gap(outputOf(model, initialize(model, 0), x).data, expected)).toBe(0);
    });
});

test.each(['orthogonal', 'lsuv', 'identity'])('%s refuses a bias in words', (init) => {
  const model = describeModel([{ dense: { units: 3, biasInit: init } }], [2]);
  expect(() => initialize(model, 0)).toThrow(/is for weights[\s\S]*received +\[3\][\s\S]*zeros/);
});

test('a uniform range that does not rise is refused', () => {
  const init = { uniform: { low: 1, high: 1 } };
  expect(() => describeModel([{ dense: { units: 1, init } }], [2])).toThrow(/must rise from low to high/);
});

/** What training does with an initializer that looks at data, in plain loops: measure, correct, ask again. */
function calibrated(model: Model, x: Tensor): { values: Map<string, Tensor>; corrections: number } {
  const [{ spec }] = parametersOf(model);
  const { kind, options } = spec.initializer;
  const values = initialize(model, 5);
  for (let corrections = 0; ; corrections++) {
    const initializer: Initializer = initializers[kind as keyof typeof initializers];
    const correction = initializer.calibrate!(momentsOf(outputOf(model, values, x)), options, corrections);
    if (!correction) return { values, corrections };
    const { factor, shift } = correction;
    for (const [name, { shape, data, ...rest }] of values) {
      const changed = data.map((value, i) => {
        const unit = unitOf(shape, i) % factor.length;
        return value * factor[unit] + (name.endsWith('bias') ? shift[unit] : 0);
      });
      values.set(name, { ...rest, shape, data: changed });
    }
  }
}

function momentsOf({ shape: [, units, ...rest], data }: Tensor) {
  const inner = sizeOf(rest);
  const of = (unit: number) => data.filter((_, i) => Math.floor(i / inner) % units === unit);
  const means = Float64Array.from({ length: units }, (_, unit) => mean(of(unit)));
  return { mean: means, variance: means.map((center, unit) => variance(of(unit), center)) };
}

describe('after calibration', () => {
  const skewed = (random: Random) => 3 + 5 * random.uniform() ** 3;
  const models = [
    { layer: { dense: { units: 7 } }, shape: [5] },
    { layer: { dense: { units: 7, bias: false } }, shape: [5] },
    { layer: { conv2d: { filters: 6, padding: 'valid' } }, shape: [2, 5, 6] },
    { layer: { conv2d: { filters: 6, groups: 2, kernel: 1 } }, shape: [4, 3, 3] },
    { layer: { maxout: { units: 4, pieces: 3 } }, shape: [5] },
  ];
  const modelOf = (layer: object, shape: readonly number[], init: unknown) => {
    const [[kind, options]] = Object.entries(layer);
    return describeModel([{ [kind]: { ...options, init } }], shape);
  };

  for (const { layer, shape } of models) {
    const x = inputFor([40, ...shape], 2, skewed);

    test(`of lsuv the whole output has variance 1: ${JSON.stringify(layer)}`, () => {
      const model = modelOf(layer, shape, 'lsuv');
      const { values, corrections } = calibrated(model, x);
      const { data } = outputOf(model, values, x);
      expect(Math.abs(variance(data, mean(data)) - 1)).toBeLessThan(1e-12);
      expect(corrections).toBe(1);
    });

    test(`of dataDependent every unit has variance 1, and mean 0 where there is a bias: ${JSON.stringify(layer)}`, () => {
      const model = modelOf(layer, shape, 'dataDependent');
      const { values } = calibrated(model, x);
      const moments = momentsOf(outputOf(model, values, x));
      for (const v of moments.variance) expect(Math.abs(v - 1), 'variance').toBeLessThan(1e-12);
      if (values.size === 2) for (const m of moments.mean) expect(Math.abs(m), 'mean').toBeLessThan(1e-12);
    });
  }

  test.each([
    ['lsuv', 0],
    ['dataDependent', 0],
    ['dataDependent', 0.1],
  ])('of %s a layer whose input is always %d is as it was drawn', (init, fill) => {
    const model = modelOf({ dense: { units: 3 } }, [4], init);
    const x = inputFor([20, 4], 0, () => fill);
    expect(calibrated(model, x).values).toEqual(initialize(model, 5));
  });

  test('of dataDependent a single dead unit is left, and the others are corrected', () => {
    const correction = initializers.dataDependent.calibrate!(
      { mean: Float64Array.of(2, 0, 1, 5), variance: Float64Array.of(4, 0, 1e-15, NaN) },
      {},
      0,
    );
    expect(correction).toEqual({ factor: Float64Array.of(0.5, 1, 1, 1), shift: Float64Array.of(-1, 0, 0, 0) });
  });

  test('lsuv gives up after ten corrections, and is content within its tolerance', () => {
    const { calibrate } = initializers.lsuv;
    const moments = (v: number) => ({ mean: Float64Array.of(0, 0), variance: Float64Array.of(v, v) });
    expect(calibrate!(moments(4), { tolerance: 0.01 }, 9)!.factor).toEqual(Float64Array.of(0.5, 0.5));
    expect(calibrate!(moments(4), { tolerance: 0.01 }, 10)).toBeUndefined();
    expect(calibrate!(moments(1.009), { tolerance: 0.01 }, 0)).toBeUndefined();
    expect(calibrate!(moments(1.011), { tolerance: 0.01 }, 0)).toBeDefined();
  });
});

describe('without a choice, the weights before an activation are drawn by', () => {
  const activations = {
    he: ['relu', 'elu', 'softplus', 'gelu', 'silu'],
    'he with slope 0.25': ['prelu'],
    'he with slope 0.01': ['leakyRelu'],
    lecun: ['selu'],
    xavier: ['sigmoid', 'hardSigmoid', 'tanh', 'exponential', 'linear'],
  };
  for (const [words, names] of Object.entries(activations))
    test.each(names)(`${words}: %s`, (activation) => {
      const dense = { dense: { units: 3 } };
      const { layers: built } = describeModel([dense, 'batchNorm', activation, dense], [3]);
      const [before, after] = built.filter(({ kind }) => kind === 'dense').map((l) => l.parameters.weight.initializer);
      const { slope } = before.options;
      expect(slope ? `${before.kind} with slope ${slope}` : before.kind).toBe(words);
      expect(after.kind).toBe('xavier');
    });
});
