import { describe, expect, test } from 'vitest';
import { Random, type WellfitError } from '../../src/base/index.ts';
import { epochOrder, fromArrays } from '../../src/data/index.ts';
import {
  type Experiment,
  numbersOf,
  prepareMemory,
  rangeTestOn,
  type TrainEvent,
  Trainer,
  trainOn,
} from '../../src/train/index.ts';
import { choose } from '../../src/train/rangeTest.ts';
import { cpu, digits, expectSameBits, iris, on, prepare, referenceEngine } from './support.ts';

type Rest = Omit<Experiment, 'data'>;

/** The rate of each of the 100 updates: from 1e-6 to 10, evenly on a logarithmic axis. */
const rates = Array.from({ length: 100 }, (_, i) => 1e-6 * 1e7 ** (i / 99));
const curve = (loss: (i: number) => number) => Float64Array.from(rates, (_, i) => loss(i));
const three = (loss: (i: number) => number) => [curve(loss), curve(loss), curve(loss)];

/** Level 2, a fall by 0.05 an update from update `from` on to the bottom, then a steep rise. */
const valley = (from: number, bottom: number) => (i: number) =>
  i < from ? 2 : i <= bottom ? 2 - 0.05 * (i - from) : 2 - 0.05 * (bottom - from) + 0.5 * (i - bottom);

function refusal(curves: Float64Array[]): string {
  try {
    choose(curves);
  } catch (error) {
    return (error as WellfitError).message;
  }
  return expect.fail('it was not refused');
}

describe('a curve is read', () => {
  test('as the geometric mean of where the loss clearly falls and where it is lowest', () => {
    const result = choose(three(valley(40, 61)));
    // The drop is 1.05; three tenths of it are passed at the seventh update of the fall.
    expect(result.falling).toEqual({ lr: expect.closeTo(rates[47], 15), loss: expect.closeTo(1.65, 9) });
    expect(result.lowest).toEqual({ lr: expect.closeTo(rates[61], 15), loss: expect.closeTo(0.95, 9) });
    expect(result.lr).toBeCloseTo(Math.sqrt(rates[47] * rates[61]), 12);
    expect(result.curve).toHaveLength(100);
    expect(result.why).toMatch(/^range test: the loss begins to fall at \S+ and is lowest at \S+; /);
  });

  test('as a third of the rate of the lowest loss where the fall is short', () => {
    const result = choose(three(valley(58, 60)));
    expect(Math.sqrt(result.falling.lr * rates[60])).toBeGreaterThan(rates[60] / 3);
    expect(result.lr).toBeCloseTo(rates[60] / 3, 12);
  });

  test('as the median over seeds: one wild curve changes nothing', () => {
    const good = choose(three(valley(40, 61)));
    for (const wild of [curve((i) => 9 * Math.sin(i)), curve(() => Number.POSITIVE_INFINITY), curve(() => -5)]) {
      const result = choose([curve(valley(40, 61)), wild, curve((i) => valley(40, 61)(i) + 1e-9)]);
      expect(result.lr / good.lr).toBeCloseTo(1, 6);
    }
  });

  test('up to where the loss has exploded', () => {
    const result = choose(three((i) => (i < 70 ? valley(40, 61)(i) : Number.POSITIVE_INFINITY)));
    expect(result.curve).toHaveLength(70);
    expect(result.lr).toBe(choose(three(valley(40, 61))).lr);
  });

  test('for losses below zero as for others', () => {
    const result = choose(three((i) => valley(40, 61)(i) - 10));
    expect(result.lr).toBeCloseTo(Math.sqrt(rates[47] * rates[61]), 12);
  });
});

