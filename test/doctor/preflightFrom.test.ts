import { expect, test } from 'vitest';
import { Random } from '../../src/base/index.ts';
import { fromRows } from '../../src/data/index.ts';
import { preflightOn } from '../../src/doctor/index.ts';
import { modelFile } from '../../src/export/index.ts';
import { loadModel } from '../../src/index.ts';
import { trainOn } from '../../src/train/index.ts';
import { cpu as engine } from '../train/support.ts';

test('a model that is gone on from is no alarm: it fills what is missing by itself and answers in the unit of the target', async () => {
  const random = new Random(2);
  const rows = Array.from({ length: 150 }, () => {
    const age = 20 + 50 * random.uniform();
    return { age: random.uniform() < 0.1 ? null : age, height: 150 + 50 * random.uniform(), spent: 1e5 + 1e4 * age };
  });
  const data = { dataset: 'people' };
  const first = await fromRows(rows, { target: 'spent', name: 'people' });
  const bytes = modelFile(await trainOn(first, { data, epochs: 3, ensemble: false }, { engine }));
  const like = (await loadModel(bytes)).facts.columns;
  const people = await fromRows(rows, { target: 'spent', name: 'people', like });
  const { findings, checks } = await preflightOn(people, { data, from: { model: 'old.onnx', bytes } }, { engine });
  expect(findings).toEqual([]);
  expect(checks.filter(({ verdict }) => verdict === 'ok').length).toBeGreaterThan(5);
});
