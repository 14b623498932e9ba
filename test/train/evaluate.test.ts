import { beforeAll, describe, expect, test } from 'vitest';
import { Random } from '../../src/base/index.ts';
import { fromArrays } from '../../src/data/index.ts';
import { referenceEngine } from '../../src/engine/index.ts';
import { type Run, trainOn } from '../../src/train/index.ts';
import { cpu, digits, measure, on, prepare } from './support.ts';

const experiment = on(digits, {
  model: [
    'flatten',
    { dense: { units: 16 } },
    'batchNorm',
    'relu',
    { dropout: { rate: 0.5 } },
    { dense: { units: 10 } },
  ],
  limit: { train: 320 },
  epochs: 2,
});
const { test: rows, validation } = (await prepare(digits, {})).rows;
let run: Run;
beforeAll(async () => {
  run = await trainOn(digits, experiment, { engine: cpu });
});

describe('evaluation', () => {
  test('gives the mean over all rows, for batches of any size and however the last one is padded', async () => {
    const whole = await measure(digits, run, rows, { engine: referenceEngine, batch: rows.length });
    for (const batch of [1, 7, 178, 179, 180, 256]) {
      const parts = await measure(digits, run, rows, { batch });
      expect(parts.loss, `batches of ${batch}`).toBeCloseTo(whole.loss, 5);
      expect(parts.metric, `batches of ${batch}`).toBeCloseTo(whole.metric, 6);
    }
  });

  test('adds up the rows one by one', async () => {
    const some = rows.subarray(0, 20);
    const each = await Promise.all(Array.from(some, (row) => measure(digits, run, Int32Array.of(row))));
    const mean = (of: (m: (typeof each)[0]) => number) => each.reduce((sum, m) => sum + of(m), 0) / each.length;
    const whole = await measure(digits, run, some);
    expect(whole.loss).toBeCloseTo(
      mean((m) => m.loss),
      5,
    );
    expect(whole.metric).toBeCloseTo(
      mean((m) => m.metric),
      6,
    );
    expect(each.every(({ metric }) => metric === 0 || metric === 1)).toBe(true);
  });

  test('gives the same bits again: no dropout, and the running statistics stay', async () => {
    const measures = [await measure(digits, run, rows), await measure(digits, run, rows)];
    expect(measures[0]).toEqual(measures[1]);
  });

  test('does not depend on the order of the rows or on their company', async () => {
    const straight = await measure(digits, run, rows);
    const shuffled = await measure(digits, run, new Random(1).shuffle(rows.slice()));
    expect(shuffled.loss).toBeCloseTo(straight.loss, 5);
    expect(shuffled.metric).toBeCloseTo(straight.metric, 9);
  });

  test('is what the run reported for the test rows', async () => {
    const again = await measure(digits, run, rows);
    expect(again.loss).toBeCloseTo(run.test!.loss, 5);
    expect(again.metric).toBeCloseTo(run.test!.metric, 6);
  });

  test('of the validation rows happens with the weights at the end of the epoch', async () => {
    const one = await trainOn(digits, { ...experiment, epochs: 1, earlyStopping: false }, { engine: cpu });
    const again = await measure(digits, one, validation);
    expect(again.loss).toBeCloseTo(one.epochs[0].validation!.loss, 5);
  });

  test('takes the root of the mean squared error over all rows, not the mean of roots', async () => {
    const data = fromArrays({ features: [[0], [0], [0], [0]], targets: [1, 2, 3, 4], name: 'four' });
    const still = on(data, {
      model: [{ dense: { units: 1, init: 'zeros' } }],
      preprocess: [],
      target: 'raw',
      split: { validation: 0, test: 0 },
      optimizer: { sgd: { lr: 1e-30 } },
      epochs: 1,
      batchSize: 2,
    });
    const zero = await trainOn(data, still, { engine: cpu });
    const { loss, metric } = await measure(data, zero, Int32Array.of(0, 1, 2, 3), { batch: 3 });
    expect(loss).toBeCloseTo((1 + 4 + 9 + 16) / 4, 5);
    expect(metric).toBeCloseTo(Math.sqrt(7.5), 5);
  });
});
