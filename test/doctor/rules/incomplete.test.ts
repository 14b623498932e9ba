import { describe, expect, test } from 'vitest';
import { type History, look } from '../../../src/doctor/index.ts';
import type { Rule } from '../../../src/doctor/rule.ts';
import { rules } from '../../../src/doctor/rules/index.ts';
import { dense, healthy, watched } from './trained.ts';

const ill = await watched({
  ...healthy.digits,
  model: ['flatten', { dropout: { rate: 0.5 } }, dense(16), 'batchNorm', 'tanh', dense(16), 'relu', dense(10)],
  optimizer: { adam: { lr: 1 } },
  regularize: { l2: 0.1 },
  clip: { norm: 0.001 },
  augment: [{ shift: 0.1 }],
  epochs: 6,
});

/** Every number in it replaced; names, shapes and settings stay. */
function everywhere<T>(value: T, number: number): T {
  if (typeof value === 'number') return number as T;
  if (Array.isArray(value)) return value.map((part) => everywhere(part, number)) as T;
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, part]) => [key, everywhere(part, number)])) as T;
}

const numbers = (number: number): Partial<History> => ({
  signals: everywhere(ill.signals, number),
  losses: everywhere(ill.losses, number),
  epochs: everywhere(ill.epochs, number),
});
const [first] = ill.signals;

/** What a history may lack, or hold. */
const histories: Record<string, Partial<History>> = {
  'nothing but the start': { signals: [], losses: [], rates: [], epochs: [], stopped: undefined },
  'one update': { signals: [first], losses: [2], rates: [1], epochs: [], stopped: undefined },
  'no signals': { signals: [] },
  'no epochs': { epochs: [] },
  'NaN everywhere': numbers(Number.NaN),
  'infinity everywhere': numbers(Number.POSITIVE_INFINITY),
  'zeros everywhere': numbers(0),
  'only a later look': { signals: ill.signals.slice(-1) },
  'an imported model without layers of its own': {
    layers: [],
    settings: { ...ill.settings, model: [], from: { model: 'a.onnx', head: 'keep', freeze: false, hash: '' } },
    signals: ill.signals.map((look) => ({ ...look, layers: {} })),
  },
  'all parameters frozen but a bias': {
    signals: ill.signals.map((look) => ({ ...look, parameters: { 'dense3.bias': look.parameters['dense3.bias'] } })),
  },
  'several numbers to predict': {
    target: { kind: 'numbers', mean: [0, 300], deviation: [1, 0] },
    constantLoss: undefined,
    settings: { ...ill.settings, loss: 'meanSquaredError' },
  },
  'batches of one row': {
    settings: { ...ill.settings, batchSize: 1 },
    signals: ill.signals.map((look) => ({ ...look, rows: 1 })),
  },
  'no validation rows': {
    rows: { train: 320, validation: 0, test: 0 },
    epochs: ill.epochs.map(({ validation: _, ...record }) => record),
  },
};

describe('rules take what there is', () => {
  test.each(Object.entries(histories))('%s', (_, part) => {
    for (const { saw, why, changes } of look({ ...ill, ...part })) {
      expect(`${saw} ${why}`).not.toMatch(/undefined|\[object/);
      for (const { what, settings } of changes)
        expect([what.length > 0, Object.keys(settings).length > 0]).toEqual([true, true]);
    }
  });

  test('every rule leads to rules that exist, and never to itself', () => {
    for (const [name, { leadsTo }] of Object.entries(rules) as [string, Rule][]) {
      expect(leadsTo.filter((other) => !(other in rules))).toEqual([]);
      expect(leadsTo).not.toContain(name);
    }
  });
});
