import { describe, expect, test } from 'vitest';
import { Random } from '../../src/base/index.ts';
import { type Dataset, fromArrays, fromRows, type Split } from '../../src/data/index.ts';
import { modelFile } from '../../src/export/index.ts';
import { type Baseline, baselinesOn, type Experiment, resolve, trainOn } from '../../src/train/index.ts';
import { cpu, digits, on, prepare } from './support.ts';

const times = <T>(count: number, of: (i: number) => T): T[] => Array.from({ length: count }, (_, i) => of(i));
const rowsOf = (start: number, end: number) => Int32Array.from({ length: end - start }, (_, i) => start + i);
const random = new Random(1);

type Rest = Omit<Experiment, 'data'>;

/** What stands beside an experiment, on rows of a given division. */
async function beside(dataset: Dataset, rest: Rest, rows?: Split, signal?: AbortSignal): Promise<Baseline[]> {
  const { resolved, network, rows: usual } = await prepare(dataset, rest);
  return baselinesOn(dataset, { settings: resolved.settings, network, rows: rows ?? usual }, { engine: cpu, signal });
}

/** The first 8 rows are trained on, the next 2 decide, the last 4 are the test. */
const rows: Split = { train: rowsOf(0, 8), validation: rowsOf(8, 10), test: rowsOf(10, 14) };
const features = times(14, (i) => [i, -i]);
/** Linear models have no linear baseline, so that what is left is the constant one. */
const linear = { model: 'linear' } as const;

async function constant(targets: Parameters<typeof fromArrays>[0]['targets'], rest: Rest): Promise<Baseline> {
  const found = await beside(fromArrays({ features, targets, name: 'made' }), { ...linear, ...rest }, rows);
  expect(found).toHaveLength(1);
  return found[0];
}

