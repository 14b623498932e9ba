import { beforeAll, describe, expect, test } from 'vitest';
import { Random } from '../../../src/base/index.ts';
import { type Dataset, fromArrays } from '../../../src/data/index.ts';
import type { History } from '../../../src/doctor/index.ts';
import type { RuleName } from '../../../src/doctor/rules/index.ts';
import { changed, dense, healthy, isAlarm, seenBy, watched } from './trained.ts';

interface Ill {
  readonly base: keyof typeof healthy;
  /** What makes it ill, and what looks much the same and is well. */
  readonly fault: object;
  readonly miss: object;
  readonly saw: RegExp;
  /** Whether the first of its changes makes the finding go away; a fault of the data is not in the experiment. */
  readonly heals?: boolean;
}

const random = new Random(7, 8);
const { digits, lines, rings } = healthy;
const sgd = (lr: number) => ({ optimizer: { sgd: { lr } } });
const adam = (lr: number) => ({ optimizer: { adam: { lr } } });

/** The same rows, a share of which have the class of another one. */
function relabelled(dataset: Dataset, wrong: (row: number) => boolean): Dataset {
  if (dataset.targets.kind !== 'classes') throw new Error('these targets are no classes');
  const { classes, data } = dataset.targets;
  const next = data.map((label, row) => (wrong(row) ? Math.floor(classes.length * random.uniform()) : label));
  return { ...dataset, targets: { ...dataset.targets, data: next } };
}

/** Rows of one class for each centre, so many of them, around which they lie in the plane. */
function clouds(counts: readonly number[], spread: number): Dataset {
  const targets = Int32Array.from(counts.flatMap((n, label) => new Array<number>(n).fill(label)));
  const features = Array.from(targets, (label) => [
    3 * Math.cos(2 * label) + spread * random.normal(),
    3 * Math.sin(2 * label) + spread * random.normal(),
  ]);
  return fromArrays({ name: 'clouds', features, targets });
}

/** Rows in the order of their times, so that the last ones are the validation rows. */
const timed = (dataset: Dataset): Dataset => ({
  ...dataset,
  times: Float64Array.from({ length: dataset.rows }, (_, row) => row),
});

const inTime = { split: { validation: 0.4, test: 0, by: 'time' as const } };
const threeWays = [dense(16), 'relu', dense(16), 'relu', dense(3)];
const copies = (kinds: number) =>
  fromArrays({
    name: 'copies',
    features: Array.from({ length: 300 }, (_, row) => [row % kinds, 1 - (row % kinds), 3]),
    targets: Int32Array.from({ length: 300 }, (_, row) => (row >> 1) % 2),
  });

/** The lines, where one target in 80 is so many times as large. */
function outliers(times: number): Dataset {
  const { targets } = lines.data;
  if (targets.kind !== 'numbers') throw new Error('these targets are no numbers');
  const data = targets.data.map((y, row) => (row % 80 === 5 ? times * y : y));
  return { ...lines.data, targets: { ...targets, data } };
}

