import { describe, expect, test } from 'vitest';
import { gradients } from '../../src/autodiff/index.ts';
import { Random, type Shape, sizeOf, type Tensor, type TensorData } from '../../src/base/index.ts';
import { type Engine, evaluate, onnxRuntimeEngine, referenceEngine } from '../../src/engine/index.ts';
import { Graph, liveNodes, type Value } from '../../src/graph/index.ts';
import { describeModel, forward, type Randomness } from '../../src/nn/index.ts';
import { mul, reduceSum, slice } from '../../src/ops/index.ts';
import { maskKeys, randomMask, randomUniform } from '../../src/train/step/mask.ts';
import { correlation, mean, sigmas } from './statistics.ts';

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
      build(() =>
        randomMask(slice(keys, { starts: [2 * step], ends: [2 * step + 2], axes: [0], steps: [1] }), shape, keep),
      ),
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

/** Fixed random numbers in place of those of a training. */
const randomness = (graph: Graph, seed: number): Randomness => {
  const drawn = (stream: string, shape: Shape, next: (random: Random) => number): Value => {
    const random = new Random(seed, ...Buffer.from(stream));
    return graph.constant({
      dtype: 'float',
      shape,
      data: Float64Array.from({ length: sizeOf(shape) }, () => next(random)),
    });
  };
  return {
    mask: (layer, shape, keep) => drawn(layer, shape, (random) => (random.uniform() < keep ? 1 : 0)),
    uniform: (stream, shape) => drawn(stream, shape, (random) => random.uniform()),
  };
};

/** Output of one layer for one seed, and its gradient in x if the output is pulled at by `pull`. */
function apply(layer: object, x: Tensor, training: boolean, seed = 1, pull = x) {
  const graph = new Graph();
  const [input, weight] = [graph.feed('x', 'float', x.shape), graph.feed('pull', 'float', x.shape)];
  const { output } = forward(describeModel([layer], x.shape.slice(1)), input, {
    values: new Map(),
    training,
    ...(training && { randomness: randomness(graph, seed) }),
  });
  graph.output('y', output);
  const loss = reduceSum(mul(output, weight), { axes: x.shape.map((_, axis) => axis), keepdims: 0 });
  graph.output('dx', gradients(loss, [input])[0]);
  return evaluate(graph, liveNodes(graph), { x, pull }).outputs;
}

const shape = [2, 5, 3, 3];
const size = sizeOf(shape);
const input: Tensor = { dtype: 'float', shape, data: Float64Array.from({ length: size }, (_, i) => (i - 44.3) / 20) };

/** What each layer makes of a number x, on average and in spread. */
const layers: { layer: object; mean: (x: number) => number; variance: (x: number) => number; test?: number }[] = [
  ...[0.1, 0.5, 0.9].flatMap((rate) => {
    const spread = (x: number) => (x * x * rate) / (1 - rate);
    return [
      { layer: { dropout: { rate } }, mean: (x: number) => x, variance: spread },
      {
        layer: { dropout: { rate, scaling: 'test' } },
        mean: (x: number) => x * (1 - rate),
        variance: (x: number) => x * x * rate * (1 - rate),
        test: 1 - rate,
      },
      { layer: { spatialDropout: { rate } }, mean: (x: number) => x, variance: spread },
      { layer: { gaussianDropout: { rate } }, mean: (x: number) => x, variance: spread },
    ];
  }),
  { layer: { gaussianNoise: { std: 0.4 } }, mean: (x) => x, variance: () => 0.16 },
];