describe('a curve without a usable region is refused with its reason', () => {
  test.each<[string, (i: number) => number, RegExp]>([
    ['flat', () => 2, /the loss does not fall at any rate from .* it begins at 2\.000 and its lowest is 2\.000/],
    ['rising only', (i) => 2 + i / 10, /the loss does not fall at any rate/],
    ['falling by a hundredth', (i) => 2 - (i > 50 ? 0.02 : 0), /the loss does not fall at any rate/],
    ['noise as large as the fall', (i) => 2 + (i % 2) - (i > 50 ? 0.8 : 0), /no more than noise of 1\.000/],
    ['exploding at once', (i) => (i < 5 ? 2 : Number.POSITIVE_INFINITY), /explodes at the lowest rates already/],
    ['never a number', () => Number.POSITIVE_INFINITY, /explodes at the lowest rates already/],
  ])('%s', (_, loss, why) => {
    const message = refusal(three(loss));
    expect(message).toContain('the range test found no learning rate');
    expect(message).toMatch(why);
    expect(message).toContain('Fix:');
  });
});

/** The mean of losses, each weighing 0.9 of the next. */
function smooth(losses: readonly number[]): number {
  const weights = losses.map((_, i) => 0.9 ** (losses.length - 1 - i));
  const total = weights.reduce((sum, w) => sum + w, 0);
  return losses.reduce((sum, loss, i) => sum + loss * weights[i], 0) / total;
}

const rest: Rest = {
  model: [{ dense: { units: 6 } }, 'batchNorm', 'relu', { dense: { units: 3 } }],
  optimizer: { momentum: { lr: 'auto', momentum: 0.8 } },
  batchSize: 60,
  epochs: 3,
};

