import { describe, expect, test } from 'vitest';
import { Random } from '../../src/base/index.ts';
import { type Metric, type MetricName, metrics, type Predictions } from '../../src/nn/index.ts';
import { bootstrap, wilson } from '../../src/train/measure/interval.ts';

describe('Wilson', () => {
  // scipy: binomtest(k, n).proportion_ci(method='wilson')
  test.each([
    { yes: 8, rows: 10, low: 0.4901624715366418, high: 0.9433178485456248 },
    { yes: 8492, rows: 9769, low: 0.8624503912648063, high: 0.8758200524338318 },
    { yes: 0, rows: 5, low: 0, high: 0.43448246478317476 },
    { yes: 5, rows: 5, low: 0.5655175352168251, high: 1 },
  ])('the interval is that of SciPy: %j', ({ yes, rows, low, high }) => {
    const interval = wilson(yes / rows, rows);
    expect(interval).toMatchObject({ level: 0.95, method: 'Wilson' });
    expect(interval.low).toBeCloseTo(low, 12);
    expect(interval.high).toBeCloseTo(high, 12);
  });

  test('the interval never leaves 0 … 1, and holds the share', () => {
    for (let rows = 1; rows < 60; rows++)
      for (let yes = 0; yes <= rows; yes++) {
        const { low, high } = wilson(yes / rows, rows);
        expect(low).toBeGreaterThanOrEqual(0);
        expect(high).toBeLessThanOrEqual(1);
        expect(low - 1e-12).toBeLessThanOrEqual(yes / rows);
        expect(high + 1e-12).toBeGreaterThanOrEqual(yes / rows);
      }
  });
});

const measureOf = (name: MetricName) => (drawn: Predictions) => (metrics[name] as Metric).compute(drawn, {});

/** Targets of variance 1 and answers that miss them by noise of this deviation: its rmse is `noise`, its r2 is 1 - noise². */
function noisy(seed: number, rows: number, noise: number, width = 1): Predictions {
  const random = new Random(seed, 4);
  const targets = Float64Array.from({ length: rows * width }, () => random.normal());
  const outputs = targets.map((t) => t + noise * random.normal());
  return { rows, width, outputs, targets, target: { kind: 'numbers', width, labels: false } };
}

/** Logits of two classes whose middles are one deviation apart. */
function twoClasses(seed: number, rows: number, share: number): Predictions {
  const random = new Random(seed, 5);
  const targets = Float64Array.from({ length: rows }, () => Number(random.uniform() < share));
  const outputs = targets.map((label) => label - 0.5 + random.normal());
  return { rows, width: 1, outputs, targets, target: { kind: 'classes', classes: 2 } };
}

describe('bootstrap', () => {
  test('gives the same interval again', () => {
    const given = noisy(0, 200, 0.5);
    const first = bootstrap(given, measureOf('rmse'));
    expect(bootstrap(given, measureOf('rmse'))).toEqual(first);
    expect(first).toMatchObject({ level: 0.95, method: 'bootstrap' });
    expect(bootstrap(noisy(1, 200, 0.5), measureOf('rmse'))).not.toEqual(first);
  });

  test.each([
    ['rmse', noisy(2, 100, 0.5)],
    ['r2', noisy(2, 100, 0.5)],
    ['meanAbsoluteError', noisy(3, 100, 0.5, 3)],
    ['rocAuc', twoClasses(2, 100, 0.3)],
    ['balancedAccuracy', twoClasses(2, 100, 0.3)],
  ] as const)('holds the value of %s, strictly', (name, given) => {
    const value = measureOf(name)(given);
    const { low, high } = bootstrap(given, measureOf(name))!;
    expect(low).toBeLessThan(value);
    expect(high).toBeGreaterThan(value);
  });

  test('draws whole rows: an answer stays beside its truth', () => {
    const exact = noisy(4, 50, 0, 2);
    expect(bootstrap(exact, measureOf('rmse'))).toMatchObject({ low: 0, high: 0 });
    expect(bootstrap(exact, measureOf('r2'))).toMatchObject({ low: 1, high: 1 });
  });

  test('is that of the normal distribution for a mean of many rows', () => {
    const rows = 1000;
    const random = new Random(6);
    const targets = Float64Array.from({ length: rows }, () => random.normal());
    const mean = ({ targets }: Predictions) => Array.from(targets).reduce((sum, x) => sum + x, 0) / rows;
    const given: Predictions = { ...noisy(0, rows, 1), targets };
    const middle = mean(given);
    const error = Math.sqrt(targets.reduce((sum, x) => sum + (x - middle) ** 2, 0)) / rows;
    const { low, high } = bootstrap(given, mean)!;
    expect((middle - low) / error).toBeGreaterThan(1.75);
    expect((middle - low) / error).toBeLessThan(2.2);
    expect((high - middle) / error).toBeGreaterThan(1.75);
    expect((high - middle) / error).toBeLessThan(2.2);
  });

  // 190 of 200 are expected, 3 either way would be one standard deviation; percentiles are a little narrow for few rows.
  test.each([
    ['rmse', 0.5],
    ['r2', 0.75],
  ] as const)('holds the true %s of about 95 in 100 samples', (name, truth) => {
    let inside = 0;
    for (let seed = 0; seed < 200; seed++) {
      const { low, high } = bootstrap(noisy(100 + seed, 150, 0.5), measureOf(name))!;
      if (low <= truth && truth <= high) inside++;
    }
    expect(inside).toBeGreaterThanOrEqual(178);
    expect(inside).toBeLessThanOrEqual(199);
  });

  test('draws less often where the rows are many, and still holds the value', () => {
    let times = 0;
    const given = noisy(7, 10_000, 0.5);
    const { low, high } = bootstrap(given, (drawn) => {
      times++;
      return measureOf('rmse')(drawn);
    })!;
    expect(times).toBe(200);
    expect(low).toBeLessThan(measureOf('rmse')(given));
    expect(high).toBeGreaterThan(measureOf('rmse')(given));
  });

  test('is absent where the metric cannot be computed', () => {
    expect(bootstrap(noisy(0, 1, 0.5), measureOf('r2'))).toBeUndefined();
    const { targets, ...rest } = twoClasses(0, 40, 0.5);
    expect(bootstrap({ ...rest, targets: Float64Array.from(targets, () => 1) }, measureOf('rocAuc'))).toBeUndefined();
    const diverged = noisy(0, 40, 0.5);
    const outputs = Float64Array.from(diverged.outputs, () => Number.NaN);
    expect(bootstrap({ ...diverged, outputs }, measureOf('rmse'))).toBeUndefined();
  });

  test('passes over draws on which the metric means nothing, as the area under the curve of a single class', () => {
    const few = { ...twoClasses(9, 40, 0.5), targets: Float64Array.from({ length: 40 }, (_, i) => Number(i < 3)) };
    let nothing = 0;
    const interval = bootstrap(few, (drawn) => {
      const value = measureOf('rocAuc')(drawn);
      if (Number.isNaN(value)) nothing++;
      return value;
    })!;
    expect(nothing).toBeGreaterThan(0);
    expect(interval.low).toBeGreaterThanOrEqual(0);
    expect(interval.high).toBeLessThanOrEqual(1);
    expect(interval.low).toBeLessThan(interval.high);
  });
});
