import { describe, expect, test } from 'vitest';
import { type Shape, sizeOf, type TensorData } from '../../src/base/index.ts';
import { type Engine, onnxRuntimeEngine, referenceEngine } from '../../src/engine/index.ts';
import { Graph, type Value } from '../../src/graph/index.ts';
import { describeModel, forward } from '../../src/nn/index.ts';
import { maskKeys, randomMask } from '../../src/train/mask.ts';
import { gap } from '../golden/read.ts';
import { correlation, mean, sigmas } from './statistics.ts';
import { runTask, type Task, taskOf, trainings } from './trainings.ts';

interface Stream {
  readonly shape: Shape;
  readonly keep: number;
  readonly seed?: number;
  readonly layer?: string;
}

/** What `build` makes of the masks of updates first … first+count-1, all in one call. */
async function overUpdates(
  engine: Engine,
  { shape, keep, seed = 7, layer = 'dropout1' }: Stream,
  first: number,
  count: number,
  build = (mask: () => Value) => mask(),
): Promise<TensorData[]> {
  const graph = new Graph();
  const keys = graph.feed('keys', 'int32', [2 * count]);
  for (let step = 0; step < count; step++)
    graph.output(
      `m${step}`,
      build(() => randomMask(keys, step, shape, keep)),
    );
  const program = await engine.compile(graph);
  const pairs = Array.from({ length: count }, (_, step) => maskKeys(seed, first + step, layer)).flat();
  const results = await program.run(engine.memory(), {
    keys: { dtype: 'int32', shape: keys.shape, data: Int32Array.from(pairs) },
  });
  await program.release();
  return Array.from({ length: count }, (_, step) => results[`m${step}`].data);
}

const masks = (stream: Stream, first = 1, count = 200): Promise<TensorData[]> =>
  overUpdates(referenceEngine, stream, first, count);

const cpu = onnxRuntimeEngine({ device: 'cpu', threads: 1 });

describe.each([0.05, 0.3, 0.5, 0.8, 0.98])('masks that keep %d', (keep) => {
  for (const shape of [
    [1, 16],
    [32, 100],
    [3, 4, 9, 11],
  ])
    test(`keep that share of [${shape}], no more and no less even than chance would, and nothing but 0 and 1 is in them`, async () => {
      const drawn = await masks({ shape, keep });
      const size = sizeOf(shape);
      const kept = drawn.map((mask) => size * mean(mask));
      expect(drawn.every((mask) => mask.every((m) => m === 0 || m === 1))).toBe(true);
      const spread = size * keep * (1 - keep);
      expect(Math.abs(mean(kept) - size * keep), 'share').toBeLessThan(sigmas * Math.sqrt(spread / drawn.length));
      // Sum of squares of (almost) standard normal numbers: chi-square, of mean 1 and variance 2/n a draw, and a little more for skewed counts.
      const dispersion = mean(kept.map((n) => (n - size * keep) ** 2 / spread));
      expect(Math.abs(dispersion - 1), 'dispersion').toBeLessThan(sigmas * Math.sqrt((2 + 1 / spread) / drawn.length));
    });

  test('keep each position equally often over the updates', async () => {
    const drawn = await masks({ shape: [300], keep }, 1, 1000);
    const error = Math.sqrt((keep * (1 - keep)) / drawn.length);
    for (let i = 0; i < 300; i++)
      expect(Math.abs(mean(drawn.map((mask) => mask[i])) - keep), `position ${i}`).toBeLessThan(sigmas * error);
  });

  const width = 40;
  const stream = { shape: [50, width], keep };
  const pairs = {
    'this update and the next': async () => [await masks(stream, 1), await masks(stream, 2)],
    'this update and the one 100 later': async () => [await masks(stream, 1), await masks(stream, 101)],
    'two layers': async () => [await masks(stream), await masks({ ...stream, layer: 'dropout2' })],
    'two seeds': async () => [await masks(stream), await masks({ ...stream, seed: 8 })],
    'a position and the next': async () => shifted(await masks(stream), 1),
    'a position and the one below': async () => shifted(await masks(stream), width),
  };
  for (const [what, draw] of Object.entries(pairs))
    test(`are unrelated between ${what}`, async () => {
      const [a, b] = (await draw()).map(joined);
      expect(Math.abs(correlation(a, b, keep))).toBeLessThan(sigmas / Math.sqrt(a.length));
    });
});