describe('lr "auto"', () => {
  test('is the run with the number that the range test finds, to the bit', async () => {
    const auto = await trainOn(iris, on(iris, rest), { engine: cpu });
    const found = await rangeTestOn(iris, on(iris, rest), { engine: cpu });
    expect(auto.settings.optimizer).toEqual({ momentum: { lr: found.lr, momentum: 0.8 } });
    expect(auto.chosen).toContainEqual({ setting: 'lr', value: Number(found.lr.toPrecision(4)), why: found.why });
    const given = on(iris, { ...rest, optimizer: { momentum: { lr: found.lr, momentum: 0.8 } } });
    const same = await trainOn(iris, given, { engine: cpu });
    expectSameBits(auto.weights, same.weights);
    expect(auto.epochs.map(({ train, validation }) => ({ train, validation }))).toEqual(
      same.epochs.map(({ train, validation }) => ({ train, validation })),
    );
    expect(auto.updates).toBe(same.updates);
    const again = await trainOn(iris, auto.settings, { engine: cpu });
    expectSameBits(auto.weights, again.weights);
  });

  test('is read off the median of three trainings of their own seeds, smoothed, whose rate rises from 1e-6 to 10', async () => {
    const { network, rows, resolved } = await prepare(iris, rest, referenceEngine);
    const curves: number[][] = [];
    for (const seed of [0, 1, 2]) {
      const trainer = new Trainer(referenceEngine, prepareMemory(referenceEngine, network, iris, seed), network, seed);
      const length = { total: 100, perEpoch: 100, losses: [], rows: 120 };
      const own = numbersOf(resolved, length, (update) => rates[update - 1]);
      // 120 rows in batches of 60 are two updates an epoch.
      const losses: number[] = [];
      for (let update = 0; update < 100; update++) {
        const order = epochOrder(rows.train, seed, 1 + Math.floor(update / 2));
        losses.push((await trainer.run(order.subarray(60 * (update % 2), 60 * (update % 2) + 60), 1, own)).loss[0]);
      }
      curves.push(losses.map((_, i) => smooth(losses.slice(0, i + 1))));
    }
    const { curve: got } = await rangeTestOn(iris, on(iris, rest), { engine: referenceEngine });
    expect(got.length).toBeGreaterThan(80);
    for (const [i, { lr, loss }] of got.entries()) {
      expect(lr).toBeCloseTo(rates[i], 12);
      const [, middle] = curves.map((losses) => losses[i]).sort((a, b) => a - b);
      expect(loss, `after update ${i + 1}`).toBeCloseTo(middle, 9);
    }
  });

  test('is searched for before training begins, and says how far it is', async () => {
    const events: TrainEvent[] = [];
    await trainOn(iris, on(iris, { ...rest, epochs: 1 }), { engine: cpu, onEvent: (event) => events.push(event) });
    const shares = events.flatMap((event) => (event.kind === 'search' ? [event.done] : []));
    expect(shares.length).toBeGreaterThan(100);
    expect([...shares].sort((a, b) => a - b)).toEqual(shares);
    expect(shares.every((share) => share > 0 && share <= 1)).toBe(true);
    const kinds = events.map(({ kind }) => kind);
    expect(kinds.lastIndexOf('search')).toBeLessThan(kinds.indexOf('start'));
  });

  test('of a range test that finds nothing is refused before training, with its reason', async () => {
    // Three classes of equal size that look the same: guessing is the best there is, and the first weights do that.
    const alike = fromArrays({
      features: Array.from({ length: 60 }, () => [0, 0]),
      targets: Int32Array.from({ length: 60 }, (_, i) => i % 3),
      name: 'alike',
    });
    const guess: Rest = { ...rest, model: [{ dense: { units: 3, init: 'zeros' } }], preprocess: [], batchSize: 48 };
    const onEvent = ({ kind }: TrainEvent) => expect(kind).toBe('search');
    await expect(trainOn(alike, on(alike, guess), { engine: cpu, onEvent })).rejects.toThrow(
      /range test found no learning rate/,
    );
  });

  test.each<[string, typeof iris, Rest]>([
    ['iris with the default model and batch', iris, { optimizer: { adam: { lr: 'auto' } } }],
    ['iris with sgd', iris, { optimizer: { sgd: { lr: 'auto' } }, batchSize: 16 }],
    ['digits with adam', digits, { optimizer: { adam: { lr: 'auto' } } }],
  ])('trains well: %s', async (_, dataset, more) => {
    const run = await trainOn(dataset, on(dataset, { ...more, epochs: 20 }), { engine: cpu });
    expect(run.test!.metric).toBeGreaterThan(0.85);
  });

  test('is found for a loss that begins below zero', async () => {
    const random = new Random(2);
    const features = Array.from({ length: 80 }, () => [random.normal(), random.normal()]);
    const counts = fromArrays({
      features,
      targets: features.map(([a]) => Math.round(Math.exp(1.6 + a))),
      name: 'counts',
    });
    const experiment = on(counts, {
      // A good first guess of the mean: its loss is e^2 - 8 · 2, about -9.
      model: [{ dense: { units: 1, biasInit: { constant: { value: 2 } } } }],
      loss: 'poisson',
      optimizer: { sgd: { lr: 'auto' } },
      batchSize: 64,
      epochs: 5,
    });
    const { curve: losses } = await rangeTestOn(counts, experiment, { engine: cpu });
    expect(losses[0].loss).toBeLessThan(0);
  });
});

describe('an interruption while the rate is searched for', () => {
  test.each([0.1, 0.4, 0.9])('ends the run as one, after %d of it', async (share) => {
    const controller = new AbortController();
    const onEvent = (event: TrainEvent) => {
      if (event.kind === 'search' && event.done > share) controller.abort();
    };
    const run = await trainOn(iris, on(iris, rest), { engine: cpu, onEvent, signal: controller.signal }).catch(
      (error: WellfitError) => ({ stopped: { ending: error.kind }, message: error.message }),
    );
    expect(run).toMatchObject({ stopped: { ending: 'interrupted' } });
  });

  test.each([0.1, 0.4])('is no rate that was found, after %d of it', async (share) => {
    const controller = new AbortController();
    const onEvent = (event: TrainEvent) => {
      if (event.kind === 'search' && event.done > share) controller.abort();
    };
    const found = rangeTestOn(iris, on(iris, rest), { engine: cpu, onEvent, signal: controller.signal });
    await expect(found).rejects.toMatchObject({ kind: 'interrupted' });
  });
});
