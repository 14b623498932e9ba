import { short, WellfitError } from '../base/index.ts';
import { checkDataset, type Dataset, epochOrder, split } from '../data/index.ts';
import { type Engine, onnxRuntimeEngine } from '../engine/index.ts';
import type { TrainOptions } from './events.ts';
import { checkBatch } from './settings/checks.ts';
import { type Resolved, resolve } from './settings/resolve.ts';
import type { Network } from './step/network.ts';
import { numbersOf } from './step/numbers.ts';
import { firstMemory, makeNetwork } from './step/prepare.ts';
import { Trainer } from './step/programs.ts';

/** One point of the curve: the rate, and the smoothed training loss there, the median over seeds. */
export interface RatePoint {
  readonly lr: number;
  readonly loss: number;
}

export interface RangeTest {
  readonly lr: number;
  readonly why: string;
  readonly curve: readonly RatePoint[];
  /** Where the loss is lowest, and where it has clearly begun to fall. */
  readonly lowest: RatePoint;
  readonly falling: RatePoint;
  readonly seeds: number;
  readonly updates: number;
}

const seeds = 3;
const updates = 100;
/** Rates from this to the last, multiplied by the same factor at each update. */
const range = [1e-6, 10] as const;
/** Share of the old loss in the smoothed one, corrected for its start as Adam's mean. */
const smoothing = 0.9;

const rateAt = (update: number) => range[0] * (range[1] / range[0]) ** ((update - 1) / (updates - 1));

/**
 * Learning-rate range test (Smith 2017): short trainings whose rate rises from 1e-6 to 10, one for each of three seeds, each on memory of its own,
 * so that nothing of the run to come is touched. The rate is the geometric mean of where the smoothed loss has clearly begun to fall and where
 * it is lowest, at most a third of the latter.
 * @throws WellfitError with the reason where the curve has no usable region
 */
export async function rangeTestOn(
  dataset: Dataset,
  experiment: unknown,
  options: TrainOptions = {},
): Promise<RangeTest> {
  checkDataset(dataset);
  const resolved = resolve(experiment, dataset);
  const rows = split(dataset, { ...resolved.settings.split, limit: resolved.settings.limit });
  checkBatch(resolved.model, resolved.settings.batchSize, rows);
  const { engine = onnxRuntimeEngine(), onEvent = () => {}, signal } = options;
  const { network } = await makeNetwork(resolved, dataset, rows.train, { engine });
  return findRate(resolved, network, dataset, rows.train, { engine, onEvent, signal });
}

type Parts = Required<Pick<TrainOptions, 'engine' | 'onEvent'>> & Pick<TrainOptions, 'signal'>;

export async function findRate(
  resolved: Resolved,
  network: Network,
  dataset: Dataset,
  train: Int32Array,
  { engine, onEvent, signal }: Parts,
): Promise<RangeTest> {
  const curves: Float64Array[] = [];
  for (let i = 0; i < seeds; i++) {
    const report = (done: number) => onEvent({ kind: 'search', what: 'learning rate', done: (i + done) / seeds });
    curves.push(await sweep(resolved, network, dataset, train, resolved.settings.seed + i, engine, report, signal));
  }
  if (signal?.aborted)
    throw new WellfitError('interrupted', 'interrupted while looking for a learning rate', {
      fix: 'give one with --lr',
    });
  return choose(curves);
}

/** The smoothed losses of one training; it ends early, filled with infinity, where the loss has exploded. */
async function sweep(
  resolved: Resolved,
  network: Network,
  dataset: Dataset,
  train: Int32Array,
  seed: number,
  engine: Engine,
  report: (done: number) => void,
  signal?: AbortSignal,
): Promise<Float64Array> {
  const memory = await firstMemory(engine, network, dataset, train, seed);
  const trainer = new Trainer(engine, memory, network, seed);
  const batch = Math.min(resolved.settings.batchSize, train.length);
  const length = { total: updates, perEpoch: updates, losses: [], rows: train.length };
  const numbers = numbersOf(resolved, length, rateAt);
  const smoothed = new Float64Array(updates).fill(Number.POSITIVE_INFINITY);
  try {
    let order = new Int32Array(0);
    let [epoch, at, mean, lowest] = [0, 0, 0, Number.POSITIVE_INFINITY];
    for (let update = 1; update <= updates && !signal?.aborted; update++, at += batch) {
      if (at + batch > order.length) {
        order = epochOrder(train, seed, ++epoch) as Int32Array<ArrayBuffer>;
        at = 0;
      }
      const { loss } = await trainer.run(order.subarray(at, at + batch), 1, numbers);
      mean = smoothing * mean + (1 - smoothing) * loss[0];
      const value = mean / (1 - smoothing ** update);
      // Losses may be negative, so that an explosion is a distance and no ratio.
      if (!Number.isFinite(value) || (update > 1 && value - lowest > 3 * Math.abs(smoothed[0]))) break;
      smoothed[update - 1] = value;
      lowest = Math.min(lowest, value);
      report(update / updates);
    }
  } finally {
    await trainer.release();
  }
  return smoothed;
}

const median = (values: number[]): number => values.sort((a, b) => a - b)[values.length >> 1];

/** Reads the curves; exported for the tests. */
export function choose(curves: readonly Float64Array[]): RangeTest {
  const all = Array.from({ length: updates }, (_, i) => ({
    lr: rateAt(i + 1),
    loss: median(curves.map((curve) => curve[i])),
  }));
  const curve = all.filter(({ loss }) => Number.isFinite(loss));
  // The first rates are too low to change anything: their spread is noise. The very first are hardly smoothed yet.
  const start = curve.slice(5, 15).map(({ loss }) => loss);
  if (start.length < 10)
    throw refusal('the loss explodes at the lowest rates already', 'check the data and the initializers first');
  const level = median([...start]);
  const noise = Math.max(...start) - Math.min(...start);
  const lowest = curve.reduce((best, point) => (point.loss < best.loss ? point : best));
  const drop = level - lowest.loss;
  if (!(drop > Math.max(0.02 * Math.abs(level), 2 * noise)))
    throw refusal(
      `the loss does not fall at any rate from ${short(range[0])} to ${short(range[1])}: it begins at ${short(level)} and its lowest is ${short(lowest.loss)}, no more than noise of ${short(noise)}`,
      'the network may not be able to learn this data: check it with `wellfit gradcheck`, other initializers, or a larger batch',
    );
  const falling = curve.find(({ loss }) => level - loss > Math.max(0.3 * drop, noise))!;
  const lr = Math.min(Math.sqrt(falling.lr * lowest.lr), lowest.lr / 3);
  return {
    lr,
    why: `range test: the loss begins to fall at ${short(falling.lr)} and is lowest at ${short(lowest.lr)}; between the two, on the safe side`,
    curve,
    lowest,
    falling,
    seeds,
    updates,
  };
}

const refusal = (received: string, fix: string): WellfitError =>
  new WellfitError('option', 'the range test found no learning rate', {
    expected: 'a region where the loss falls as the rate rises',
    received,
    fix,
  });
