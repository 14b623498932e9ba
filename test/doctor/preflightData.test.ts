import { describe, expect, test } from 'vitest';
import { Random } from '../../src/base/index.ts';
import { fromArrays, fromRows } from '../../src/data/index.ts';
import { relationOf } from '../../src/doctor/preflight/relation.ts';
import { digits, iris } from '../train/support.ts';
import { ask, dense, points, slope } from './preflightSupport.ts';

describe('unscaledInput', () => {
  test('is quiet on standardized inputs, on pixels from 0 to 1 and on inputs that a first normalization scales', async () => {
    expect(await ask('unscaledInput', iris)).toMatchObject({ verdict: 'ok' });
    expect(await ask('unscaledInput', digits, { preprocess: ['rescale'] })).toMatchObject({ verdict: 'ok' });
    const wide = points(200, ([a, b, c], label) => [[500 * a, 500 * b, 500 * c], label]);
    const model = ['batchNorm', dense(8), 'relu', dense(2)];
    expect(await ask('unscaledInput', wide, { preprocess: [], model })).toMatchObject({ verdict: 'ok' });
  });

  test('fires on raw numbers far from 1, large or small, and proposes to standardize', async () => {
    for (const factor of [500, 1e-5]) {
      const far = points(200, ([a, b, c], label) => [[factor * a, factor * b, factor * c], label]);
      const outcome = await ask('unscaledInput', far, { preprocess: [] });
      expect(outcome).toMatchObject({ verdict: 'warning', layer: 'input' });
      expect(outcome.changes).toMatchObject([{ settings: { preprocess: ['standardize'] } }]);
      expect(await ask('unscaledInput', far)).toMatchObject({ verdict: 'ok' });
    }
  });

  test('is quiet on counts of words, of which nearly all are 0', async () => {
    const random = new Random(5);
    const features = Array.from({ length: 200 }, () =>
      Array.from({ length: 400 }, () => Number(random.uniform() < 3e-4)),
    );
    const words = fromArrays({ features, targets: features.map((_, i) => `class ${i % 2}`), name: 'words' });
    expect(await ask('unscaledInput', words, { preprocess: [] })).toMatchObject({ verdict: 'ok' });
  });
});

describe('constantFeatures', () => {
  const withConstants = (constant: number, varied: number) =>
    fromArrays({
      features: Array.from({ length: 60 }, (_, i) => [...new Array(constant).fill(7), ...new Array(varied).fill(i)]),
      targets: Array.from({ length: 60 }, (_, i) => `class ${i % 2}`),
      name: 'constants',
    });

  test('is quiet where some features never change, as the rim of digits', async () => {
    expect(await ask('constantFeatures', digits)).toMatchObject({
      verdict: 'ok',
      measured: expect.stringMatching(/^\d+ of 64 /),
    });
    expect(await ask('constantFeatures', withConstants(8, 2))).toMatchObject({ verdict: 'ok' });
  });

  test('warns where nearly all, and is an error where all are so', async () => {
    expect(await ask('constantFeatures', withConstants(30, 1))).toMatchObject({ verdict: 'warning' });
    expect(await ask('constantFeatures', withConstants(3, 0))).toMatchObject({
      verdict: 'error',
      measured: '3 of 3 features never change',
    });
  });
});

describe('targets', () => {
  test('is quiet on classes, on standardized numbers and on raw ones of a usual size', async () => {
    expect(await ask('targets', iris)).toMatchObject({ verdict: 'ok', measured: '3 classes' });
    expect(
      await ask(
        'targets',
        slope(200, (y) => 1e6 * y),
      ),
    ).toMatchObject({ verdict: 'ok' });
    expect(await ask('targets', slope(), { target: 'raw' })).toMatchObject({ verdict: 'ok' });
  });

  test('fires on raw targets that are far too large, and proposes to standardize them', async () => {
    const outcome = await ask(
      'targets',
      slope(200, (y) => 1000 * y),
      { target: 'raw' },
    );
    expect(outcome).toMatchObject({ verdict: 'warning', changes: [{ settings: { target: 'standardize' } }] });
  });

  test('is an error where all targets are the same', async () => {
    expect(
      await ask(
        'targets',
        slope(100, () => 4),
      ),
    ).toMatchObject({ verdict: 'error' });
  });
});

