import { describe, expect, test } from 'vitest';
import type { Dataset } from '../../src/data/index.ts';
import { fromArrays } from '../../src/data/index.ts';
import { loadModel } from '../../src/predict/index.ts';
import { churn, modelOf, people, without } from './support.ts';

const points = Array.from({ length: 120 }, (_, i) => [Math.sin(i), Math.cos(3 * i)]);
const rows = points.slice(0, 5);
const sides = fromArrays({ features: points, targets: points.map(([a]) => (a > 0 ? 'right' : 'left')), name: 'sides' });

describe('what a prediction is depends on the task', () => {
  test('one logit for two classes: both probabilities, and the same label as from their greatest', async () => {
    const model = await loadModel(
      await modelOf(sides, {
        model: [{ dense: { units: 1 } }],
        loss: 'binaryCrossEntropy',
        optimizer: { adam: { lr: 0.05 } },
        epochs: 60,
      }),
    );
    if (model.task !== 'classes') return expect.fail(model.task);
    const said = await model.predict(rows);
    for (const [i, { label, probabilities }] of said.entries()) {
      expect(probabilities.left + probabilities.right).toBeCloseTo(1, 6);
      expect(label).toBe(probabilities.right > probabilities.left ? 'right' : 'left');
      if (Math.abs(rows[i][0]) > 0.2) expect(label).toBe(rows[i][0] > 0 ? 'right' : 'left');
    }
    const { width } = await model.outputs({ input: { shape: [1, 2], data: Float32Array.of(1, 0) } }, 1);
    expect(width, 'metrics see the one logit').toBe(1);
  });

  test('the hinge loss: scores, no probabilities', async () => {
    const model = await loadModel(await modelOf(sides, { loss: 'hinge' }));
    if (model.task !== 'scores') return expect.fail(model.task);
    for (const { label, scores, ...rest } of await model.predict(rows)) {
      expect(Object.keys(scores)).toEqual(['left', 'right']);
      expect(scores[label]).toBe(Math.max(...Object.values(scores)));
      expect(rest).toEqual({});
    }
  });

  test('labels: a probability for each', async () => {
    const data = Float32Array.from(points.flatMap(([a, b]) => [a > 0 ? 1 : 0, b > 0 ? 1 : 0]));
    const labels: Dataset = { ...sides, name: 'labels', targets: { kind: 'numbers', width: 2, data } };
    const model = await loadModel(
      await modelOf(labels, { model: [{ dense: { units: 2 } }], loss: 'binaryCrossEntropy' }),
    );
    if (model.task !== 'labels') return expect.fail(model.task);
    for (const { probabilities } of await model.predict(rows)) {
      expect(probabilities).toHaveLength(2);
      for (const p of probabilities) expect(p > 0 && p < 1).toBe(true);
    }
  });

  test('several numbers a row: all of them', async () => {
    const data = Float32Array.from(points.flatMap(([a, b]) => [a + b, 10 * a]));
    const plane: Dataset = { ...sides, name: 'plane', targets: { kind: 'numbers', width: 2, data } };
    const model = await loadModel(await modelOf(plane, { model: [{ dense: { units: 2 } }], epochs: 30 }));
    if (model.task !== 'regression') return expect.fail(model.task);
    for (const { value, values } of await model.predict(Float32Array.from(rows.flat()))) {
      expect(values).toHaveLength(2);
      expect(value).toBe(values[0]);
    }
  });
});

describe('rows of numbers', () => {
  test('are the same as lists and as one array', async () => {
    const model = await loadModel(await modelOf(sides));
    expect(await model.predict(Float32Array.from(rows.flat()))).toEqual(await model.predict(rows));
  });

  test.each<[string, unknown, RegExp]>([
    ['a row that is too short', [[1, 2], [3]], /row 1 does not fit the model[\s\S]*2 numbers a row[\s\S]*1 numbers/],
    ['no whole rows', new Float32Array(3), /do not fill whole rows/],
    ['an object', { a: 1 }, /do not fit the model/],
    ['rows of objects', [{ a: 1 }], /row 0 does not fit the model/],
    ['a missing number', [[1, Number.NaN]], /number 1 of row 0/],
    ['a text', [[1, 'x']], /number 1 of row 0/],
  ])('are refused with place and reason: %s', async (_, given, says) => {
    const model = await loadModel(await modelOf(sides, { epochs: 1 }));
    await expect(model.predict(given as number[][])).rejects.toThrow(says);
  });
});

describe('rows of a table are refused with a table of the differences', () => {
  test.each<[string, unknown, string[]]>([
    ['a missing column', without(people, 'city').slice(0, 3), ['1 of 5 columns', 'city', 'missing']],
    [
      'a renamed column',
      people.slice(0, 3).map(({ since, ...rest }) => ({ ...rest, Since: since })),
      ['missing; "Since" looks like it', '"Since" as "since"'],
    ],
    [
      'a text where a number belongs, in the second row',
      [people[1], { ...people[2], age: 'forty' }],
      ['age', 'number', 'text, such as "forty" in row 1'],
    ],
    ['a number where a date belongs', [{ ...people[1], since: 5 }], ['since', 'date', 'text, such as "5" in row 0']],
    ['no objects', [[1, 2, 3]], ['an array of objects', '[1,2,3] at place 0']],
    ['one row alone', people[1], ['received  Object', 'as in [row]']],
  ])('%s', async (_, rows, says) => {
    const model = await loadModel(await modelOf(await churn(), { epochs: 1 }));
    const error = await model.predict(rows as never).then(
      () => new Error('answered'),
      (error: Error) => error,
    );
    for (const part of says) expect(error.message).toContain(part);
  });
});
