import { describe, expect, test } from 'vitest';
import { Random } from '../../src/base/index.ts';
import { type Dataset, fromArrays } from '../../src/data/index.ts';
import type { Predictions } from '../../src/nn/index.ts';
import { around, logTicks, ticks } from '../../src/report/draw/scale.ts';
import { calibrationOf, reliabilityBins } from '../../src/report/gather/calibration.ts';
import { permutationImportance } from '../../src/report/gather/importance.ts';
import { residualsOf, sample } from '../../src/report/gather/residuals.ts';
import { worstOf } from '../../src/report/gather/worst.ts';
import { deviation } from '../../src/report/statistics.ts';
import { brief, clipped, metricValue, number, share } from '../../src/report/words.ts';

test('a deviation divides by the number of values, as NumPy', () => {
  expect(deviation([2, 4, 4, 4, 5, 5, 7, 9])).toBe(2);
});

describe('reliability bins', () => {
  test('are those of scikit-learn, and their error is weighted by rows', () => {
    const probabilities = [0.02, 0.11, 0.13, 0.31, 0.44, 0.47, 0.52, 0.58, 0.66, 0.71, 0.83, 0.86, 0.91, 0.97];
    const came = [0, 0, 1, 0, 0, 1, 1, 0, 1, 1, 1, 0, 1, 1].map(Boolean);
    const { bins, error } = reliabilityBins(probabilities, came, 5);
    // sklearn: calibration_curve(y, p, n_bins=5)
    const [shares, means] = [
      [1 / 3, 0, 0.5, 1, 0.75],
      [0.26 / 3, 0.31, 0.5025, 0.685, 0.8925],
    ];
    for (const [i, bin] of bins.entries()) {
      expect(bin.accuracy).toBeCloseTo(shares[i], 12);
      expect(bin.confidence).toBeCloseTo(means[i], 12);
    }
    expect(bins.map(({ rows }) => rows)).toEqual([3, 1, 4, 2, 4]);
    expect(error).toBeCloseTo(0.16142857142857142, 12);
  });

  test('hold the ends, and know which of them are empty', () => {
    const { bins } = reliabilityBins([0, 1], [false, true], 4);
    expect(bins.map(({ rows }) => rows)).toEqual([1, 0, 0, 1]);
    expect(bins[1].accuracy).toBeNaN();
  });

  test('are about the second of two classes, else about the class that was said', () => {
    const two = { rows: 2, width: 1, outputs: [Math.log(3), -Math.log(3)], targets: [1, 0] };
    const binary = calibrationOf({ ...two, target: { kind: 'classes', classes: 2 } }, ['no', 'yes']);
    expect(binary.of).toBe('yes');
    expect(binary.bins.filter(({ rows }) => rows > 0).map(({ confidence }) => confidence)).toEqual([
      expect.closeTo(0.25, 12),
      expect.closeTo(0.75, 12),
    ]);
    const three = calibrationOf(threeClasses, ['a', 'b', 'c']);
    expect(three.of).toBeUndefined();
    // scipy: exp(log_softmax(...)).max(1); right, wrong, wrong, wrong
    expect(three.error).toBeCloseTo((1 - 0.84379473 + 0.76615721 + 1 / 3 + 0.909443) / 4, 7);
  });
});

const threeClasses: Predictions = {
  rows: 4,
  width: 3,
  outputs: [2, 0, -1, 0.5, 1.5, 3, 0, 0, 0, 1, 4, 1],
  target: { kind: 'classes', classes: 3 },
  targets: [0, 0, 1, 2],
};

describe('the largest errors', () => {
  test('of classes are the rows whose truth was held for least likely', () => {
    const loss = { kind: 'crossEntropy', options: {} } as const;
    const rows = worstOf({ loss }, threeClasses, ['a', 'b', 'c'], 3);
    expect(rows.map(({ at, truth, said }) => [at, truth, said])).toEqual([
      [3, 'c', 'b'],
      [1, 'a', 'c'],
      [2, 'b', 'a'],
    ]);
    // scipy: -log_softmax(...)
    expect(rows[0].loss).toBeCloseTo(3.09492296, 8);
    expect(rows[1].probability).toBeCloseTo(0.76615721, 8);
  });

  test('of numbers are the rows that are furthest off, to both sides', () => {
    const numbers: Predictions = {
      rows: 3,
      width: 1,
      outputs: [1, 5, -9],
      target: { kind: 'numbers', width: 1, labels: false },
      targets: [1.5, 2, 4],
    };
    const rows = worstOf({ loss: { kind: 'meanSquaredError', options: {} } }, numbers, ['y'], 2);
    expect(rows.map(({ at, error }) => [at, error])).toEqual([
      [2, -13],
      [1, 3],
    ]);
  });

  test('of labels say which labels were meant', () => {
    const labels: Predictions = {
      rows: 2,
      width: 2,
      outputs: [3, -3, 2, 2],
      target: { kind: 'numbers', width: 2, labels: true },
      targets: [1, 0, 0, 0],
    };
    const [first] = worstOf({ loss: { kind: 'binaryCrossEntropy', options: {} } }, labels, ['cat', 'dog'], 1);
    expect(first).toMatchObject({ at: 1, truth: 'none', said: 'cat, dog' });
    expect(first.loss).toBeCloseTo(Math.log1p(Math.exp(2)), 12);
  });
});

