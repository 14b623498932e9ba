import { describe, expect, test } from 'vitest';
import { Random } from '../../src/base/index.ts';
import { type Dataset, fromArrays } from '../../src/data/index.ts';
import { metrics } from '../../src/nn/index.ts';
import { type Experiment, judgeRows, type Run, type TrainEvent, trainOn } from '../../src/train/index.ts';
import { cpu, expectSameBits, iris, measure, on, referenceEngine } from './support.ts';

type Rest = Omit<Experiment, 'data'>;

const random = new Random(12);
const features = Array.from({ length: 80 }, () => [random.normal(), random.normal()]);
/** Three classes of very different size that overlap. */
const uneven = fromArrays({
  features,
  targets: Int32Array.from(features, ([a, b], i) => (a + 0.5 * random.normal() > 1 ? 2 : b > 0.8 || i < 6 ? 1 : 0)),
  name: 'uneven',
});
const line = fromArrays({ features, targets: features.map(([a, b]) => a - b + 0.3 * random.normal()), name: 'line' });
const counts = fromArrays({
  features,
  targets: features.map(([a]) => Math.round(Math.exp(1 + 0.5 * a))),
  name: 'counts',
});
const labels: Dataset = {
  ...line,
  name: 'labels',
  targets: {
    kind: 'numbers',
    width: 2,
    data: Float32Array.from(features.flatMap(([a, b]) => [a > 0 ? 1 : 0, b > a ? 1 : 0])),
  },
};
const split = { validation: 0.25, test: 0.25 };
const train = (dataset: Dataset, rest: Rest) => trainOn(dataset, on(dataset, { split, ...rest }), { engine: cpu });

/** Goes up and down, so that the best epoch is not the last one. */
const hasty: Rest = {
  model: [{ dense: { units: 8 } }, 'relu', { dense: { units: 3 } }],
  optimizer: { adam: { lr: 0.1 } },
  schedule: 'constant',
  metric: 'f1',
  batchSize: 10,
  epochs: 40,
};

describe('early stopping by the metric', () => {
  const watchF1 = { ...hasty, earlyStopping: { metric: 'f1', patience: 4 } };

  test('keeps the epoch with the highest, as higher is better', async () => {
    const run = await train(uneven, watchF1);
    const values = run.epochs.map(({ validation }) => validation!.metric);
    const best = values.indexOf(Math.max(...values)) + 1;
    expect(run.settings.earlyStopping).toMatchObject({ metric: 'f1', direction: 'higher' });
    expect(run.best!.epoch).toBe(best);
    expect(run.epochs).toHaveLength(best + 4);
    expect(run.stopped.ending).toBe('earlyStopping');
    expect(run.stopped.words).toMatch(/^the validation f1 has not improved for 4 epochs; its best was /);
    const kept = await measure(uneven, run, run.rows.validation, { batch: 20 });
    expect(kept.metric).toBe(Math.max(...values));
    const losses = run.epochs.map(({ validation }) => validation!.loss);
    expect(losses.indexOf(Math.min(...losses)) + 1, 'the loss would have chosen another').not.toBe(best);
  });

  test('keeps the epoch with the lowest where lower is better', async () => {
    const rest: Rest = {
      ...hasty,
      model: 'mlp',
      metric: 'meanAbsoluteError',
      earlyStopping: { metric: 'meanAbsoluteError', patience: 4 },
    };
    const run = await train(line, rest);
    const values = run.epochs.map(({ validation }) => validation!.metric);
    expect(run.settings.earlyStopping).toMatchObject({ direction: 'lower' });
    expect(run.best!.epoch).toBe(values.indexOf(Math.min(...values)) + 1);
  });

  test('with restoreBest false stops as early and keeps the last weights', async () => {
    const restored = await train(uneven, watchF1);
    const run = await train(uneven, { ...watchF1, earlyStopping: { metric: 'f1', patience: 4, restoreBest: false } });
    expect(run.epochs.length).toBe(restored.epochs.length);
    expect(run.best).toBe(run.epochs[run.epochs.length - 1]);
    const plain = await train(uneven, { ...hasty, epochs: run.epochs.length, earlyStopping: false });
    expectSameBits(run.weights, plain.weights);
  });

  test.each<[string, Rest, RegExp]>([
    [
      'a direction that contradicts the metric',
      { metric: 'f1', earlyStopping: { metric: 'f1', direction: 'lower' } },
      /a better f1 is higher/,
    ],
    ['a direction that contradicts the loss', { earlyStopping: { direction: 'higher' } }, /a better loss is lower/],
    ['a metric that is not measured', { earlyStopping: { metric: 'f1' } }, /"f1" is not measured[\s\S]*"accuracy"/],
    ['no validation rows', { split: { validation: 0, test: 0.1 }, earlyStopping: {} }, /needs validation rows/],
    ['a metric for other targets', { metric: 'rmse' }, /"rmse" does not fit the targets of "uneven"/],
  ])('is refused before training with %s', async (_, rest, words) => {
    const onEvent = ({ kind }: TrainEvent) => expect.fail(`heard of ${kind}`);
    const experiment = on(uneven, { model: 'linear', split, ...rest });
    await expect(trainOn(uneven, experiment, { engine: cpu, onEvent })).rejects.toThrow(words);
  });
});