describe.each(layers)('the layer $layer', ({ layer, mean: expected, variance: spread, test: factor = 1 }) => {
  const copies = 600;
  const many = {
    ...input,
    shape: [copies * shape[0], ...shape.slice(1)],
    data: Float64Array.from({ length: copies * size }, (_, i) => input.data[i % size]),
  };
  const { data } = apply(layer, many, true).y;
  const drawn = Array.from({ length: copies }, (_, copy) => data.subarray(copy * size, (copy + 1) * size));

  test('gives every number the mean that it promises in training', () => {
    for (let i = 0; i < size; i++) {
      const x = input.data[i];
      const error = Math.sqrt(spread(x) / copies);
      expect(Math.abs(mean(drawn.map((y) => y[i])) - expected(x)), `number ${i}`).toBeLessThan(sigmas * error);
    }
  });

  test('and the variance', () => {
    // Over all numbers together: those of a channel may be dropped as one, and a coin's fourth moment grows as its sides become unequal.
    const ratio = mean(drawn.map((y) => mean(input.data.map((x, i) => (y[i] - expected(x)) ** 2 / spread(x)))));
    expect(Math.abs(ratio - 1)).toBeLessThan(sigmas * Math.sqrt(7.2 / (copies * 10)));
  });

  test('multiplies by a fixed factor in evaluation', () => {
    expect(apply(layer, input, false).y.data).toEqual(input.data.map((x) => x * factor));
  });

  test('has the gradient of a finite difference', () => {
    const pull = { ...input, data: input.data.map((_, i) => Math.sin(i)) };
    const { dx } = apply(layer, input, true, 3, pull);
    for (let i = 0; i < size; i += 7) {
      const at = (delta: number) => {
        const moved = { ...input, data: input.data.map((x, k) => (k === i ? x + delta : x)) };
        const { y } = apply(layer, moved, true, 3, pull);
        return y.data.length * mean(Array.from(y.data, (value, k) => value * pull.data[k]));
      };
      expect(Math.abs(dx.data[i] - (at(1e-4) - at(-1e-4)) / 2e-4), `number ${i}`).toBeLessThan(1e-9);
    }
  });
});

test.each([
  { dropout: { rate: 0 } },
  { dropout: { rate: 0, scaling: 'test' } },
  { spatialDropout: { rate: 0 } },
  { gaussianDropout: { rate: 0 } },
  { gaussianNoise: { std: 0 } },
])('%o changes nothing, in training and in evaluation', (layer) => {
  for (const training of [true, false]) expect(apply(layer, input, training).y.data).toEqual(input.data);
});

test.each(['dropout', 'spatialDropout', 'gaussianDropout'])('%s refuses rate 1 in words', (kind) => {
  expect(() => describeModel([{ [kind]: { rate: 1 } }], [3, 4, 4])).toThrow(
    /rate: must be less than 1[\s\S]*received +1/,
  );
});

test('spatialDropout drops and keeps channels as wholes, each row for itself', () => {
  const { y } = apply({ spatialDropout: { rate: 0.5 } }, input, true);
  const channels = Array.from({ length: 10 }, (_, i) => Array.from(y.data.slice(9 * i, 9 * i + 9)));
  const whole = (i: number) => [new Array(9).fill(0), Array.from(input.data.slice(9 * i, 9 * i + 9), (x) => 2 * x)];
  for (const [i, channel] of channels.entries())
    expect(whole(i).map(String)).toContain(String(channel.map((v) => v + 0)));
  const dropped = channels.map((channel) => channel.every((v) => v === 0));
  expect(dropped.slice(0, 5)).not.toEqual(dropped.slice(5));
});