describe('imbalance', () => {
  const rare = (every: number) => points(600, (features, _, i) => [features, i % every === 0 ? 'rare' : 'frequent']);

  test('is quiet on even classes and on ten to one', async () => {
    expect(await ask('imbalance', iris)).toMatchObject({ verdict: 'ok' });
    expect(await ask('imbalance', rare(11))).toMatchObject({ verdict: 'ok' });
  });

  test('fires on one in fifty, unless the loss weighs the classes', async () => {
    const outcome = await ask('imbalance', rare(50));
    expect(outcome).toMatchObject({ verdict: 'warning', measured: expect.stringContaining('"rare"') });
    const [{ settings }] = outcome.changes!;
    expect(settings).toEqual({ loss: { crossEntropy: { smoothing: 0, classWeights: 'balanced' } } });
    expect(await ask('imbalance', rare(50), settings)).toMatchObject({ verdict: 'ok' });
  });

  test('proposes a weight for the rare one of two classes under one logit', async () => {
    const { changes } = await ask('imbalance', rare(50), { loss: 'binaryCrossEntropy' });
    expect(changes).toMatchObject([
      { settings: { loss: { binaryCrossEntropy: { positiveWeight: expect.any(Number) } } } },
    ]);
  });
});

describe('splitMix', () => {
  const inTime = (label: (i: number) => string) => {
    const { features, shape } = points(300);
    const targets = Array.from({ length: 300 }, (_, i) => label(i));
    return fromArrays({ features, shape, targets, times: targets.map((_, i) => i), name: 'in time' });
  };
  const split = { by: 'time', validation: 0.2, test: 0.1 } as const;

  test('is quiet where every split has its share', async () => {
    expect(await ask('splitMix', iris)).toMatchObject({ verdict: 'ok' });
    expect(await ask('splitMix', slope(60))).toMatchObject({ verdict: 'ok' });
    expect(
      await ask(
        'splitMix',
        inTime((i) => `class ${i % 3}`),
        { split },
      ),
    ).toMatchObject({ verdict: 'ok' });
  });

  test('fires where rows sorted by label are cut in order', async () => {
    const sorted = inTime((i) => (i < 180 || i === 299 ? 'early' : 'late'));
    expect(await ask('splitMix', sorted, { split })).toMatchObject({
      verdict: 'warning',
      measured: expect.stringContaining('validation'),
    });
  });

  test('fires where numbers drift away', async () => {
    const { features, shape } = points(300);
    const targets = Array.from({ length: 300 }, (_, i) => i + (i % 7));
    const drifting = fromArrays({ features, shape, targets, times: targets.map((_, i) => i), name: 'drift' });
    expect(await ask('splitMix', drifting, { split })).toMatchObject({ verdict: 'warning' });
  });
});

describe('duplicates', () => {
  test('is quiet on new rows, and on coarse numbers that repeat everywhere', async () => {
    expect(await ask('duplicates', points())).toMatchObject({ verdict: 'ok' });
    const coarse = points(800, ([a, b, c], label) => [[Math.round(2 * a), Math.round(2 * b), Math.round(c)], label]);
    expect(await ask('duplicates', coarse)).toMatchObject({
      verdict: 'ok',
      measured: expect.stringMatching(/^8\d\.\d %/),
    });
  });

  test('fires where rows of fine numbers were copied before they were divided', async () => {
    const made = points(100);
    const features = Float32Array.from({ length: 400 * 3 }, (_, i) => made.features[i % 300]);
    const labels = Array.from({ length: 400 }, (_, i) => String(made.targets.data[i % 100]));
    const copied = fromArrays({ features, shape: [3], targets: labels, name: 'copied' });
    expect(await ask('duplicates', copied)).toMatchObject({ verdict: 'warning' });
  });

  test('fires where the test rows are copies of training rows', async () => {
    const made = points(300);
    const features = Float32Array.from({ length: 330 * 3 }, (_, i) => made.features[i < 900 ? i : i - 900]);
    const labels = Array.from({ length: 330 }, (_, i) => String(made.targets.data[i % 300]));
    const copied = { ...fromArrays({ features, shape: [3], targets: labels, name: 'copied' }), testRows: 30 };
    expect(await ask('duplicates', copied)).toMatchObject({ verdict: 'warning', layer: 'test' });
  });
});

