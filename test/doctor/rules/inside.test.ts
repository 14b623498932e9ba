import { describe, expect, test } from 'vitest';
import type { RuleName } from '../../../src/doctor/rules/index.ts';
import { refeatured, retargeted } from './remade.ts';
import { changed, dense, healthy, isAlarm, seenBy, watched } from './trained.ts';

interface Ill {
  readonly base: keyof typeof healthy;
  /** What makes it ill, and what looks much the same and is well. */
  readonly fault: object;
  readonly miss: object;
  readonly layer?: RegExp;
  readonly since?: number;
  /** A number that the finding must tell, as it tells it. */
  readonly saw?: RegExp;
  /** Which of the changes must make the finding go away: the first unless said; none where the experiment cannot undo it. */
  readonly heals?: number | false;
}

const deep = (kind: string, layers: number, init: unknown = 'auto') => [
  'flatten',
  ...Array.from({ length: layers }, () => [dense(16, { init }), kind]).flat(),
  dense(10, { init }),
];
const mlp = (options: object, kind = 'relu') => [
  'flatten',
  dense(32, options),
  kind,
  dense(32, options),
  kind,
  dense(10, options),
];
const normal = (std: number) => ({ init: { normal: { std } } });
const constant = (value: number) => ({ constant: { value } });
const sgd = (lr: number) => ({ optimizer: { sgd: { lr } } });
const { digits, lines } = healthy;