describe('metrics of a run', () => {
  test.each(['f1', 'rocAuc', 'matthews'])(
    '%s, which is no mean over rows, is measured at rest only',
    async (metric) => {
      const run = await train(uneven, { ...hasty, metric, epochs: 2 });
      expect(Object.keys(run.epochs[0].train)).toEqual(['loss']);
      expect(run.epochs[0].validation!.metric).toBeGreaterThan(0);
      expect(run.test!.metric).toBe(run.test!.metrics[metric as 'f1']);
    },
  );

  test.each(['accuracy', 'topK'])('%s, which is one, is measured while training as well', async (metric) => {
    const run = await train(uneven, { ...hasty, metric: metric === 'topK' ? { topK: { k: 2 } } : metric, epochs: 2 });
    expect(run.epochs[0].train.metric).toBeGreaterThan(0);
  });

  // topK is of the five first unless told otherwise, and three classes have no five.
  const classification = [
    'accuracy',
    'balancedAccuracy',
    'precision',
    'recall',
    'f1',
    'matthews',
    'rocAuc',
    'averagePrecision',
    'logLoss',
    'calibrationError',
  ];
  test.each<[string, Dataset, Rest, string[]]>([
    ['classes', iris, { model: 'linear' }, classification],
    ['scores, which are no probabilities', iris, { model: 'linear', loss: 'hinge' }, classification.slice(0, 8)],
    ['numbers', line, { model: 'linear' }, ['rmse', 'meanAbsoluteError', 'r2']],
    ['rates', counts, { model: 'linear', loss: 'poisson' }, ['rmse', 'meanAbsoluteError', 'r2']],
  ])('the report of the test rows holds all that fit: %s', async (_, dataset, rest, names) => {
    const { test: report } = await train(dataset, { ...rest, epochs: 2 });
    expect(Object.keys(report!.metrics).sort()).toEqual([...names].sort());
    for (const name of names) expect(report!.metrics[name as 'f1'], name).toEqual(expect.any(Number));
    expect(report!.confusion !== undefined).toBe(dataset === iris);
    expect(report!.classes?.length).toBe(dataset === iris ? 3 : undefined);
  });

  test('of labels hold those that fit labels', async () => {
    const rest: Rest = { model: [{ dense: { units: 2 } }], loss: 'binaryCrossEntropy', epochs: 2 };
    const { test: report, settings } = await train(labels, rest);
    const target = { kind: 'numbers', width: 2, labels: true } as const;
    const fitting = Object.entries(metrics).filter(([, metric]) => metric.fits(target, metric.options.parse({})));
    expect(Object.keys(report!.metrics).sort()).toEqual(fitting.map(([name]) => name).sort());
    expect(settings.metric).toBe('accuracy');
  });

  test('the confusion of the test rows: rows are true classes, columns what was said', async () => {
    const run = await train(uneven, { ...hasty, epochs: 3 });
    const [judged] = await judgeRows(uneven, [run], run.rows.test, cpu);
    const expected = [0, 1, 2].map(() => [0, 0, 0]);
    run.rows.test.forEach((row, i) => {
      const logits = Array.from({ length: 3 }, (_, k) => judged.outputs[3 * i + k]);
      expected[uneven.targets.data[row]][logits.indexOf(Math.max(...logits))]++;
    });
    expect(run.test!.confusion).toEqual(expected);
  });
});

