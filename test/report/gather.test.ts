import { describe, expect, test, vi } from 'vitest';
import { Random } from '../../src/base/index.ts';
import { type Dataset, fromArrays } from '../../src/data/index.ts';
import { loadDataset } from '../../src/data/readers/index.ts';
import { onnxRuntimeEngine } from '../../src/engine/index.ts';
import { trainEnsemble } from '../../src/ensemble/index.ts';
import { gatherReport, renderReport } from '../../src/report/index.ts';

// A training takes less than a second, and several on a busy machine.
vi.setConfig({ testTimeout: 30_000 });

const engine = onnxRuntimeEngine({ threads: 1 });
const facts = { version: '0.0.0', made: new Date(0), engine };

const trained = (dataset: Dataset, rest: object = {}) =>
  trainEnsemble(dataset, { data: { dataset: dataset.name }, epochs: 20, ...rest }, { engine });

describe('what is gathered of a run', () => {
  test('on a table of classes is what the run measured, with what each column is worth', async () => {
    const iris = await loadDataset('iris');
    const run = await trained(iris);
    const report = await gatherReport(run, iris, facts);
    expect(report.headline).toMatchObject({
      task: 'classes',
      metric: 'accuracy',
      better: 'higher',
      on: 'test',
      rows: 15,
    });
    expect(report.headline.value).toBe(run.test!.metric);
    expect(report.metrics).toEqual(run.test!.metrics);
    expect(report.confusion).toEqual(run.test!.confusion);
    expect(report.calibration!.error).toBeCloseTo(run.test!.metrics.calibrationError!, 6);
    expect(report.importance!.features.map(({ feature }) => feature).sort()).toEqual([...iris.columns!].sort());
    expect(report.importance!.features[0].feature).toMatch(/^petal/);
    expect(report.data.classes).toEqual(['setosa', 'versicolor', 'virginica'].map((name) => ({ name, count: 50 })));
    expect(report.worst).toHaveLength(12);
    const [{ row, values }] = report.worst;
    expect(run.rows.test).toContain(row);
    expect(Number(values!['sepal length (cm)'])).toBeCloseTo(iris.features[row * 4], 3);
    expect(renderReport(report)).toContain('petal length');
  });

  test('of members together is what they say together, and of images has their pictures', async () => {
    const digits = await loadDataset('digits');
    const run = await trained(digits, {
      model: ['flatten', { dense: { units: 10 } }],
      epochs: 2,
      limit: { train: 300 },
      ensemble: { members: 2 },
    });
    const report = await gatherReport(run, digits, { ...facts, encodeImage: (row) => `data:image/png;base64,${row}` });
    expect(report.headline.value).toBe(run.gain!.together);
    expect(report.model.members).toBe(2);
    expect(report.curves.map(({ epochs }) => epochs.length)).toEqual([2, 2]);
    expect(report.importance).toBeUndefined();
    expect(report.worst[0].image).toBe(`data:image/png;base64,${report.worst[0].row}`);
  });

  const random = new Random(2);
  const features = Array.from({ length: 300 }, () => [random.normal(), random.normal()]);
  const columns = ['used', 'noise'];

  test('of numbers has residuals in the unit of the target', async () => {
    const targets = features.map(([x]) => 100 + 20 * x);
    const dataset = { ...fromArrays({ features, targets, name: 'numbers' }), columns };
    const run = await trained(dataset, {
      model: [{ dense: { units: 1 } }],
      optimizer: { adam: { lr: 0.1 } },
      epochs: 60,
    });
    const report = await gatherReport(run, dataset, { ...facts, target: 'price' });
    expect(report.metrics).toEqual(run.test!.metrics);
    const [{ name, truth, predicted, total }] = report.residuals!;
    expect([name, total]).toEqual(['price', run.rows.test.length]);
    expect(truth).toEqual(Array.from(run.rows.test, (row) => dataset.targets.data[row]));
    const mse = truth.reduce((sum, y, i) => sum + (predicted[i] - y) ** 2, 0) / truth.length;
    expect(Math.sqrt(mse)).toBeCloseTo(report.metrics.rmse, 4);
    expect(report.importance!.features[0].feature).toBe('used');
    expect(report.importance!.features[0].drop).toBeGreaterThan(5);
  });

  test('without test rows is measured on the validation rows, and says so', async () => {
    const dataset = {
      ...fromArrays({ features, targets: Int32Array.from(features, ([x]) => Number(x > 0)) }),
      columns,
    };
    const run = await trained(dataset, { split: { validation: 0.2, test: 0 }, epochs: 3 });
    const report = await gatherReport(run, dataset, facts);
    expect(report.headline).toMatchObject({ task: 'binary', on: 'validation', rows: 60 });
    expect(report.calibration!.of).toBe('1');
    expect(renderReport(report)).toContain('There are no test rows');
  });

  test('shows rows of a table as they were: categories by name, what is missing as missing', async () => {
    const coded = features.map(([x, y], i) => [x, i % 3, y]);
    const dataset = {
      ...fromArrays({ features: coded, targets: features.map(([x]) => x), name: 'mixed' }),
      columns: ['number', 'colour', 'other'],
    };
    const run = await trained(dataset, { epochs: 1 });
    const table = [
      { name: 'number', kind: 'number', missing: false },
      { name: 'colour', kind: 'category', values: ['red', 'green'], missing: true },
      { name: 'other', kind: 'number', missing: false },
    ] as const;
    const { worst } = await gatherReport(run, { ...dataset, table }, facts);
    for (const { row, values } of worst) expect(values!.colour).toBe(['red', 'green', null][row % 3]);
  });

  test('is refused where no rows were held back', async () => {
    const dataset = fromArrays({ features, targets: features.map(([x]) => x), name: 'all' });
    const run = await trained(dataset, { split: { validation: 0, test: 0 }, epochs: 1 });
    await expect(gatherReport(run, dataset, facts)).rejects.toThrow('needs rows that were not trained on');
  });
});