describe('leakage', () => {
  const people = (code: (left: boolean) => number) => {
    const random = new Random(3);
    return fromRows(
      Array.from({ length: 200 }, () => {
        const age = 20 + 40 * random.uniform();
        const left = age + 20 * random.normal() > 40;
        return { age, code: code(left), left: left ? 'yes' : 'no' };
      }),
      { target: 'left', name: 'people' },
    );
  };
  const random = new Random(4);

  test('is quiet on columns that only help', async () => {
    expect(await ask('leakage', await people(() => random.normal()))).toMatchObject({ verdict: 'ok' });
  });

  test('names the column that is the target in other words', async () => {
    const outcome = await ask('leakage', await people((left) => (left ? 5 : 3) + 0.5 * random.uniform()));
    expect(outcome).toMatchObject({
      verdict: 'warning',
      layer: 'code',
      try: [expect.stringContaining('--column code=ignore')],
    });
  });
});

describe('labels', () => {
  const own = points(500);
  const shuffled = (seed: number) => ({
    ...own,
    targets: {
      ...own.targets,
      data: new Random(seed).shuffle(own.targets.data.slice() as Int32Array),
    } as typeof own.targets,
  });

  test('is quiet where the targets hang on the inputs: on one feature, or only on several together', async () => {
    expect(await ask('labels', own)).toMatchObject({ verdict: 'ok' });
    const random = new Random(9);
    const features = Array.from({ length: 500 }, () => [2 * random.uniform() - 1, 2 * random.uniform() - 1]);
    const xor = fromArrays({
      features,
      targets: features.map(([a, b]) => (a * b > 0 ? 'same' : 'other')),
      name: 'xor',
    });
    expect(await ask('labels', xor)).toMatchObject({ verdict: 'ok' });
  });

  test('is quiet on labels of which half are wrong', async () => {
    const random = new Random(10);
    const noisy = points(800, (features, label) => [
      features,
      random.uniform() < 0.5 ? ['no', 'yes'][random.below(2)] : label,
    ]);
    expect(await ask('labels', noisy)).toMatchObject({ verdict: 'ok' });
  });

  test('says nothing of few rows', async () => {
    expect(await ask('labels', iris)).toMatchObject({ verdict: 'skipped' });
  });

  test('fires on shuffled targets; of ten shuffles at most two look like a relation', async () => {
    expect(await ask('labels', shuffled(1))).toMatchObject({ verdict: 'warning' });
    const rows = Int32Array.from({ length: 400 }, (_, i) => i);
    const related = Array.from({ length: 10 }, (_, i) => relationOf(shuffled(20 + i), rows, 0)).filter(
      ({ neighbours, feature }) => Math.min(neighbours, feature) <= 0.05,
    );
    expect(related.length).toBeLessThanOrEqual(2);
  });

  test('numbers and missing values count too', () => {
    const rows = Int32Array.from({ length: 400 }, (_, i) => i);
    const line = slope(400);
    expect(relationOf(line, rows, 0).feature).toBeLessThan(0.01);
    const holes = line.features.slice() as Float32Array;
    for (let i = 0; i < holes.length; i += 5) holes[i] = Number.NaN;
    expect(relationOf({ ...line, features: holes }, rows, 0).feature).toBeLessThan(0.01);
  });
});