describe('Poisson regression', () => {
  test('metrics see rates, while training and at rest', async () => {
    const rest: Rest = {
      model: 'linear',
      loss: 'poisson',
      optimizer: { sgd: { lr: 1e-30 } },
      batchSize: 40,
      epochs: 1,
      metric: 'rmse',
    };
    const run = await train(counts, rest);
    const error = async (rows: Int32Array) => {
      const [{ outputs }] = await judgeRows(counts, [run], rows, cpu);
      const squares = Array.from(rows, (row, i) => (Math.exp(outputs[i]) - counts.targets.data[row]) ** 2);
      return Math.sqrt(squares.reduce((sum, x) => sum + x, 0) / rows.length);
    };
    expect(run.epochs[0].train.metric).toBeCloseTo(await error(run.rows.train), 4);
    expect(run.epochs[0].validation!.metric).toBeCloseTo(await error(run.rows.validation), 5);
    expect(run.test!.metric).toBeCloseTo(await error(run.rows.test), 5);
    expect(run.test!.metrics.rmse).toBe(run.test!.metric);
  });
});

describe('class weights', () => {
  const balanced: Rest = {
    model: 'linear',
    loss: { crossEntropy: { classWeights: 'balanced' } },
    batchSize: 40,
    epochs: 1,
    optimizer: { sgd: { lr: 1e-30 } },
  };

  const count = (rows: Int32Array, label: number) => rows.filter((row) => uneven.targets.data[row] === label).length;
  const weightsOf = ({ rows: { train } }: Run) => [0, 1, 2].map((label) => train.length / (3 * count(train, label)));

  test('"balanced" are counted on the training rows alone', async () => {
    const rest = { ...balanced, limit: { train: 31 }, batchSize: 31 };
    const run = await train(uneven, rest);
    const all = Int32Array.from({ length: 80 }, (_, row) => row);
    expect(run.network.loss.options.classWeights).toEqual(weightsOf(run).map((w) => expect.closeTo(w, 12)));
    expect(weightsOf(run)[2]).not.toBeCloseTo(80 / (3 * count(all, 2)), 2);
    expect(run.settings.loss, 'the settings say what was asked for').toMatchObject({
      crossEntropy: { classWeights: 'balanced' },
    });
  });

  test('make the reported losses weighted means', async () => {
    const run = await train(uneven, balanced);
    const weights = weightsOf(run);
    const weighted = async (rows: Int32Array) => {
      const [{ outputs }] = await judgeRows(uneven, [run], rows, referenceEngine);
      let [sum, total] = [0, 0];
      rows.forEach((row, i) => {
        const [label, logits] = [uneven.targets.data[row], [0, 1, 2].map((k) => outputs[3 * i + k])];
        sum += weights[label] * (Math.log(logits.reduce((s, x) => s + Math.exp(x), 0)) - logits[label]);
        total += weights[label];
      });
      return sum / total;
    };
    expect(run.rows.train).toHaveLength(40);
    expect(run.epochs[0].train.loss).toBeCloseTo(await weighted(run.rows.train), 5);
    expect(run.epochs[0].validation!.loss).toBeCloseTo(await weighted(run.rows.validation), 5);
    expect(run.test!.loss).toBeCloseTo(await weighted(run.rows.test), 5);
    const plain = await train(uneven, { ...balanced, loss: 'crossEntropy' });
    expect(Math.abs(plain.test!.loss - run.test!.loss)).toBeGreaterThan(1e-3);
  });

  test('that are given stay as they are', async () => {
    const run = await train(uneven, { ...balanced, loss: { crossEntropy: { classWeights: [1, 2, 3] } } });
    expect(run.network.loss.options.classWeights).toEqual([1, 2, 3]);
  });
});
