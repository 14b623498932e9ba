import { describe, expect, test } from 'vitest';
import { parseOptions } from '../../../src/base/index.ts';
import { kernelsOf } from '../../../src/search/samplers/tpe/kernels.ts';
import { parzen } from '../../../src/search/samplers/tpe/parzen.ts';
import { usual } from '../../../src/search/samplers/tpe/rules.ts';
import { suggestTpe, tpe } from '../../../src/search/samplers/tpe/tpe.ts';
import { logMass, logRoot2Pi, quantile } from '../../../src/search/samplers/tpe/truncnorm.ts';
import type { NumericParameter, Parameter, Space, Values } from '../../../src/search/space/parameter.ts';
import { boundsOf, toScale } from '../../../src/search/space/scale.ts';
import type { Trial } from '../../../src/search/trial.ts';
import { gap, readGolden } from '../../golden/read.ts';
import { MersenneTwister } from './mersenneTwister.ts';

interface Golden {
  readonly good: Readonly<Record<'counts' | 'one' | 'several', readonly number[]>>;
  readonly weights: readonly (readonly number[])[];
  readonly normals: readonly (Readonly<Record<'low' | 'high' | 'mass', number>> &
    Readonly<Record<'shares' | 'points' | 'logs', readonly number[]>>)[];
  readonly narrow: readonly Readonly<Record<'low' | 'high' | 'mass', number>>[];
  readonly densities: readonly (Readonly<Record<'observed' | 'at' | 'logs', readonly number[]>> & {
    readonly label: string;
    readonly parameter: Parameter;
    readonly mu?: readonly number[];
    readonly sigma?: readonly number[];
  })[];
  readonly traces: readonly {
    readonly label: string;
    readonly options: Readonly<Record<string, unknown>>;
    readonly objectives: number;
    readonly space: Space;
    readonly batch: number;
    readonly trials: readonly Pick<Trial, 'values' | 'objectives' | 'reports'>[];
  }[];
}

const golden = readGolden<Golden>('optuna-tpe.json');

describe('the truncated normal agrees with SciPy, far out too', () => {
  for (const { low, high, shares, points, logs, mass } of golden.normals)
    test(`from ${low} to ${high}`, () => {
      expect(gap([logMass(low, high)], [mass])).toBeLessThan(1e-12);
      const actual = shares.map((share) => quantile(share, low, high));
      expect(gap(actual, points, Math.min(1, high - low))).toBeLessThan(1e-12);
      const densities = points.map((x) => -(x * x) / 2 - logRoot2Pi - logMass(low, high));
      expect(gap(densities, logs)).toBeLessThan(1e-12);
    });
});

test('the probability of a narrow interval keeps its digits', () => {
  for (const { low, high, mass } of golden.narrow) expect(gap([logMass(low, high)], [mass])).toBeLessThan(2e-12);
});

test('the number of good trials and the weights by age are those of Optuna', () => {
  const { counts, one, several } = golden.good;
  expect(counts.map((count) => usual.good(count, 1))).toEqual(one);
  expect(counts.map((count) => usual.good(count, 2))).toEqual(several);
  for (const weights of golden.weights) expect(gap(usual.weights(weights.length), weights)).toBeLessThan(1e-15);
});

describe('kernels and densities are those of Optuna', () => {
  for (const { label, parameter, observed, mu, sigma, at, logs } of golden.densities)
    test(label, () => {
      const columns = [Float64Array.from(observed)];
      const weights = Float64Array.of(...usual.weights(observed.length), 1);
      const density = parzen([parameter], columns, weights, usual).logDensity([Float64Array.from(at)]);
      expect(gap(density, logs)).toBeLessThan(1e-12);
      if (mu === undefined || sigma === undefined) return;
      const numeric = parameter as NumericParameter;
      const kernels = kernelsOf(
        columns[0].map((value) => toScale(numeric, value)),
        boundsOf(numeric),
        usual,
      );
      expect(gap(kernels.mu, mu)).toBeLessThan(1e-14);
      expect(gap(kernels.sigma, sigma)).toBeLessThan(1e-14);
    });
});

describe('trial by trial, with its random numbers, the same suggestions as Optuna', () => {
  for (const { label, options, objectives, space, batch, trials } of golden.traces)
    test(label, () => {
      const source = new MersenneTwister(42);
      const settings = parseOptions(tpe.options, options, '') as Parameters<typeof suggestTpe>[1];
      let compared = 0;
      for (const [number, { values }] of trials.entries()) {
        const told = number - (number % batch);
        const known = trials.slice(0, number).map((trial, i) => trialOf(trial, i, i < told));
        if (told < 10) continue;
        const actual = suggestTpe({ space, trials: known, number, seed: 0, objectives }, settings, source);
        expectSame(space, actual, values);
        compared++;
      }
      expect(compared).toBeGreaterThanOrEqual(30);
    });
});

const trialOf = (trial: Golden['traces'][0]['trials'][0], number: number, told: boolean): Trial =>
  told
    ? { ...trial, number, state: trial.objectives === undefined ? 'pruned' : 'complete' }
    : { values: trial.values, reports: [], number, state: 'running' };

function expectSame(space: Space, actual: Values, expected: Values): void {
  expect(Object.keys(actual).sort()).toEqual(Object.keys(expected).sort());
  for (const { name, kind } of space)
    if (name in expected) {
      if (kind === 'float') expect(gap([actual[name]], [expected[name]], 0)).toBeLessThan(1e-11);
      else expect(actual[name]).toBe(expected[name]);
    }
}