describe('permutation importance', () => {
  const random = new Random(3);
  const features = Array.from({ length: 1500 }, () => [random.normal(), 2 * random.normal(), random.normal()]);
  const says = (row: ArrayLike<number>) => 3 * row[0] - row[1];
  const columns = ['a', 'b', 'unused'];
  const dataset = {
    ...fromArrays({ features, targets: features.map(says), name: 'linear' }),
    columns,
  };
  const asked = {
    dataset,
    rows: Int32Array.from({ length: 1500 }, (_, i) => i),
    judge: async ({ features, targets }: Dataset, rows: Int32Array): Promise<Predictions> => ({
      rows: rows.length,
      width: 1,
      outputs: Array.from(rows, (row) => says(features.subarray(row * 3, row * 3 + 3))),
      target: { kind: 'numbers', width: 1, labels: false },
      targets: Array.from(rows, (row) => targets.data[row]),
    }),
    metric: ({ outputs, targets, rows }: Predictions) =>
      Array.from({ length: rows }, (_, i) => (outputs[i] - targets[i]) ** 2).reduce((sum, x) => sum + x, 0) / rows,
    better: 'lower' as const,
    seed: 0,
  };

  test('of a linear function is twice weight² times variance in squared error, and nothing for a column it does not use', async () => {
    const { features: found, rows, repeats } = await permutationImportance(asked);
    expect([rows, repeats]).toEqual([1500, 5]);
    expect(found.map(({ feature }) => feature)).toEqual(['a', 'b', 'unused']);
    for (const [i, [weight, name]] of (
      [
        [3, 'a'],
        [-1, 'b'],
      ] as const
    ).entries()) {
      const column = features.map((row) => row[columns.indexOf(name)]);
      expect(found[i].drop / (2 * weight ** 2 * deviation(column) ** 2)).toBeCloseTo(1, 1);
      expect(found[i].deviation).toBeGreaterThan(0);
      expect(found[i].deviation).toBeLessThan(found[i].drop / 10);
    }
    expect(Math.abs(found[2].drop) + found[2].deviation).toBeLessThan(1e-12);
  });

  test('turns its sign with a metric that is better when higher, and repeats with the seed', async () => {
    const negative = (p: Predictions) => -asked.metric(p);
    const first = await permutationImportance(asked);
    expect(await permutationImportance({ ...asked, metric: negative, better: 'higher' })).toEqual(first);
    expect((await permutationImportance({ ...asked, seed: 1 })).features[0].drop).not.toBe(first.features[0].drop);
  });

  test('leaves the data set as it was', async () => {
    const before = dataset.features.slice();
    await permutationImportance(asked);
    expect(dataset.features).toEqual(before);
  });
});

test('residuals are drawn without repetition, and say how many there are', () => {
  const rows = sample(5000, 2000, new Random(1));
  expect(new Set(rows).size).toBe(2000);
  expect(sample(3, 2000, new Random(1))).toEqual(Int32Array.of(0, 1, 2));
  const outputs = Array.from({ length: 10 }, (_, i) => i);
  const targets = outputs.map((x) => x + 100);
  const predictions: Predictions = {
    rows: 5,
    width: 2,
    outputs,
    target: { kind: 'numbers', width: 2, labels: false },
    targets,
  };
  expect(residualsOf(predictions, ['x', 'y'], 0)[1]).toEqual({
    name: 'y',
    truth: [101, 103, 105, 107, 109],
    predicted: [1, 3, 5, 7, 9],
    total: 5,
  });
});

describe('axes', () => {
  test.each([
    [
      [0, 1],
      [0, 0.2, 0.4, 0.6, 0.8, 1],
    ],
    [
      [-3.1, 9.8],
      [-2, 0, 2, 4, 6, 8],
    ],
    [
      [71234, 115000],
      [80000, 90000, 100000, 110000],
    ],
  ] as const)('have round ticks within %j', (domain, expected) => {
    expect(ticks(domain)).toEqual(expected);
  });

  test('have powers of ten where they are logarithmic', () => {
    expect(logTicks([0.002, 3])).toEqual([0.003, 0.01, 0.03, 0.1, 0.3, 1, 3]);
  });

  test('are never of no length, whatever the values', () => {
    for (const values of [[], [5], [0, 0], [Number.NaN, Number.POSITIVE_INFINITY]]) {
      const [low, high] = around(values);
      expect(high).toBeGreaterThan(low);
    }
  });
});

describe('numbers for people', () => {
  test.each([
    [share(0.8693), '86.9\u00a0%'],
    [share(1), '100\u00a0%'],
    [share(0.99964), '99.96\u00a0%'],
    [share(0), '0\u00a0%'],
    [number(-0.012345), '−0.0123'],
    [number(48123.4, 5), '48,123'],
    [number(9.8e10), '9.80\u00a0·\u00a010¹⁰'],
    [number(Number.NaN), 'undefined'],
    [brief(600000), '600,000'],
    [brief(0.30000000000000004), '0.3'],
    [metricValue('accuracy', 0.5), '50.0\u00a0%'],
    [metricValue('rmse', 48123), '48,123'],
    [clipped('abcdef', 4), 'abc…'],
  ])('%s', (written, expected) => {
    expect(written).toBe(expected);
  });
});