describe('the best constant answer', () => {
  // Train: 5 no, 3 yes; test: 1 no, 3 yes.
  const two = [...times(5, () => 'no'), ...times(3, () => 'yes'), 'yes', 'yes', 'no', ...times(3, () => 'yes')];

  test.each(['crossEntropy', 'binaryCrossEntropy', 'hinge'])('for classes under %s', async (loss) => {
    expect(await constant(two, { loss, metric: 'accuracy' })).toEqual({
      name: 'always "no"',
      why: 'the most frequent class, 62.5 % of the training rows',
      value: 0.25,
    });
    expect((await constant(two, { loss, metric: 'balancedAccuracy' })).value).toBeCloseTo(0.5, 12);
  });

  test.each(['crossEntropy', 'binaryCrossEntropy'])(
    'is as probable as the class is frequent, under %s',
    async (loss) => {
      const { value } = await constant(two, { loss, metric: 'logLoss' });
      expect(value).toBeCloseTo(-(Math.log(5 / 8) + 3 * Math.log(3 / 8)) / 4, 9);
      expect((await constant(two, { loss, metric: 'rocAuc' })).value).toBe(0.5);
    },
  );

  test('of three classes, one of which is not among the training rows, is still a number', async () => {
    const three = [...times(5, () => 'a'), ...times(3, () => 'b'), 'a', 'b', 'a', 'b', 'b', 'c'];
    const dataset = fromArrays({ features, targets: three, name: 'made' });
    const rest = { ...linear, metric: 'logLoss', split: { stratify: false, validation: 0, test: 0 } } as const;
    const [{ value }] = await beside(dataset, { ...rest, earlyStopping: false }, rows);
    const seen = Math.log(5 / 8) + 2 * Math.log(3 / 8);
    expect(value).toBeGreaterThan(-seen / 4);
    expect(value).toBeLessThan(10);
  });

  test('for numbers is the mean of the training rows, in the unit of the target', async () => {
    const numbers = [0, 10, 20, 30, 40, 50, 60, 70, 1e6, 1e6, 30, 40, 35, 45];
    const rmse = Math.sqrt((5 ** 2 + 5 ** 2 + 0 + 10 ** 2) / 4);
    for (const target of ['standardize', 'raw'] as const) {
      const found = await constant(numbers, { loss: 'meanSquaredError', target });
      expect(found).toMatchObject({ name: 'always the mean', why: '35.00 in the training rows' });
      expect(found.value).toBeCloseTo(rmse, 9);
    }
    expect((await constant(numbers, { metric: 'meanAbsoluteError' })).value).toBeCloseTo(5, 9);
    // The test rows have the mean 37.5 and squares of 125 about it.
    expect((await constant(numbers, { metric: 'r2' })).value).toBeCloseTo(1 - 150 / 125, 9);
    const negative = await constant(
      numbers.map((x) => -x),
      {},
    );
    expect(negative).toMatchObject({ why: '-35.00 in the training rows', value: expect.closeTo(rmse, 9) });
  });

  test('for numbers, several a row, is a mean of each', async () => {
    const pairs = times(14, (i) => [i, 100 - 2 * i]);
    const found = await constant(pairs, {});
    expect(found.why).toBe('3.500, 93.00 in the training rows');
    // Rows 10 … 13 are 6.5 … 9.5 above the first mean, and twice that below the second.
    const squares = [6.5, 7.5, 8.5, 9.5].map((gap) => 5 * gap ** 2);
    expect(found.value).toBeCloseTo(Math.sqrt(squares.reduce((sum, x) => sum + x, 0) / 8), 9);
  });

  test('for counts under the Poisson loss is their mean, not its logarithm', async () => {
    const counts = [0, 1, 2, 3, 4, 5, 6, 3, 50, 50, 3, 4, 3, 1];
    const found = await constant(counts, { loss: 'poisson', metric: 'rmse' });
    expect(found.why).toBe('3.000 in the training rows');
    expect(found.value).toBeCloseTo(Math.sqrt((0 + 1 + 0 + 4) / 4), 9);
  });

  test('for counts that are all 0 where the network learns is 0', async () => {
    const counts = [...times(8, () => 0), 1, 1, 2, 0, 0, 0];
    expect((await constant(counts, { loss: 'poisson', metric: 'rmse' })).value).toBeCloseTo(1, 9);
  });

  test('for labels is how often each is there', async () => {
    // Train: 6, 2, 0 and 8 of 8; test: 3, 1, 1 and 4 of 4.
    const labels = times(14, (i) => {
      const within = i < 10 ? i : 2 * (i - 10);
      return [Number(within < 6), Number(within < 2), Number(i === 13), 1];
    });
    const rest = { loss: 'binaryCrossEntropy', metric: 'accuracy' } as const;
    const found = await constant(labels, rest);
    expect(found.why).toBe('0.7500, 0.2500, 0, 1.000 in the training rows');
    // Said: 1, 0, 0, 1.
    expect(found.value).toBeCloseTo((3 + 3 + 3 + 4) / 16, 12);
    const { value } = await constant(labels, { ...rest, metric: 'logLoss' });
    expect(Number.isFinite(value)).toBe(true);
  });

  test('is not measured where there are no test rows', async () => {
    const dataset = fromArrays({ features, targets: two, name: 'made' });
    expect(await beside(dataset, linear, { ...rows, test: new Int32Array(0) })).toEqual([]);
  });

  test('hangs on the training rows alone', async () => {
    const targets = times(14, (i) => (i < 8 ? i : i < 10 ? 1e9 : 3.5));
    expect((await constant(targets, {})).value).toBeCloseTo(0, 9);
  });
});