/** One fault for each rule, and its near miss. */
const cases: Partial<Record<RuleName, Ill>> = {
  constantInput: {
    base: 'digits',
    fault: { data: refeatured(digits.data, () => 3), preprocess: [] },
    miss: { data: refeatured(digits.data, (x) => (x > 8 ? 3 : 0)), preprocess: [] },
    since: 0,
    heals: false,
  },
  unscaledInput: {
    base: 'lines',
    fault: { data: refeatured(lines.data, (x) => 300 * x + 500), preprocess: [] },
    // Numbers a few times as large as usual do no harm.
    miss: { data: refeatured(lines.data, (x) => 4 * x + 3), preprocess: [] },
    since: 0,
  },
  unscaledTarget: {
    base: 'lines',
    fault: { data: retargeted(lines.data, (y) => 1000 * y), target: 'raw' },
    miss: { target: 'raw', optimizer: { adam: { lr: 0.1 } } },
    since: 0,
    saw: /deviation of (7|8|9)\d\d\d/,
  },
  symmetricUnits: {
    base: 'digits',
    fault: { model: mlp({ init: 'zeros' }) },
    // In the last layer zeros are harmless: the errors of the classes differ.
    miss: { model: ['flatten', dense(32), 'relu', dense(10, { init: 'zeros' })] },
    layer: /^dense1$/,
    since: 0,
  },
  initialScaleTooLarge: {
    base: 'digits',
    fault: { model: mlp(normal(2)) },
    miss: { model: mlp(normal(0.25)) },
    layer: /^dense/,
    since: 0,
  },
  initialScaleTooSmall: {
    base: 'digits',
    fault: { model: mlp(normal(0.005)), ...sgd(0.05) },
    // A single layer of small weights begins at once.
    miss: { model: ['flatten', dense(10, normal(0.005))], ...sgd(0.05) },
    layer: /^dense/,
    since: 0,
  },
  noActivation: {
    base: 'rings',
    fault: { model: [dense(16), dense(16), dense(2)] },
    // Fewer units than before and after: a map of low rank, which one layer is not.
    miss: { model: [dense(16), 'relu', dense(4), dense(8), 'relu', dense(2)] },
    layer: /^dense1$/,
  },
  outputRange: {
    base: 'lines',
    fault: { model: [dense(16), 'relu', dense(1), 'sigmoid'] },
    miss: {
      data: retargeted(lines.data, (y) => 1 / (1 + Math.exp(-(y - 20) / 8))),
      target: 'raw',
      model: [dense(16), 'relu', dense(1), 'sigmoid'],
    },
    layer: /^sigmoid1$/,
  },
  noiseTooStrong: {
    base: 'digits',
    fault: { model: [{ gaussianNoise: { std: 8 } }, ...mlp({})] },
    miss: { model: [{ gaussianNoise: { std: 0.3 } }, ...mlp({})] },
    layer: /^gaussianNoise1$/,
  },
  augmentTooStrong: {
    base: 'digits',
    fault: { augment: [{ rotation: 180 }, { shift: 0.6 }] },
    miss: { augment: [{ shift: 0.05 }] },
  },
  dropoutTooHigh: {
    base: 'digits',
    fault: { model: ['flatten', dense(32), 'relu', { dropout: { rate: 0.9 } }, dense(10)] },
    miss: { model: ['flatten', dense(32), 'relu', { dropout: { rate: 0.5 } }, dense(10)], epochs: 30 },
    layer: /^dropout1$/,
    saw: /drops 90 %/,
  },
  clippingDominates: {
    base: 'digits',
    fault: { clip: { norm: 0.001 }, ...sgd(0.1) },
    miss: { clip: { norm: 1 }, ...sgd(0.1) },
    saw: /limit is 0\.001/,
  },
  regularizationDominates: {
    base: 'digits',
    fault: { regularize: { l2: 1 } },
    miss: { regularize: { l2: 0.001 } },
  },
  batchStatistics: {
    base: 'rings',
    fault: { model: [dense(16), 'batchNorm', 'relu', dense(2)], batchSize: 2, epochs: 3 },
    miss: { model: [dense(16), 'batchNorm', 'relu', dense(2)] },
    layer: /^batchNorm1$/,
    saw: /2 numbers/,
  },
  updateRatioTooHigh: {
    base: 'digits',
    fault: { optimizer: { adam: { lr: 1 } } },
    miss: { optimizer: { adam: { lr: 0.01 } } },
    layer: /^dense/,
    since: 1,
    heals: 1,
  },
  explodingActivations: {
    base: 'digits',
    fault: { model: deep('exponential', 4) },
    miss: { model: deep('selu', 4) },
    since: 1,
    layer: /^exponential/,
  },
  explodingGradient: {
    base: 'digits',
    fault: { model: deep('tanh', 8, { orthogonal: { gain: 40 } }) },
    miss: { model: deep('tanh', 8, { orthogonal: { gain: 1 } }) },
  },
  vanishingGradient: {
    base: 'digits',
    fault: { model: deep('sigmoid', 6) },
    miss: { model: deep('relu', 6) },
    layer: /^dense1$/,
    since: 1,
  },
  saturation: {
    base: 'rings',
    fault: { model: [dense(16, { biasInit: constant(40) }), 'tanh', dense(16), 'tanh', dense(2)] },
    miss: { model: [dense(16), 'tanh', dense(16), 'tanh', dense(2)] },
    layer: /^tanh1$/,
    since: 1,
  },
  deadUnits: {
    base: 'digits',
    fault: { model: ['flatten', dense(32), 'relu', dense(32, { biasInit: constant(-30) }), 'relu', dense(10)] },
    // More than half of the values are 0, each unit for other rows.
    miss: { model: mlp({ biasInit: constant(-0.3) }) },
    layer: /^relu2$/,
    since: 1,
  },
  dyingUnits: {
    base: 'digits',
    fault: { optimizer: { sgd: { lr: 20 } } },
    miss: { optimizer: { sgd: { lr: 0.1 } } },
    layer: /^relu/,
    heals: 1,
  },
  layerNotTraining: {
    base: 'digits',
    fault: { model: ['flatten', dense(32), 'relu', dense(32, { biasInit: constant(-30) }), 'relu', dense(10)] },
    miss: {},
    layer: /^dense1$/,
    since: 1,
    saw: /exactly 0/,
    heals: false,
  },
  bottleneck: {
    base: 'digits',
    fault: { model: ['flatten', dense(32), 'relu', dense(1), 'relu', dense(10)] },
    miss: { model: ['flatten', dense(32), 'relu', dense(8), 'relu', dense(10)] },
    layer: /^dense2$/,
  },
  updateRatioTooLow: {
    base: 'digits',
    fault: { optimizer: { adam: { lr: 1e-6 } } },
    miss: { optimizer: { adam: { lr: 0.001 } }, epochs: 30 },
    heals: 2,
  },
  oneSidedInputs: {
    base: 'digits',
    fault: { model: deep('sigmoid', 3), epochs: 4 },
    miss: { model: deep('tanh', 3), epochs: 4 },
    layer: /^dense2$/,
    since: 0,
  },
};

describe.each(Object.entries(cases) as [RuleName, Ill][])('%s', (rule, { base, fault, miss, heals = 0, ...told }) => {
  test('is seen, with its place and its number', async () => {
    const experiment = { ...healthy[base], ...fault };
    const history = await watched(experiment);
    const seen = seenBy(rule, history);
    expect(seen).toBeDefined();
    expect(isAlarm(seen!)).toBe(rule !== 'oneSidedInputs');
    expect(seen!.saw).toMatch(told.saw ?? /\d/);
    expect(seen!.try.length).toBeGreaterThan(0);
    if (told.layer) expect(seen!.layer).toMatch(told.layer);
    if (told.since !== undefined) expect(seen!.since).toBe(told.since);
    if (heals === false) return;
    const healed = await changed(history, experiment.data, seen!.changes[heals]);
    const left = seenBy(rule, healed);
    expect(left && isAlarm(left)).toBeFalsy();
  });

  test('is not seen where it only looks alike', async () => {
    const seen = seenBy(rule, await watched({ ...healthy[base], ...miss }));
    expect(seen && isAlarm(seen) ? seen.saw : undefined).toBeUndefined();
    if (rule === 'oneSidedInputs') expect(seen).toBeUndefined();
  });
});
