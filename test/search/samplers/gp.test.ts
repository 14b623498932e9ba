import { describe, expect, test } from 'vitest';
import { Random } from '../../../src/base/index.ts';
import { fitKernel, logLikelihood, logPrior, pairGaps } from '../../../src/search/samplers/gp/fit.ts';
import { covarianceMatrix, type Kernel, type Points } from '../../../src/search/samplers/gp/kernel.ts';
import { logEI, logEIAll, standardLogEI } from '../../../src/search/samplers/gp/logEI.ts';
import { condition, predict, predictAll } from '../../../src/search/samplers/gp/process.ts';
import { standardized } from '../../../src/search/samplers/gp/targets.ts';
import { gap, readGolden } from '../../golden/read.ts';

interface Golden extends Kernel {
  readonly points: readonly number[][];
  readonly targets: readonly number[];
  readonly covariances: readonly number[];
  readonly logLikelihood: number;
  readonly logPrior: number;
  readonly predictions: readonly {
    readonly x: number[];
    readonly mean: number;
    readonly variance: number;
    readonly logEI: number;
  }[];
  readonly standardLogEI: readonly (readonly [z: number, value: number])[];
}
const golden = readGolden<Golden>('gp.json');
const pointsOf = (rows: readonly (readonly number[])[], category = rows[0].map(() => false)): Points => ({
  count: rows.length,
  dimensions: rows[0].length,
  data: Float64Array.from(rows.flat()),
  category,
});

/** The derivative of a function of several numbers by one of them. */
function slope(f: (x: number[]) => number, x: readonly number[], i: number, step = 1e-5): number {
  const at = (sign: number) => f(x.map((value, k) => (k === i ? value + sign * step : value)));
  return (at(1) - at(-1)) / (2 * step);
}

describe('the process', () => {
  const points = pointsOf(golden.points);
  const targets = Float64Array.from(golden.targets);
  const process = condition(points, targets, golden);

  test('has the covariances, the likelihood, the prior and the predictions of the formulas', () => {
    const matrix = covarianceMatrix(points, golden);
    expect(gap([matrix[0], matrix[3], matrix[6]], golden.covariances)).toBeLessThan(1e-14);
    expect(logLikelihood(points, pairGaps(points), targets, golden).value).toBeCloseTo(golden.logLikelihood, 12);
    expect(logPrior(golden)).toBeCloseTo(golden.logPrior, 12);
    for (const { x, mean, variance, logEI: improvement } of golden.predictions) {
      const found = predict(process, x);
      expect(gap([found.mean, found.variance, logEI(process, 3, x)], [mean, variance, improvement])).toBeLessThan(
        1e-11,
      );
    }
  });

  test('predicts many points as it predicts one', () => {
    const xs = Array.from({ length: 7 }, (_, i) => [i / 7, 1 - i / 9]);
    const { means, variances } = predictAll(process, xs);
    const single = xs.map((x) => predict(process, x));
    expect(
      gap(
        means,
        single.map(({ mean }) => mean),
      ),
    ).toBeLessThan(1e-14);
    expect(
      gap(
        variances,
        single.map(({ variance }) => variance),
      ),
    ).toBeLessThan(1e-13);
    expect(
      gap(
        logEIAll(process, 2, xs),
        xs.map((x) => logEI(process, 2, x)),
      ),
    ).toBeLessThan(1e-12);
  });
});