describe('normal noise', () => {
  const noise = (length: number, seed: number) =>
    apply(
      { gaussianNoise: { std: 1 } },
      { dtype: 'float', shape: [1, length], data: new Float64Array(length) },
      true,
      seed,
    ).y.data;

  test.each([1, 2, 7, 40_000])('of %i numbers', (length) => {
    const n = noise(length, 5);
    expect(n.length).toBe(length);
    expect(n.every(Number.isFinite)).toBe(true);
  });

  test('has the moments and the share within one sigma of the normal distribution, and its halves are unrelated', () => {
    const n = noise(40_000, 6);
    const error = 1 / Math.sqrt(n.length);
    expect(Math.abs(mean(n)), 'mean').toBeLessThan(sigmas * error);
    expect(Math.abs(mean(n.map((v) => v ** 2)) - 1), 'variance').toBeLessThan(sigmas * error * Math.sqrt(2));
    expect(Math.abs(mean(n.map((v) => v ** 3))), 'skew').toBeLessThan(sigmas * error * Math.sqrt(15));
    expect(Math.abs(mean(n.map((v) => v ** 4)) - 3), 'kurtosis').toBeLessThan(sigmas * error * Math.sqrt(96));
    const within = n.filter((v) => Math.abs(v) < 1).length / n.length;
    expect(Math.abs(within - 0.682689), 'within one sigma').toBeLessThan(sigmas * error * 0.4654);
    const [first, second] = [n.slice(0, 20_000), n.slice(20_000)];
    expect(Math.abs(correlation(first, second)), 'halves').toBeLessThan(sigmas / Math.sqrt(20_000));
    const squares = [first, second].map((half) => half.map((v) => v ** 2 - 1));
    expect(Math.abs(correlation(squares[0], squares[1])), 'squares of halves').toBeLessThan(sigmas / Math.sqrt(20_000));
  });

  test('is that from the random numbers of a training too, and nearly the same on every engine', async () => {
    const [updates, length] = [100, 500];
    const draw = async (engine: Engine) => {
      const graph = new Graph();
      const names = ['radius', 'angle'].map((stream) => `gaussianNoise1.${stream}`);
      const keys = names.map((name) => graph.feed(name, 'int32', [2 * updates]));
      const x = graph.constant({ dtype: 'float', shape: [1, length], data: new Float64Array(length) });
      for (let step = 0; step < updates; step++)
        graph.output(
          `n${step}`,
          forward(describeModel([{ gaussianNoise: { std: 1 } }], [length]), x, {
            values: new Map(),
            training: true,
            randomness: {
              mask: () => x,
              uniform: (stream, shape) =>
                randomUniform(
                  slice(keys[names.indexOf(stream)], {
                    starts: [2 * step],
                    ends: [2 * step + 2],
                    axes: [0],
                    steps: [1],
                  }),
                  shape,
                  stream,
                ),
            },
          }).output,
        );
      const program = await engine.compile(graph);
      const given = names.map((name) => {
        const data = Int32Array.from(Array.from({ length: updates }, (_, i) => maskKeys(4, i + 1, name)).flat());
        return [name, { dtype: 'int32', shape: [2 * updates], data }] as const;
      });
      const results = await program.run(engine.memory(), Object.fromEntries(given));
      await program.release();
      return joined(Array.from({ length: updates }, (_, step) => results[`n${step}`].data));
    };
    const [n, narrow] = [await draw(referenceEngine), await draw(cpu)];
    const error = 1 / Math.sqrt(n.length);
    expect(Math.abs(mean(n)), 'mean').toBeLessThan(sigmas * error);
    expect(Math.abs(mean(n.map((v) => v ** 2)) - 1), 'variance').toBeLessThan(sigmas * error * Math.sqrt(2));
    expect(Math.abs(mean(n.map((v) => v ** 4)) - 3), 'kurtosis').toBeLessThan(sigmas * error * Math.sqrt(96));
    expect(Math.abs(correlation(n.subarray(1), n)), 'neighbours').toBeLessThan(sigmas * error);
    expect(Math.abs(correlation(n.subarray(length), n)), 'updates').toBeLessThan(sigmas * error);
    expect(mean(n.map((v, i) => Math.abs(v - narrow[i])))).toBeLessThan(1e-5);
  });

  test.each([0, 1])('stays finite where a uniform number is %i', (edge) => {
    const graph = new Graph();
    const x = graph.feed('x', 'float', [1, 4]);
    const uniform = (_: string, shape: Shape) =>
      graph.constant({ dtype: 'float', shape, data: new Float64Array(sizeOf(shape)).fill(edge) });
    const { output } = forward(describeModel([{ gaussianNoise: { std: 1 } }], [4]), x, {
      values: new Map(),
      training: true,
      randomness: { mask: uniform, uniform },
    });
    graph.output('y', output);
    const given = { x: { dtype: 'float', shape: [1, 4], data: new Float64Array(4) } } as const;
    expect(evaluate(graph, liveNodes(graph), given).outputs.y.data.every(Number.isFinite)).toBe(true);
  });
});
