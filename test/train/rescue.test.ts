import { describe, expect, test } from 'vitest';
import { fromArrays } from '../../src/data/index.ts';
import { type TrainEvent, type TrainOptions, trainOn } from '../../src/train/index.ts';
import { cpu } from './support.ts';

const times = <T>(count: number, of: (i: number) => T): T[] => Array.from({ length: count }, (_, i) => of(i));

/** One row is so far out that e^x of it is no float32. */
const outlier = (at: number | undefined) =>
  fromArrays({
    features: times(200, (i) => [i === at ? 200 : Math.sin(i), Math.cos(i)]),
    targets: times(200, (i) => [Math.sin(i) + 2]),
    name: 'made',
  });

const experiment = {
  data: { dataset: 'made' },
  split: { validation: 0, test: 0 },
  preprocess: [],
  target: 'raw',
  model: [{ dense: { units: 4, init: 'identity', name: 'first' } }, 'exponential', { dense: { units: 1 } }],
  optimizer: { sgd: { lr: 0.001 } },
  schedule: 'constant',
  batchSize: 10,
  epochs: 3,
  earlyStopping: false,
};

async function run(dataset: ReturnType<typeof outlier>, rest: object = {}, options: TrainOptions = {}) {
  const events: TrainEvent[] = [];
  const done = await trainOn(
    dataset,
    { ...experiment, ...rest },
    { engine: cpu, onEvent: (e) => events.push(e), ...options },
  );
  return { ...done, events, recovered: events.flatMap((e) => (e.kind === 'recovered' ? [e] : [])) };
}

describe('a loss that is no number', () => {
  test('is traced to its operator, layer, update and rows, and the last good weights are kept', async () => {
    const { stopped, weights } = await run(outlier(77));
    expect(stopped.ending).toBe('diverged');
    expect(stopped.fault).toMatchObject({ epoch: 1, operator: 'Exp', layer: 'exponential1', pass: 'forward' });
    expect(stopped.fault!.rows).toContain(77);
    expect(stopped.fault!.rows).toHaveLength(10);
    expect(stopped.words).toContain('first in Exp of "exponential1"');
    for (const [, { data }] of weights) expect(Array.from(data, Number).every(Number.isFinite)).toBe(true);
    // What was good: the same updates without the row.
    const before = stopped.fault!.update - 1;
    expect(before).toBeGreaterThan(0);
  });

  test('is found in the gradient where the loss itself is still one', async () => {
    const data = fromArrays({ features: times(40, (i) => [i + 1]), targets: times(40, () => [0]), name: 'made' });
    const huge = { constant: { value: 1e19 } };
    const { stopped } = await run(data, {
      model: [{ dense: { units: 1, init: huge, name: 'far' } }],
      loss: 'meanAbsoluteError',
      optimizer: { sgd: { lr: 1e38 } },
    });
    expect(stopped.ending).toBe('diverged');
    expect(stopped.fault).toMatchObject({ layer: expect.stringMatching(/far|loss/) });
  });

  test('is left out where training may recover, which goes on without its batch and says so', async () => {
    const { stopped, recovered, epochs, events } = await run(outlier(77), {}, { recover: true });
    expect(stopped.ending).toBe('epochs');
    expect(epochs).toHaveLength(3);
    // Once in each epoch.
    expect(recovered).toHaveLength(3);
    expect(recovered[0]).toMatchObject({ slower: 1, why: expect.stringContaining('without that batch') });
    expect(recovered[0].fault!.rows).toContain(77);
    // Three batches of 60 were left out.
    expect(
      events.flatMap((event) => (event.kind === 'updates' ? event.loss : [])).filter(Number.isFinite).length,
    ).toBeGreaterThanOrEqual(57);
  });

  test('changes nothing of a run that has none', async () => {
    const data = outlier(undefined);
    const [plain, guarded] = [await run(data, {}, { watch: false }), await run(data, {}, { recover: true })];
    expect(guarded.recovered).toEqual([]);
    for (const [name, { data: kept }] of plain.weights) expect(guarded.weights.get(name)!.data).toEqual(kept);
  });
});

test('steps that are far too long are lowered after they have failed twice in a row', async () => {
  const { recovered, stopped } = await run(outlier(undefined), { optimizer: { sgd: { lr: 8 } } }, { recover: true });
  expect(recovered[0].slower).toBe(1);
  expect(recovered[1].slower).toBe(0.1);
  expect(recovered[1].why).toContain('back to update 0');
  expect(stopped.ending).toBe('epochs');
});

describe('a loss far above what it was', () => {
  test('is gone back from, with a lower rate', async () => {
    // The rate grows until the steps overshoot.
    const schedule = { multiStep: { at: [12], factor: 60 } };
    const rest = { schedule, epochs: 16, optimizer: { sgd: { lr: 0.01 } } };
    const alone = await run(outlier(undefined), rest);
    const guarded = await run(outlier(undefined), rest, { recover: true });
    expect(alone.epochs.at(-1)!.train.loss).toBeGreaterThan(20 * alone.epochs[11].train.loss);
    expect(guarded.recovered[0].why).toContain('far above what it had been');
    expect(guarded.recovered[0].slower).toBe(0.5);
    expect(guarded.epochs.at(-1)!.train.loss).toBeLessThan(alone.epochs.at(-1)!.train.loss / 3);
  });
});