describe('the logarithm of the expected improvement', () => {
  test('is exact where the improvement itself is zero in float64', () => {
    for (const [z, value] of golden.standardLogEI) expect(gap([standardLogEI(z).value], [value])).toBeLessThan(1e-12);
    // ln φ(z) - 2 ln|z|, and what is left of the expansion is 3/z².
    for (const z of [-1e4, -1e8])
      expect(standardLogEI(z).value).toBeCloseTo(-0.5 * z * z - 0.5 * Math.log(2 * Math.PI) - 2 * Math.log(-z), 6);
  });

  test('has no step where its form changes', () => {
    for (const z of [-1, -1e3])
      expect(
        gap([standardLogEI(z + 1e-9).value - standardLogEI(z - 1e-9).value], [2e-9 * standardLogEI(z).cdf]),
      ).toBeLessThan(1e-9);
  });

  test('has the gradient of its differences, and none along a category', () => {
    const random = new Random(1);
    const rows = Array.from({ length: 12 }, () => [random.uniform(), random.uniform(), random.below(3)]);
    const targets = Float64Array.from(rows, () => random.normal());
    const kernel: Kernel = { weights: [3, 0.5, 0.7], scale: 1.3, noise: 1e-3 };
    const process = condition(pointsOf(rows, [false, false, true]), targets, kernel);
    for (const x of [[0.2, 0.9, 1], [0.5, 0.5, 2], rows[3].with(0, rows[3][0] + 1e-3)])
      for (const threshold of [0, 2, 40]) {
        const gradient = new Float64Array(3);
        logEI(process, threshold, x, gradient);
        const differences = [0, 1].map((i) => slope((at) => logEI(process, threshold, at), x, i, 1e-6));
        expect(gap(gradient, [...differences, 0])).toBeLessThan(1e-4);
      }
  });
});

describe('the fit', () => {
  const random = new Random(2);
  const rows = Array.from({ length: 40 }, () => [random.uniform(), random.uniform(), random.below(3)]);
  const points = pointsOf(rows, [false, false, true]);
  const targets = standardized(rows.map(([x, , kind]) => Math.sin(6 * x) + kind + 0.01 * random.normal()));

  test('climbs along the derivatives of the likelihood', () => {
    const at = (logs: number[]): Kernel => {
      const all = logs.map(Math.exp);
      return { weights: all.slice(0, 3), scale: all[3], noise: all[4] };
    };
    const logs = [0.3, -0.5, 0.2, 0.4, -3];
    const value = (x: number[]) => logLikelihood(points, pairGaps(points), targets, at(x)).value;
    const { gradient } = logLikelihood(points, pairGaps(points), targets, at(logs));
    // By the noise itself, not its logarithm.
    gradient[4] *= Math.exp(logs[4]);
    expect(
      gap(
        gradient,
        logs.map((_, i) => slope(value, logs, i)),
      ),
    ).toBeLessThan(1e-7);
  });

  test('sees which parameter matters, and ends in the same place from elsewhere', () => {
    const kernel = fitKernel(points, targets, true);
    const [first, idle, kind] = Array.from(kernel.weights);
    expect(first).toBeGreaterThan(5 * idle);
    expect(kind).toBeGreaterThan(idle);
    expect(kernel.noise).toBeLessThan(0.01);
    const again = fitKernel(points, targets, true, { weights: [0.1, 3, 1], scale: 0.5, noise: 0.1 });
    expect(gap([...Array.from(again.weights), again.scale], [first, idle, kind, kernel.scale])).toBeLessThan(0.05);
  });

  test('tells noise from shape, unless it is told that there is none', () => {
    const noisy = standardized(rows.map(([x]) => x + random.normal()));
    expect(fitKernel(points, noisy, true).noise).toBeGreaterThan(0.02);
    expect(fitKernel(points, noisy, false).noise).toBe(1e-6);
  });
});

test('targets are standardized, larger is better, and what is not finite counts as the best or worst of the others', () => {
  const targets = standardized([1, 2, Number.NaN, 3, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY]);
  const level = (objective: number) => (13 / 6 - objective) / Math.sqrt(29 / 36);
  expect(gap(targets, [1, 2, 3, 3, 3, 1].map(level))).toBeLessThan(1e-12);
  expect([...standardized([5, 5, 5])]).toEqual([0, 0, 0]);
  expect([...standardized([Number.NaN, Number.POSITIVE_INFINITY])]).toEqual([0, 0]);
});