const shifted = (drawn: TensorData[], by: number) => [
  drawn.map((mask) => mask.subarray(by)),
  drawn.map((mask) => mask.subarray(0, mask.length - by)),
];

const joined = (drawn: TensorData[]): Float64Array => Float64Array.from(drawn.flatMap((mask) => Array.from(mask)));

describe('a mask depends on the seed, the update and the layer alone', () => {
  const stream = { shape: [7, 33], keep: 0.7 };

  test.each([1, 4, 16])('not on the engine, nor on how many updates a call does: %i', async (steps) => {
    const expected = await masks(stream, 1, 16);
    for (const engine of [referenceEngine, cpu]) {
      const drawn: TensorData[] = [];
      for (let update = 1; update <= 16; update += steps)
        drawn.push(...(await overUpdates(engine, stream, update, steps)));
      expect(
        drawn.map((mask) => Array.from(mask)),
        engine.name,
      ).toEqual(expected.map((mask) => Array.from(mask)));
    }
  });

  test('and on each of these', async () => {
    const [first] = await masks(stream, 1, 1);
    for (const [what, [other]] of Object.entries({
      update: await masks(stream, 2, 1),
      seed: await masks({ ...stream, seed: 8 }, 1, 1),
      layer: await masks({ ...stream, layer: 'dropout2' }, 1, 1),
    }))
      expect(other, what).not.toEqual(first);
  });
});

describe('the layer "dropout"', () => {
  const size = 200;
  const input = Float64Array.from({ length: size }, (_, i) => (i - 99.5) / 40);
  const applied = (rate: number, training: boolean) => (mask: () => Value) => {
    const drawn = mask();
    const x = drawn.graph.constant({ dtype: 'float', shape: [1, size], data: input });
    return forward(describeModel([{ dropout: { rate } }], [size]), x, {
      values: new Map(),
      training,
      mask: () => drawn,
    }).output;
  };
  const outputs = (rate: number, training: boolean, count: number) =>
    overUpdates(referenceEngine, { shape: [1, size], keep: 1 - rate }, 1, count, applied(rate, training));

  test.each([0.1, 0.5, 0.9])('keeps the expected value of every number while it zeroes a share of %d', async (rate) => {
    const drawn = await outputs(rate, true, 1000);
    for (let i = 0; i < size; i++) {
      const error = Math.abs(input[i]) * Math.sqrt(rate / (1 - rate) / drawn.length);
      expect(Math.abs(mean(drawn.map((y) => y[i])) - input[i]), `number ${i}`).toBeLessThan(sigmas * error);
    }
  });

  test.each([
    ['in evaluation', 0.5, false],
    ['at rate 0', 0, true],
  ])('changes nothing %s', async (_, rate, training) => {
    const [y] = await outputs(rate, training, 1);
    expect(y).toEqual(input);
  });
});

describe('a training with dropout', () => {
  const [{ model, ...rest }] = trainings;
  const task: Task = taskOf({
    ...rest,
    model: [{ dropout: { rate: 0.2 } }, ...model.slice(0, 2), { dropout: { rate: 0.5 } }, ...model.slice(2)],
  });

  test.each([4, 16])('has the same weights to the last bit with 1 or %i updates in a call', async (steps) => {
    expect(await runTask(task, cpu, 16, { steps })).toEqual(await runTask(task, cpu, 16));
  });

  test('sees the same masks on every engine', async () => {
    const [expected, actual] = [await runTask(task, referenceEngine, 16), await runTask(task, cpu, 16)];
    expect(gap(actual.losses, expected.losses)).toBeLessThan(1e-5);
  });

  test('goes another way with another seed', async () => {
    const [a, b] = [await runTask(task, cpu, 16), await runTask(task, cpu, 16, { seed: 1 })];
    expect(gap(a.losses, b.losses)).toBeGreaterThan(1e-2);
  });
});
