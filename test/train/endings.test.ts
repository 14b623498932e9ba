import { describe, expect, test } from 'vitest';
import { modelFile } from '../../src/export/index.ts';
import { initialize } from '../../src/nn/index.ts';
import { type Experiment, type TrainEvent, trainOn } from '../../src/train/index.ts';
import { cpu, different, digits, expectSameBits, iris, measure, on, prepare, stepwise } from './support.ts';

/** Overfits soon: the best epoch is not the last one. */
const hasty: Omit<Experiment, 'data'> = {
  model: 'mlp',
  optimizer: { adam: { lr: 0.03 } },
  schedule: 'constant',
  limit: { train: 200 },
  epochs: 60,
  earlyStopping: { patience: 3 },
};

/** A run that is aborted at the first event for which `when` says so. */
async function aborted(rest: Omit<Experiment, 'data'>, when: (event: TrainEvent) => boolean) {
  const controller = new AbortController();
  const onEvent = (event: TrainEvent) => {
    if (when(event)) controller.abort();
  };
  return trainOn(digits, on(digits, rest), { engine: stepwise(), signal: controller.signal, onEvent });
}

/** A run that is told to stop when it asks for the n-th time, which it does before each update. */
function stoppedBefore(n: number, rest: Omit<Experiment, 'data'>) {
  let asked = 0;
  const signal = {
    get aborted() {
      return ++asked >= n;
    },
  };
  return trainOn(digits, on(digits, rest), { engine: stepwise(), signal: signal as AbortSignal });
}

const finite = (weights: ReadonlyMap<string, { data: ArrayLike<number> }>) =>
  [...weights.values()].every(({ data }) => Array.from(data).every(Number.isFinite));

describe('a run that runs out of patience', () => {
  test('ends early, says so, and gives back the weights of its best epoch', async () => {
    const run = await trainOn(digits, on(digits, hasty), { engine: cpu });
    expect(run.stopped.ending).toBe('earlyStopping');
    const losses = run.epochs.map(({ validation }) => validation!.loss);
    const best = losses.indexOf(Math.min(...losses)) + 1;
    expect(run.epochs).toHaveLength(best + 3);
    expect(run.epochs.length).toBeLessThan(60);
    expect(run.best).toBe(run.epochs[best - 1]);
    expect(run.stopped.words).toContain(`has not improved for 3 epochs; its best was`);
    expect(run.stopped.words).toContain(`after epoch ${best}`);
    const rows = (await prepare(digits, {})).rows.validation;
    // 180 rows in one batch, as the run measures them.
    expect(await measure(digits, run, rows, { batch: 180 })).toEqual(run.best!.validation);
  });

  test('gives back what a run of just the best number of epochs would', async () => {
    const run = await trainOn(digits, on(digits, hasty), { engine: cpu });
    const shorter = { ...hasty, epochs: run.best!.epoch, earlyStopping: false } as const;
    expectSameBits(run.weights, (await trainOn(digits, on(digits, shorter), { engine: cpu })).weights);
  });

  test('keeps the last weights where early stopping is off', async () => {
    const run = await trainOn(digits, on(digits, { ...hasty, earlyStopping: false, epochs: 8 }), { engine: cpu });
    expect(run.stopped).toEqual({ ending: 'epochs', words: 'all 8 epochs are done' });
    expect(run.best).toBe(run.epochs[7]);
    const rows = (await prepare(digits, {})).rows.validation;
    expect(await measure(digits, run, rows, { batch: 180 })).toEqual(run.epochs[7].validation);
  });
});