describe('the linear model', () => {
  const weights = [3, -2, 0, 0.5];
  const inputs = times(600, () => weights.map((_, k) => 10 ** k * random.normal()));
  const sums = inputs.map((row) => row.reduce((sum, x, k) => sum + (weights[k] * x) / 10 ** k, 0));
  const hidden: Rest = { model: [{ dense: { units: 4 } }, 'relu', { dense: { units: 1 } }], epochs: 1 };

  test('comes near the best linear answer, whatever the scale of the features and of the target', async () => {
    // Least squares leave the noise, of deviation 1; the rest of the variance is 9 + 4 + 0.25.
    const targets = sums.map((sum) => 1e5 * (sum + random.normal()) + 1e6);
    const dataset = fromArrays({ features: inputs, targets, name: 'plane' });
    const [mean, found] = await beside(dataset, { ...hidden, metric: 'r2' });
    expect(mean.value).toBeLessThan(0.05);
    expect(found).toMatchObject({ name: 'a linear model', why: 'the same features without hidden layers' });
    expect(found.value).toBeGreaterThan(0.88);
    expect(found.value).toBeLessThan(0.97);
    const [, inUnits] = await beside(dataset, hidden);
    expect(inUnits.value / 1e5).toBeGreaterThan(0.75);
    expect(inUnits.value / 1e5).toBeLessThan(1.3);
  });

  test('tells classes that a plane divides', async () => {
    const targets = sums.map((sum) => (sum > 0 ? 'above' : 'below'));
    const dataset = fromArrays({ features: inputs, targets, name: 'sides' });
    for (const loss of ['crossEntropy', 'binaryCrossEntropy', 'hinge']) {
      const units = loss === 'binaryCrossEntropy' ? 1 : 2;
      const model = [{ dense: { units: 4 } }, 'relu', { dense: { units } }];
      const [most, found] = await beside(dataset, { ...hidden, model, loss });
      expect(most.value).toBeLessThan(0.65);
      expect(found.value, loss).toBeGreaterThan(0.93);
    }
  });

  test('does not tell what no plane divides', async () => {
    const targets = inputs.map(([a, b]) => (a * b > 0 ? 'same' : 'different'));
    const dataset = fromArrays({ features: inputs, targets, name: 'xor' });
    const model = [{ dense: { units: 4 } }, 'relu', { dense: { units: 2 } }];
    const [, found] = await beside(dataset, { ...hidden, model });
    expect(found.value).toBeLessThan(0.7);
  });

  test('of a table has the same columns: numbers, gaps and categories', async () => {
    const towns = ['Oslo', 'Rome', 'Lima'];
    const table = times(500, (i) => {
      const [size, town] = [random.normal(), random.below(3)];
      const price = 2 * size + 3 * town + 0.3 * random.normal();
      return { size: i % 11 === 0 ? null : size, town: towns[town], price: i % 11 === 0 ? price - 2 * size : price };
    });
    const dataset = await fromRows(table, { target: 'price', name: 'prices' });
    const [, found] = await beside(dataset, { ...hidden, metric: 'r2' });
    expect(found.value).toBeGreaterThan(0.95);
    const usual = resolve(on(dataset), dataset);
    expect(usual.settings.preprocess).toMatchObject([{ columns: {} }]);
  });

  test('of images looks at their pixels', async () => {
    const model = [{ conv2d: { filters: 2, kernel: 3 } }, 'relu', 'flatten', { dense: { units: 10 } }];
    const found = await beside(digits, { model, epochs: 1 });
    expect(found.map(({ name }) => name)).toEqual([expect.stringMatching(/^always "\d"$/), 'a linear model']);
    expect(found[0].value).toBeLessThan(0.15);
    expect(found[1].value).toBeGreaterThan(0.9);
  });

  test('is the same again, and another with another seed', async () => {
    const targets = sums.map((sum) => sum + random.normal());
    const dataset = fromArrays({ features: inputs, targets, name: 'plane' });
    const first = await beside(dataset, hidden);
    expect(await beside(dataset, hidden)).toEqual(first);
    const split = { seed: 0 };
    const other = await beside(dataset, { ...hidden, seed: 1, split });
    expect(other[0]).toEqual(first[0]);
    expect(other[1].value).not.toBe(first[1].value);
  });

  test('is left out where the model itself is linear, and after an interruption', async () => {
    const dataset = fromArrays({ features: inputs, targets: sums, name: 'plane' });
    const names = async (rest: Rest, signal?: AbortSignal) =>
      (await beside(dataset, rest, undefined, signal)).map(({ name }) => name);
    expect(await names(hidden)).toEqual(['always the mean', 'a linear model']);
    expect(await names({ ...hidden, model: 'linear' })).toEqual(['always the mean']);
    expect(await names(hidden, AbortSignal.abort())).toEqual(['always the mean']);
  });

  test('stands beside a network whose hidden layer is a maxout', async () => {
    const dataset = fromArrays({ features: inputs, targets: sums, name: 'plane' });
    const found = await beside(dataset, { ...hidden, model: [{ maxout: { units: 4 } }, { dense: { units: 1 } }] });
    expect(found.map(({ name }) => name)).toEqual(['always the mean', 'a linear model']);
  });

  test('is left out where the run went on from a model', async () => {
    const dataset = fromArrays({ features: inputs, targets: sums, name: 'plane' });
    const first = await trainOn(dataset, on(dataset, hidden), { engine: cpu });
    const from = { model: 'first.onnx', bytes: modelFile(first) };
    const run = await trainOn(dataset, on(dataset, { from, epochs: 1 }), { engine: cpu });
    expect(run.settings.from).toMatchObject({ model: 'first.onnx' });
    const found = await baselinesOn(dataset, run, { engine: cpu });
    expect(found.map(({ name }) => name)).toEqual(['always the mean']);
  });
});
