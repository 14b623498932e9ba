import { describe, expect, test } from 'vitest';
import { WellfitError } from '../../src/base/index.ts';
import { onnxRuntimeEngine, referenceEngine } from '../../src/engine/index.ts';
import { Graph } from '../../src/graph/index.ts';
import { invertPreprocess, outputShape, readPreprocess } from '../../src/preprocess/index.ts';
import { dataset, fit, range } from './support.ts';

const cpu = onnxRuntimeEngine({ device: 'cpu', threads: 1 });
const table = (rows: number, width: number) =>
  Float32Array.from({ length: rows * width }, (_, i) => ((i * 7919) % 101) / 10 + (i % width));

async function refusal(work: () => unknown): Promise<string> {
  try {
    await work();
  } catch (error) {
    if (!(error instanceof WellfitError)) throw error;
    return error.message;
  }
  throw new Error('nothing was refused');
}

describe('options', () => {
  const wrong: [unknown, string][] = [
    ['whitten', 'preprocess[0]: unknown preprocessing step "whitten"\nFix: did you mean "whiten"?'],
    [{ pca: 0 }, 'preprocess[0].pca.components: must be greater than 0'],
    [{ pca: 2.5 }, 'preprocess[0].pca.components: must be a whole number, or a share of the variance below 1'],
    [{ standardize: { sample: 0 } }, 'preprocess[0].standardize.sample: must be greater than 0'],
    [{ clip: { sample: 5, low: 0 } }, 'unknown option "sample" in preprocess[0].clip'],
    [{ standardize: { over: 'pixel' } }, 'preprocess[0].standardize.over: must be one of "feature", "channel"'],
    [{ minMax: { low: 1 } }, 'preprocess[0].minMax: low must be less than high'],
    [{ clip: { low: 3, high: 2 } }, 'preprocess[0].clip: low must be less than high'],
    ['clip', 'preprocess[0].clip: give low, high or both'],
    [{ whiten: 'cholesky' }, 'preprocess[0].whiten.kind: must be one of "pca", "zca"'],
    [{ whiten: { epsilon: -1 } }, 'preprocess[0].whiten.epsilon: must be at least 0'],
  ];
  test.each(wrong)('%j', async (step, message) => {
    expect(await refusal(() => readPreprocess([step]))).toContain(message);
  });
});

describe('steps that do not fit the shape of a row, before anything is computed', () => {
  const wrong: [readonly unknown[], number[], string][] = [
    [
      [{ standardize: { over: 'channel' } }],
      [4],
      'preprocess[0].standardize: a row has no channels\n  expected  images of [channels, height, width]\n  received  rows of [4]',
    ],
    [[{ pca: 2 }, { robust: { over: 'channel' } }], [1, 2, 2], 'preprocess[1].robust: a row has no channels'],
    [
      [{ pca: 5 }],
      [4],
      'preprocess[0].pca: there are not so many components\n  expected  at most 4, the number of features\n  received  5',
    ],
    [[{ pca: 2 }, { whiten: { components: 3 } }], [4], 'preprocess[1].whiten: there are not so many components'],
    [
      ['pca'],
      [3, 224, 224],
      'preprocess[0].pca: rows of [3, 224, 224] have too many features\n  expected  at most 8,192\n  received  150,528',
    ],
  ];
  test.each(wrong)('%j on %j', async (steps, shape, message) => {
    expect(await refusal(() => outputShape(readPreprocess(steps), { shape, name: 'test' }))).toContain(message);
  });
});

describe('rows that a step cannot work on', () => {
  const bad = table(20, 3);
  bad[3 * 17 + 1] = -1.5;

  test('log1p of -1 or less names row and column, also of a row that is not trained on', async () => {
    const named = dataset(bad, [3], ['count', 'price', 'age']);
    for (const rows of [range(0, 20), range(0, 10)])
      expect(await refusal(() => fit(cpu, named, ['log1p'], rows))).toBe(
        'preprocess[0].log1p: row 17, feature price, is -1.500\n  expected  numbers greater than -1, for the logarithm of 1 + x\n  received  -1.500\n' +
          'Likely: the feature is not a count or an amount\nFix: use { "log1p": { "signed": true } }',
      );
    expect(await refusal(() => fit(cpu, dataset(bad, [3]), ['log1p']))).toContain('row 17, feature 1, is -1.500');
    await fit(cpu, named, [{ log1p: { signed: true } }]);
  });

  test('log1p after a step that centers says so', async () => {
    expect(await refusal(() => fit(referenceEngine, dataset(table(20, 3), [3]), ['center', 'log1p']))).toMatch(
      /preprocess\[1\]\.log1p: row \d+, feature \d, is -[\s\S]*after the steps before\nLikely: a step before it centers/,
    );
  });

  test('more components than training rows', async () => {
    const text = await refusal(() => fit(cpu, dataset(table(20, 8), [8]), [{ pca: 6 }], range(0, 5)));
    expect(text).toContain('preprocess[0].pca: 5 rows have not so many components');
    expect(text).toContain('received  6');
  });

  test('whitening without epsilon, of fewer rows than features and of features that follow from one another', async () => {
    const step = { whiten: { kind: 'zca', epsilon: 0 } };
    const noisy = Float32Array.from({ length: 60 }, (_, i) => Math.sin(i * i));
    for (const engine of [referenceEngine, cpu]) {
      const few = await refusal(() => fit(engine, dataset(noisy, [12]), [step]));
      expect(few).toContain('preprocess[0].whiten: the rows do not vary along 8 of 12 directions');
      expect(few).toContain('Likely: 5 rows span at most 4 directions');
      const twins = Float32Array.from({ length: 60 }, (_, i) => Math.sin((i >> 1) ** 2));
      const follows = await refusal(() => fit(engine, dataset(twins, [2]), [step]));
      expect(follows).toContain('the rows do not vary along 1 of 2 directions');
      expect(follows).toContain('Likely: features are constant, or follow from one another');
      await fit(engine, dataset(noisy, [12]), [{ whiten: 'zca' }]);
      await fit(engine, dataset(noisy, [12]), [{ whiten: { kind: 'zca', epsilon: 0, components: 4 } }]);
    }
  });

  test('rows that are all alike have no principal components', async () => {
    const alike = dataset(new Float32Array(30).fill(2.5), [3]);
    expect(await refusal(() => fit(cpu, alike, ['pca']))).toContain('preprocess[0].pca: all training rows are alike');
    expect(await refusal(() => fit(cpu, alike, ['whiten'], range(0, 1)))).toContain('received  1 row\n');
  });

  test('numbers whose squares do not fit into 32 bits', async () => {
    const huge = dataset(
      table(20, 3).map((x) => x * 1e25),
      [3],
    );
    expect(await refusal(() => fit(cpu, huge, ['pca']))).toContain('too large for 32 bits');
    await fit(cpu, huge, ['standardize', 'pca']);
  });
});

test('a list with a step that has no inverse cannot be inverted, and the step is named', async () => {
  const { steps } = await fit(cpu, dataset(table(20, 3), [3]), ['standardize', { clip: { high: 1 } }, 'center']);
  const y = new Graph().feed('y', 'float', [2, 3]);
  expect(await refusal(() => invertPreprocess(steps, y))).toContain('preprocess[1].clip has no inverse');
  expect(invertPreprocess(steps.slice(2), y).shape).toEqual([2, 3]);
});
