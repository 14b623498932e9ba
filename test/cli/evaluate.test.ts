import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { loadData } from '../../src/data/readers/index.ts';
import { modelFile } from '../../src/export/index.ts';
import { type ClassPrediction, loadModel, type NumberPrediction } from '../../src/index.ts';
import { trainOn } from '../../src/train/index.ts';
import { people } from '../predict/support.ts';
import { folderWithImages, folderWithModels, peopleCsv } from './models.ts';
import { jsonOf, stackTrace, wellfit } from './support.ts';

let cwd: string;
beforeAll(async () => {
  cwd = await folderWithModels();
});

describe('a model of classes', () => {
  test('is measured as one counts by hand, beside what the test rows of the training said', async () => {
    const model = await loadModel(join(cwd, 'run'));
    const said = (await model.predict(people)) as ClassPrediction[];
    const right = people.filter(({ churned }, i) => said[i].label === churned).length;
    const yes = people.filter(({ churned }) => churned === 'yes').length;
    const found = people.filter(({ churned }, i) => churned === 'yes' && said[i].label === 'yes').length;
    const done = await wellfit(cwd, 'evaluate', 'run', 'people.csv', '--json');
    expect(done.code).toBe(0);
    const { rows, leftOut, metric, metrics, classes, confusion, training, loss } = jsonOf(done);
    expect({ rows, leftOut, loss }).toEqual({ rows: 400, leftOut: 0, loss: undefined });
    expect(metric).toEqual({ name: 'accuracy', value: right / 400 });
    expect(metrics.accuracy).toBe(right / 400);
    const surprise = people.reduce((sum, row, i) => sum - Math.log(said[i].probabilities[row.churned as string]), 0);
    expect(metrics.logLoss).toBeCloseTo(surprise / 400, 5);
    expect(classes[1]).toMatchObject({ name: 'yes', support: yes, recall: found / yes });
    expect(confusion[1]).toEqual([yes - found, found]);
    const { test: before } = model.facts.results as { test: { metric: number } };
    expect(training).toMatchObject({ metric: before.metric, rows: 80 });
  });

  test('says it in words, with the rows that have no truth left out', async () => {
    await writeFile(
      join(cwd, 'some.csv'),
      peopleCsv.replace(/,(yes|no)$/gm, (end, _, at) => (at < 2000 ? ',' : end)),
    );
    const { stdout, code } = await wellfit(cwd, 'evaluate', 'run', 'some.csv');
    expect(code).toBe(0);
    expect(stdout).toMatch(/^some\.csv: 3\d\d rows; \d+ without a "churned" are left out\n/);
    expect(stdout).toMatch(/^accuracy \d+\.\d\d % \(95 % sure: /m);
    expect(stdout).toMatch(/^at training \d+\.\d\d % on 80 test rows$/m);
    expect(stdout).toMatch(/^class +precision +recall +f1 +rows$/m);
    expect(stdout).toMatch(/^no .*\nyes .*\n/m);
  });

  test.each<[string, string[], number, string[]]>([
    ['a class never learned', ['run', 'maybe.csv'], 1, ['row 3: "churned" is "maybe"', 'one of: no, yes']],
    [
      'a misspelt class',
      ['run', 'yess.csv'],
      1,
      ['"yess", a class that the model does not know', 'did you mean "yes"?'],
    ],
    ['no target', ['run', 'people.csv', '--target', 'churn'], 2, ['the target', 'did you mean "churned"?']],
    ['no truth at all', ['run', 'blank.csv'], 1, ['no row is left to measure', 'all without a "churned"']],
    [
      'texts for numbers',
      ['spending.onnx', 'people.csv', '--target', 'city'],
      1,
      ['the target "city" holds no numbers'],
    ],
  ])('is not measured on %s', async (_, args, code, says) => {
    const files = {
      'maybe.csv': peopleCsv.replace(/(^1003,.*),\w+$/m, '$1,maybe'),
      'yess.csv': peopleCsv.replace(/,yes$/m, ',yess'),
      'blank.csv': peopleCsv.replace(/,(yes|no)$/gm, ','),
    };
    for (const [name, text] of Object.entries(files)) await writeFile(join(cwd, name), text);
    const done = await wellfit(cwd, 'evaluate', ...args);
    for (const part of says) expect(done.stderr).toContain(part);
    expect(done.stderr).not.toMatch(stackTrace);
    expect([done.code, done.stdout]).toEqual([code, '']);
  });
});

test('a model of numbers is measured in the unit of the target', async () => {
  const model = await loadModel(join(cwd, 'spending.onnx'));
  const said = (await model.predict(people)) as NumberPrediction[];
  const squares = people.reduce((sum, { spent }, i) => sum + (said[i].value - (spent as number)) ** 2, 0);
  const { metric, metrics, classes } = jsonOf(await wellfit(cwd, 'evaluate', 'spending.onnx', 'people.csv', '--json'));
  expect(metric.name).toBe('rmse');
  expect(metric.value).toBeCloseTo(Math.sqrt(squares / 400), 4);
  expect(Object.keys(metrics)).toEqual(['rmse', 'meanAbsoluteError', 'r2']);
  expect(classes).toBeUndefined();
});

test('on the test rows of the training, the file says what the training said', async () => {
  const data = { table: join(cwd, 'people.csv'), target: 'churned' };
  const loaded = await loadData(data);
  const run = await trainOn(loaded.dataset, { data, model: 'mlp', epochs: 3 });
  const rows = await loaded.table!.rowsAt([...run.rows.test]);
  await writeFile(join(cwd, 'held.jsonl'), rows.map((row) => `${JSON.stringify(row)}\n`).join(''));
  await writeFile(join(cwd, 'mlp.onnx'), modelFile(run));
  const {
    rows: count,
    metrics,
    confusion,
  } = jsonOf(await wellfit(cwd, 'evaluate', 'mlp.onnx', 'held.jsonl', '--json'));
  expect(count).toBe(80);
  expect(confusion).toEqual(run.test!.confusion);
  for (const [name, value] of Object.entries(run.test!.metrics)) expect(metrics[name], name).toBeCloseTo(value, 5);
});

describe('a model of images', () => {
  test('is measured on folders named as the classes', async () => {
    const folder = await folderWithImages();
    for (const path of ['photos', './photos/', join(folder, 'photos')]) {
      const { rows, metric, classes } = jsonOf(await wellfit(folder, 'evaluate', 'photos.onnx', path, '--json'));
      expect({ rows, metric }).toEqual({ rows: 10, metric: { name: 'accuracy', value: 1 } });
      expect(classes.map(({ name, support }: { name: string; support: number }) => [name, support])).toEqual([
        ['bright', 5],
        ['dark', 5],
      ]);
    }
    const inside = await wellfit(folder, 'evaluate', 'photos.onnx', 'photos/dark');
    expect(inside.stderr).toContain('an image directly in photos/dark');
    const above = await wellfit(folder, 'evaluate', 'photos.onnx', '.');
    expect(above.stderr).toContain('"photos", a class that the model does not know');
    expect([inside.code, above.code]).toEqual([1, 1]);
  });
});
