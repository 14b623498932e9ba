import { describe, expect, test } from 'vitest';
import { loadDataset } from '../../src/data/readers/index.ts';
import {
  addBatchNorm,
  dropLastActivation,
  insertActivations,
  lessMomentum,
  poolLess,
  replaceActivation,
  replaceInit,
  setDropout,
  setRate,
  widen,
  zeroBiases,
} from '../../src/doctor/changes.ts';
import type { Change } from '../../src/doctor/index.ts';
import { resolve, type Settings } from '../../src/train/index.ts';

const iris = await loadDataset('iris');
const dense = (units: number, options: object = {}) => ({ dense: { units, ...options } });
const settingsOf = (model: unknown[], rest: object = {}): Settings =>
  resolve({ data: { dataset: 'iris' }, model, ...rest }, iris).settings;

/** The layers of a changed experiment after it was read again, as "kind option=value". */
function layersAfter(settings: Settings, [change]: readonly Change[], option: string): string[] {
  const { model } = resolve({ ...settings, ...change.settings }, iris).settings;
  return model.map((entry) => {
    const [[kind, options]] = Object.entries(entry as Record<string, Record<string, unknown>>);
    return option in options ? `${kind} ${JSON.stringify(options[option])}` : kind;
  });
}

describe('changes of an experiment can be trained', () => {
  test('the learning rate times a factor, with everything else of the optimizer', () => {
    const settings = settingsOf([dense(3)], { optimizer: { momentum: { lr: 0.3, momentum: 0.8 } } });
    const [{ what, settings: next }] = setRate(settings, 0.1);
    expect(next).toEqual({ optimizer: { momentum: { lr: 0.03, momentum: 0.8 } } });
    expect(what).toBe('learning rate 0.3000 -> 0.03000');
  });

  test('a momentum that remembers too long, and the rate that it multiplied', () => {
    const long = settingsOf([dense(3)], { optimizer: { momentum: { lr: 0.5, momentum: 0.999 } } });
    const [{ what, settings: next }] = lessMomentum(long);
    expect(next).toEqual({ optimizer: { momentum: { lr: 0.05, momentum: 0.9 } } });
    expect(what).toBe('momentum 0.999 -> 0.9, learning rate 0.5000 -> 0.05000');
    expect(lessMomentum(settingsOf([dense(3)], { optimizer: { momentum: { lr: 0.5, momentum: 0.95 } } }))).toEqual([]);
    expect(lessMomentum(settingsOf([dense(3)]))).toEqual([]);
  });

  test('pooling over large windows, and only that', async () => {
    const digits = await loadDataset('digits');
    const model = [{ averagePool: { size: 8 } }, { conv2d: { filters: 2 } }, 'flatten', dense(10)];
    const { settings } = resolve({ data: { dataset: 'digits' }, model }, digits);
    const [change] = poolLess(settings);
    const after = resolve({ ...settings, ...change.settings }, digits);
    expect(JSON.stringify(after.settings.model[0])).toContain('"size":2,');
    expect(poolLess(after.settings)).toEqual([]);
  });

  test('first weights follow the activation again, and biases begin at 0', () => {
    const odd = { init: 'zeros', biasInit: { constant: { value: -5 } } };
    const settings = settingsOf([dense(8, odd), 'relu', dense(3, odd)]);
    expect(layersAfter(settings, replaceInit(settings), 'init')).toEqual(['dense "he"', 'relu', 'dense "xavier"']);
    expect(layersAfter(settings, replaceInit(settings), 'biasInit')).toEqual([
      'dense "zeros"',
      'relu',
      'dense "zeros"',
    ]);
    expect(layersAfter(settings, zeroBiases(settings), 'init')).toEqual(['dense "zeros"', 'relu', 'dense "zeros"']);
  });

  test('what is as it should be is not changed', () => {
    const settings = settingsOf([dense(8), 'leakyRelu', dense(3)]);
    expect(replaceInit(settings)).toEqual([]);
    expect(zeroBiases(settings)).toEqual([]);
    expect(insertActivations(settings)).toEqual([]);
    expect(dropLastActivation(settings)).toEqual([]);
    expect(setDropout(settings, 0)).toEqual([]);
    expect(replaceActivation(settings, ['tanh'], 'relu')).toEqual([]);
  });

  test('another activation comes with weights that suit it, whatever names are taken', () => {
    const settings = settingsOf([dense(8), { sigmoid: { name: 'relu1' } }, dense(8), 'tanh', dense(3)]);
    const change = replaceActivation(settings, ['sigmoid', 'tanh'], 'selu');
    expect(change[0].what).toBe('sigmoid and tanh -> selu');
    expect(layersAfter(settings, change, 'init')).toEqual([
      'dense "lecun"',
      'selu',
      'dense "lecun"',
      'selu',
      'dense "xavier"',
    ]);
  });

  test('an activation goes behind each bare layer and its normalization', () => {
    const settings = settingsOf([dense(8), 'batchNorm', dense(8), 'linear', dense(3)]);
    expect(layersAfter(settings, insertActivations(settings), 'units')).toEqual([
      'dense 8',
      'batchNorm',
      'relu',
      'dense 8',
      'relu',
      'dense 3',
    ]);
  });

  test('hidden layers grow and the answer keeps its width; a network without one gets one', () => {
    const deep = settingsOf([dense(8), 'relu', dense(3)]);
    expect(layersAfter(deep, widen(deep, 4), 'units')).toEqual(['dense 32', 'relu', 'dense 3']);
    const flat = settingsOf([dense(3)]);
    expect(layersAfter(flat, widen(flat, 4), 'units')).toEqual(['dense 64', 'relu', 'dense 3']);
  });

  test('normalizations stand behind hidden layers alone, dropout goes where it is 0', () => {
    const settings = settingsOf([dense(8), 'relu', { dropout: { rate: 0.9 } }, dense(3)]);
    expect(layersAfter(settings, addBatchNorm(settings), 'units')).toEqual([
      'dense 8',
      'batchNorm',
      'relu',
      'dropout',
      'dense 3',
    ]);
    expect(layersAfter(settings, setDropout(settings, 0.2), 'rate')).toEqual(['dense', 'relu', 'dropout 0.2', 'dense']);
    expect(layersAfter(settings, setDropout(settings, 0), 'rate')).toEqual(['dense', 'relu', 'dense']);
  });

  test('the activation at the end is left out, those before it stay', () => {
    const settings = settingsOf([dense(8), 'relu', dense(3), 'sigmoid', 'linear']);
    expect(layersAfter(settings, dropLastActivation(settings), 'units')).toEqual([
      'dense 8',
      'relu',
      'dense 3',
      'linear',
    ]);
  });
});
