import * as runtime from 'onnxruntime-node';
import { beforeAll, describe, expect, test } from 'vitest';
import type { Row } from '../../src/data/index.ts';
import { type ClassPrediction, loadModel, type NumberPrediction } from '../../src/index.ts';
import { churn, modelOf, people, spending } from './support.ts';

/** What the training never saw, and rows without anything. */
const strange: readonly Row[] = [
  { age: 300, city: 'Atlantis', plan: 'pro', since: '1999-12-31', active: false },
  { age: -1, city: 'rome', plan: 'gold', since: '2040-01-01', active: true },
  { age: null, city: null, plan: '', since: undefined, active: null },
];
const rows = [...people, ...strange, ...people, ...people];

const text = (cell: Row[string]) => (cell === null || cell === undefined ? '' : String(cell));
const days = (cell: Row[string]) =>
  cell === null || cell === undefined ? Number.NaN : new Date(cell as string).getTime() / 86_400_000;

/** What a person without Wellfit feeds: a tensor for each column. */
function feedsByHand(part: readonly Row[]) {
  const shape = [part.length, 1];
  const numbers = (of: (row: Row) => number) => new runtime.Tensor('float32', Float32Array.from(part, of), shape);
  const texts = (name: string) =>
    new runtime.Tensor(
      'string',
      part.map((row) => text(row[name])),
      shape,
    );
  return {
    age: numbers(({ age }) => (age === null ? Number.NaN : (age as number))),
    city: texts('city'),
    plan: texts('plan'),
    since: numbers(({ since }) => days(since)),
    active: texts('active'),
  };
}

describe('loadModel and plain ONNX Runtime give the same answers', () => {
  let file: Uint8Array;
  let session: runtime.InferenceSession;
  beforeAll(async () => {
    file = await modelOf(await churn());
    session = await runtime.InferenceSession.create(file, { logSeverityLevel: 3 });
  });

  test.each([1, 3, 1000])('in batches of %i, with missing values and values never seen', async (batch) => {
    const model = await loadModel(file);
    const predictions = (await model.predict(rows)) as ClassPrediction[];
    expect(predictions).toHaveLength(rows.length);
    const wanted = batch === 1 ? rows.slice(390, 420) : rows;
    const offset = batch === 1 ? 390 : 0;
    for (let from = 0; from < wanted.length; from += batch) {
      const part = wanted.slice(from, from + batch);
      const { probabilities, label } = await session.run(feedsByHand(part));
      part.forEach((_, i) => {
        const { label: said, probabilities: each } = predictions[offset + from + i];
        expect(said).toBe((label.data as string[])[i]);
        expect(each.no).toBeCloseTo((probabilities.data as Float32Array)[2 * i], 6);
        expect(each.yes).toBeCloseTo((probabilities.data as Float32Array)[2 * i + 1], 6);
      });
    }
    await model.release();
  });

  test('and a probability for each class, whose greatest is that of the label', async () => {
    const model = await loadModel(file);
    expect(model.task).toBe('classes');
    for (const { label, probability, probabilities } of (await model.predict(rows)) as ClassPrediction[]) {
      expect(Object.keys(probabilities)).toEqual(['no', 'yes']);
      expect(probabilities.no + probabilities.yes).toBeCloseTo(1, 5);
      expect(probability).toBe(probabilities[label]);
      expect(probability).toBe(Math.max(...Object.values(probabilities)));
    }
  });

  test('whether a row comes alone or among others', async () => {
    const model = await loadModel(file);
    const together = (await model.predict(strange)) as ClassPrediction[];
    for (const [i, row] of strange.entries()) {
      const [alone] = (await model.predict([row])) as ClassPrediction[];
      expect(alone.label).toBe(together[i].label);
      expect(alone.probability).toBeCloseTo(together[i].probability, 6);
    }
    expect(await model.predict([])).toEqual([]);
  });

  test('whether texts, numbers and dates come as such or written as texts', async () => {
    const model = await loadModel(file);
    const [typed, written] = (await model.predict([
      { age: 40, city: 'Rome', plan: 'pro', since: new Date('2021-03-04'), active: true },
      { age: ' 40 ', city: ' Rome', plan: 'pro', since: '2021-03-04', active: 'true', unknown: 7 },
    ])) as ClassPrediction[];
    expect(written).toEqual(typed);
  });
});

test('numbers come in the unit of the target, and an ensemble answers as one', async () => {
  const dataset = await spending();
  const file = await modelOf(dataset, { epochs: 30, ensemble: { members: 2 } });
  const model = await loadModel(file);
  const session = await runtime.InferenceSession.create(file, { logSeverityLevel: 3 });
  const { prediction } = await session.run(feedsByHand(people));
  const said = (await model.predict(people)) as NumberPrediction[];
  const numbers = prediction.data as Float32Array;
  expect(said.map(({ value }) => value)).toEqual([...numbers]);
  const known = people.map((row, i) => ({ row, i })).filter(({ row }) => row.age !== null);
  const mean = known.reduce((sum, { row, i }) => sum + Math.abs(numbers[i] - (row.spent as number)), 0) / known.length;
  expect(mean, 'spending goes from 40 to 200').toBeLessThan(25);
});
