import { describe, expect, test } from 'vitest';
import { Random } from '../../src/base/index.ts';
import { fromArrays } from '../../src/data/index.ts';
import type { Engine } from '../../src/engine/index.ts';
import { type Experiment, type TrainEvent, trainOn } from '../../src/train/index.ts';
import { cpu, on } from './support.ts';

type Rest = Omit<Experiment, 'data'>;

const random = new Random(10);
const features = Array.from({ length: 50 }, () => [random.normal(), random.normal()]);
const line = fromArrays({ features, targets: features.map(([a, b]) => a - b + random.normal()), name: 'line' });

/** 40 training rows in batches of 10 are four updates an epoch; plain gradient descent is fed the rate and nothing else. */
const plain: Rest = {
  model: 'linear',
  split: { validation: 0.1, test: 0.1 },
  optimizer: { sgd: { lr: 0.1 } },
  batchSize: 10,
  epochs: 6,
  earlyStopping: false,
};

/** A run, and the rate of each of its updates. */
async function watched(rest: Rest) {
  const rates: number[] = [];
  const engine: Engine = {
    name: cpu.name,
    memory: () => cpu.memory(),
    async compile(graph, options) {
      const program = await cpu.compile(graph, options);
      return {
        release: () => program.release(),
        run(memory, feeds) {
          if (feeds.scalars) rates.push(...feeds.scalars.data);
          return program.run(memory, feeds);
        },
      };
    },
  };
  const run = await trainOn(line, on(line, { ...plain, ...rest }), { engine });
  expect(rates).toHaveLength(run.updates);
  return { run, rates, perEpoch: rates.filter((_, i) => i % 4 === 0) };
}

const close = (numbers: number[]) => numbers.map((x) => expect.closeTo(x, 12));

describe('reduceOnPlateau lowers the rate of a run', () => {
  test('after more bad epochs than its patience', async () => {
    // Nothing is learned: the first epoch is the best, and each later one is bad.
    const { rates } = await watched({
      optimizer: { sgd: { lr: 1e-30 } },
      schedule: { reduceOnPlateau: { patience: 1, factor: 0.5 } },
      epochs: 8,
    });
    const factors = [1, 1, 1, 0.5, 0.5, 0.25, 0.25, 0.125];
    expect(rates.map((rate) => rate * 1e30)).toEqual(
      close(factors.flatMap((factor) => [factor, factor, factor, factor])),
    );
  });

  test.each([
    ['the validation loss', {}],
    ['the training loss where there are no validation rows', { split: { validation: 0, test: 0.1 } }],
  ])('by %s', async (_, more: Rest) => {
    // A rate so high that the loss goes up and down.
    const { run, perEpoch } = await watched({
      ...more,
      optimizer: { sgd: { lr: 0.6 } },
      schedule: { reduceOnPlateau: { patience: 0, factor: 0.7, threshold: 0 } },
      epochs: 14,
    });
    let [rate, best] = [0.6, Number.POSITIVE_INFINITY];
    const expected = run.epochs.map(({ validation, train }) => {
      const before = rate;
      const { loss } = validation ?? train;
      if (loss >= best) rate *= 0.7;
      best = Math.min(best, loss);
      return before;
    });
    expect(new Set(expected).size, 'it is lowered several times').toBeGreaterThan(3);
    expect(new Set(expected).size, 'and not each time').toBeLessThan(13);
    expect(run.updates / run.epochs.length).toBe(more.split ? 5 : 4);
    if (!more.split) expect(perEpoch).toEqual(close(expected));
  });

  test('so that the weights of a run with it are those of one without until then, and others later', async () => {
    const schedule = { reduceOnPlateau: { patience: 1, factor: 0.01 } };
    const weights = async (rest: Rest) => (await watched({ optimizer: { sgd: { lr: 0.6 } }, ...rest })).run.weights;
    const same = async (epochs: number) => {
      const [a, b] = [await weights({ schedule, epochs }), await weights({ schedule: 'constant', epochs })];
      return a.get('dense1.weight')!.data[0] === b.get('dense1.weight')!.data[0];
    };
    expect(await same(2)).toBe(true);
    expect(await same(14)).toBe(false);
  });
});