describe('a run that diverges', () => {
  test.each([
    ['momentum', { momentum: { lr: 1e6 } }],
    ['sgd', { sgd: { lr: 1e30 } }],
  ])('ends at the update whose loss is no number, and names it and the learning rate: %s', async (_, optimizer) => {
    const run = await trainOn(digits, on(digits, { model: 'mlp', optimizer, epochs: 20 }), { engine: cpu });
    expect(run.stopped.ending).toBe('diverged');
    const said =
      /^the training loss became (NaN|Infinity) at update ([\d,]+), in epoch (\d+); the likely cause is the learning rate (\S+): try a tenth of it$/;
    const [, , update, epoch, lr] = said.exec(run.stopped.words) ?? expect.fail(run.stopped.words);
    // 45 updates an epoch.
    expect(Math.ceil(Number(update) / 45)).toBe(Number(epoch));
    expect(Number(lr)).toBe(Object.values(optimizer)[0].lr);
    expect(finite(run.weights)).toBe(true);
    expect(modelFile(run).length).toBeGreaterThan(1000);
  });

  test.each([
    ['with early stopping', {}],
    ['without', { earlyStopping: false } as const],
  ])('is no success where the last update of all destroys the weights: %s', async (_, rest) => {
    const experiment = on(iris, { ...rest, optimizer: { sgd: { lr: 1e38 } }, epochs: 1, batchSize: 120 });
    const run = await trainOn(iris, experiment, { engine: cpu });
    expect(run.updates).toBe(1);
    expect(run.stopped.ending).toBe('diverged');
    expect(Number.isFinite(run.test!.loss), 'the weights that are kept can be used').toBe(true);
  });

  test('is no success either where no validation rows would tell: weights that are no numbers are not kept', async () => {
    const split = { validation: 0 };
    const experiment = on(iris, { split, optimizer: { sgd: { lr: 1e300 } }, epochs: 1, batchSize: 135 });
    const run = await trainOn(iris, experiment, { engine: cpu });
    expect(run.updates).toBe(1);
    expect(run.stopped.ending).toBe('diverged');
    expect(finite(run.weights)).toBe(true);
  });
});

describe('a run that is interrupted', () => {
  const long = { model: 'mlp', epochs: 50, limit: { train: 320 } };

  test('before its first update keeps the first weights', async () => {
    const run = await aborted(long, ({ kind }) => kind === 'start');
    expect(run.stopped).toEqual({ ending: 'interrupted', words: 'interrupted after update 0, in epoch 1' });
    expect(run.best).toBeUndefined();
    expect(run.epochs).toEqual([]);
    expect(run.updates).toBe(0);
    const first = initialize(run.network.model, 0);
    for (const [name, { data }] of first)
      expect([...run.weights.get(name)!.data]).toEqual([...Float32Array.from(data)]);
    expect(run.test!.loss).toBeGreaterThan(0);
  });

  test('within its first epoch keeps the weights it has reached', async () => {
    const run = await stoppedBefore(5, long);
    expect(run.stopped.words).toBe('interrupted after update 4, in epoch 1');
    expect(run.updates).toBe(4);
    expect(different(run.weights, initialize(run.network.model, 0))).not.toEqual([]);
    expect(modelFile(run).length).toBeGreaterThan(1000);
  });

  test('later keeps the weights of its best epoch', async () => {
    const run = await aborted(
      { ...hasty, earlyStopping: { patience: 50 } },
      (e) => e.kind === 'epoch' && e.record.epoch === 12,
    );
    expect(run.stopped).toMatchObject({ ending: 'interrupted', words: expect.stringContaining('in epoch 13') });
    expect(run.epochs).toHaveLength(12);
    expect(run.best!.epoch, 'the best epoch is not the last one').toBeLessThan(12);
    const rows = (await prepare(digits, {})).rows.validation;
    expect(await measure(digits, run, rows, { batch: 180 })).toEqual(run.best!.validation);
  });

  test('never calls other weights than those it kept the best, also without early stopping', async () => {
    // One update a call at first; 7 an epoch.
    const run = await stoppedBefore(11, { ...hasty, earlyStopping: false });
    expect(run.stopped.words).toBe('interrupted after update 10, in epoch 2');
    const rows = (await prepare(digits, {})).rows.validation;
    const kept = await measure(digits, run, rows, { batch: 180 });
    if (run.best) expect(kept).toEqual(run.best.validation);
  });

  test('ends although the signal was aborted before it began', async () => {
    const run = await trainOn(iris, on(iris), { engine: cpu, signal: AbortSignal.abort() });
    expect(run.stopped.ending).toBe('interrupted');
  });
});