/** One fault for each rule, and its near miss. */
const cases: Partial<Record<RuleName, Ill>> = {
  sameBatch: {
    base: 'rings',
    fault: { data: copies(1), preprocess: [] },
    miss: { data: copies(2), preprocess: [] },
    saw: /the same inputs to the last digit/,
  },
  noisyBatches: {
    base: 'digits',
    fault: { batchSize: 1, epochs: 6, ...sgd(0.1) },
    miss: { batchSize: 4, epochs: 6, ...sgd(0.02) },
    saw: /with 1 row a batch/,
    heals: true,
  },
  batchTooLarge: {
    base: 'digits',
    fault: { batchSize: 320, epochs: 20, ...adam(0.001) },
    miss: { batchSize: 320, epochs: 100 },
    saw: /make 1 update an epoch/,
    heals: true,
  },
  scheduleHurts: {
    base: 'digits',
    fault: { schedule: { step: { every: 5, factor: 10 } } },
    // Jumps back to the full rate, and no farther.
    miss: { schedule: { cosineRestarts: { period: 5 } } },
    saw: /grew from 0\.0\d+ to 3\.000/,
    heals: true,
  },
  rateTooHigh: {
    base: 'digits',
    fault: sgd(5),
    // Noisy, and three times what is usual.
    miss: { ...sgd(0.3), batchSize: 16 },
    saw: /times the higher one of its start and of guessing/,
  },
  stoppedTooEarly: {
    base: 'digits',
    fault: { ...sgd(0.03), earlyStopping: { patience: 1, minDelta: 0.7 } },
    miss: { epochs: 60, earlyStopping: { patience: 6 } },
    saw: /which was kept/,
    heals: true,
  },
  fallingSlowly: {
    base: 'digits',
    fault: adam(1e-5),
    miss: adam(0.001),
    saw: /could move no layer's weights by more than \d/,
    heals: false,
  },
  validationAtChance: {
    base: 'digits',
    fault: { data: relabelled(digits.data, () => true) },
    miss: { data: relabelled(digits.data, (row) => row % 2 === 0) },
    saw: /after the last epoch the validation accuracy is 0\.\d/,
  },
  imbalance: {
    base: 'rings',
    fault: { data: clouds([760, 20, 20], 3), model: threeWays },
    miss: { data: clouds([760, 20, 20], 0.5), model: threeWays },
    saw: /the largest class has 608 training rows, the smallest 16/,
  },
  validationTooGood: {
    base: 'rings',
    fault: { ...inTime, data: timed(relabelled(rings.data, (row) => row < 240 && row % 4 < 2)), epochs: 40 },
    miss: { ...inTime, data: timed(rings.data) },
    saw: /on 160 validation rows/,
  },
  overfitting: {
    base: 'digits',
    fault: { data: relabelled(digits.data, (row) => row % 3 === 0), epochs: 60 },
    // A little worse than at its best.
    miss: { epochs: 60 },
    saw: /the validation loss rose from/,
  },
  underfitting: {
    base: 'rings',
    fault: { model: [dense(1), 'tanh', dense(2)] },
    // Much noise, and a network that learns what there is.
    miss: { data: clouds([400, 400], 4) },
    saw: /the narrowest hidden layer has 1 unit/,
    heals: true,
  },
  spikes: {
    base: 'lines',
    fault: { data: outliers(1000) },
    miss: { data: outliers(1.5) },
    saw: /batches have a loss of/,
  },
  notFinite: {
    base: 'lines',
    fault: sgd(1e12),
    miss: sgd(0.1),
    saw: /gave the first number that is none/,
  },
  oscillation: {
    base: 'rings',
    fault: { model: [dense(32), 'tanh', dense(32), 'tanh', dense(2)], ...adam(2) },
    miss: { model: [dense(32), 'tanh', dense(32), 'tanh', dense(2)], ...adam(0.03) },
    saw: /the training loss rose in \d+ of 29 epochs/,
  },
  lossFlat: {
    base: 'digits',
    fault: { ...sgd(0.001), epochs: 10, data: relabelled(digits.data, () => true) },
    miss: { ...sgd(0.01), epochs: 10 },
    saw: /answering every row alike gives 2\.\d/,
  },
};

describe.each(Object.entries(cases) as [RuleName, Ill][])('%s', (rule, { base, fault, miss, saw, heals }) => {
  const ill = { ...healthy[base], ...fault };
  let history: History;
  beforeAll(async () => {
    history = await watched(ill);
  });

  test('is found in a small training, with its number', () => {
    const seen = seenBy(rule, history);
    expect(seen && isAlarm(seen)).toBe(true);
    expect(seen!.saw).toMatch(saw);
    expect(seen!.since).toBeLessThanOrEqual(history.losses.length);
  });

  test('is not found in one that only looks like it', async () => {
    const seen = seenBy(rule, await watched({ ...healthy[base], ...miss }));
    expect(seen && isAlarm(seen) ? seen : undefined).toBeUndefined();
  });

  if (heals)
    test('goes away with the first change it proposes', async () => {
      const [change] = seenBy(rule, history)!.changes;
      const seen = seenBy(rule, await changed(history, ill.data, change));
      expect(seen && isAlarm(seen) ? seen : undefined).toBeUndefined();
    });
});