describe('the rate of each update', () => {
  test('rises in a straight line over the warm-up, and then follows the schedule over what is left', async () => {
    const { rates } = await watched({ schedule: { cosine: { warmup: 6 } } });
    const rise = [1, 2, 3, 4, 5, 6].map((update) => (0.1 * update) / 6);
    const fall = Array.from({ length: 18 }, (_, i) => (0.1 * (1 + Math.cos((Math.PI * i) / 18))) / 2);
    expect(rates).toEqual(close([...rise, ...fall]));
  });

  test('is the full rate for "constant", and half a cosine where nothing is said', async () => {
    expect((await watched({ schedule: 'constant' })).rates).toEqual(new Array(24).fill(0.1));
    const cosine = Array.from({ length: 24 }, (_, i) => (0.1 * (1 + Math.cos((Math.PI * i) / 24))) / 2);
    expect((await watched({})).rates).toEqual(close(cosine));
  });

  test('counts epochs by the updates of this run: "step" every two epochs', async () => {
    const { rates } = await watched({ schedule: { step: { every: 2, factor: 0.5 } } });
    const factors = [1, 1, 0.5, 0.5, 0.25, 0.25];
    expect(rates).toEqual(close(factors.flatMap((factor) => new Array(4).fill(0.1 * factor))));
  });

  test('scales weight decay too, which takes lr times strength of a weight', async () => {
    // The rate begins at a millionth of 0.1; unscaled, the decay of 1000 · 0.1 would throw the weights far away at once.
    const decayed = {
      ...plain,
      schedule: { constant: { warmup: 1_000_000 } },
      regularize: { weightDecay: 1000 },
      epochs: 1,
    };
    const still = { ...plain, optimizer: { sgd: { lr: 1e-30 } }, epochs: 1 };
    const [moved, first] = await Promise.all(
      [decayed, still].map(
        async (rest) => (await trainOn(line, on(line, rest), { engine: cpu })).weights.get('dense1.weight')!,
      ),
    );
    // Four updates take 1e-4, 2e-4, 3e-4 and 4e-4 of it.
    expect(moved.data[0] / first.data[0]).toBeCloseTo(0.999, 4);
  });
});

describe('a schedule that does not fit the run', () => {
  test.each<[string, Rest['schedule'], RegExp]>([
    [
      'a warm-up that never ends',
      { cosine: { warmup: 30 } },
      /^the warm-up of 30 updates is not over when the run of 24 updates ends$/,
    ],
    [
      'a patience longer than the run',
      { reduceOnPlateau: { patience: 10 } },
      /^with a patience of 10 epochs the rate could first change after 12/,
    ],
    [
      'a period that is cut',
      { cosineRestarts: { period: 4 } },
      /^the run of 6 epochs ends in the middle of a period: one ends after 4 epochs/,
    ],
  ])('gives a note, before training begins: %s', async (_, schedule, words) => {
    const events: TrainEvent[] = [];
    const onEvent = (event: TrainEvent) => events.push(event);
    const run = await trainOn(line, on(line, { ...plain, schedule }), { engine: cpu, onEvent });
    expect(run.notes.filter((note) => words.test(note))).toHaveLength(1);
    const start = events.find((event) => event.kind === 'start')!;
    expect(start.notes).toEqual(run.notes);
    expect(run.stopped.ending).toBe('epochs');
  });

  test.each<[string, Rest['schedule']]>([
    ['a warm-up within the run', { cosine: { warmup: 23 } }],
    ['periods that fill it', { cosineRestarts: { period: 2 } }],
    ['none that anyone asked for', undefined],
  ])('is not noted where it fits: %s', async (_, schedule) => {
    expect((await trainOn(line, on(line, { ...plain, schedule }), { engine: cpu })).notes).toEqual([]);
  });
});
