import { describe, expect, test } from 'vitest';
import { elastic } from '../../src/data/augment/elastic.ts';
import { augmentations, drawAugment, readAugment } from '../../src/data/index.ts';
import { correlation, mean, sigmas, variance } from '../nn/statistics.ts';

const many = 4000;
const rows = Int32Array.from({ length: many }, (_, i) => i);
const square = [3, 20, 20];

/** The i-th of the numbers that are drawn for each of many rows. */
function drawn(entry: unknown, shape = square, update = 1, seed = 3): (i: number) => number[] {
  const plan = readAugment([entry], shape, true);
  const numbers = drawAugment(plan, seed, update, rows);
  return (i) => Array.from(rows, (row) => numbers[row * plan.width + i]);
}

const angle = (slope: number) => (slope * 180) / Math.PI;

/** Numbers that are uniform in [low, high], read from what the graph is fed. */
const uniform: [string, unknown, number, number, () => number[]][] = [
  [
    'angles of rotation',
    { rotation: 30 },
    -30,
    30,
    () => drawn({ rotation: 30 })(3).map((sin) => angle(Math.asin(sin))),
  ],
  ['angles of shear', { shear: 40 }, -40, 40, () => drawn({ shear: 40 })(1).map((tan) => -angle(Math.atan(tan)))],
  ['factors of zoom', { zoom: 0.3 }, 0.7, 1.3, () => drawn({ zoom: 0.3 })(0).map((slope) => 1 / slope)],
  ['factors of brightness', { brightness: 0.4 }, 0.6, 1.4, () => drawn({ brightness: 0.4 })(0)],
  ['factors of contrast', { contrast: 1 }, 0, 2, () => drawn({ contrast: 1 })(0)],
  ['factors of saturation', { saturation: 0.5 }, 0.5, 1.5, () => drawn({ saturation: 0.5 })(0)],
  ['shares of mixup with alpha 1', { mixup: 1 }, 0, 1, () => drawn({ mixup: 1 })(0)],
];

test.each(uniform)('%s are uniform: %j', (_, __, low, high, numbers) => {
  const sorted = numbers()
    .map((x) => (x - low) / (high - low))
    .sort((a, b) => a - b);
  // Kolmogorov and Smirnov: one honest sample in 100,000 lies further off.
  const off = Math.max(...sorted.map((x, i) => Math.max(Math.abs(x - i / many), Math.abs(x - (i + 1) / many))));
  expect(off).toBeLessThan(2.5 / Math.sqrt(many));
});

describe.each(['horizontalFlip', 'verticalFlip'] as const)('%s', (name) => {
  test.each([0, 0.1, 0.5, 1])('mirrors with probability %d', (probability) => {
    const slopes = drawn({ [name]: probability })(name === 'horizontalFlip' ? 0 : 2);
    const share = mean(slopes.map((slope) => (slope === -1 ? 1 : 0)));
    expect(slopes.every((slope) => Math.abs(slope) === 1)).toBe(true);
    expect(Math.abs(share - probability)).toBeLessThanOrEqual(
      sigmas * Math.sqrt((probability * (1 - probability)) / many),
    );
  });
});

describe('pixels by which a picture is moved', () => {
  /** How far each share lies from what is expected, in standard errors. */
  const farthest = (values: number[], expected: Record<string, number>) =>
    Math.max(
      ...Object.entries(expected).map(([value, p]) => {
        const share = values.filter((x) => x === Number(value)).length / many;
        return Math.abs(share - p) / Math.sqrt((p * (1 - p)) / many);
      }),
    );

  test('crop: every position of the window is equally likely, in both directions independently', () => {
    const of = drawn({ crop: 2 });
    const expected = Object.fromEntries([-2, -1, 0, 1, 2].map((pixels) => [pixels, 1 / 5]));
    for (const i of [1, 3]) expect(farthest(of(i), expected)).toBeLessThan(sigmas);
    expect(Math.abs(correlation(of(1), of(3)))).toBeLessThan(sigmas / Math.sqrt(many));
  });

  test('shift: up to a fraction of width and of height, rounded to whole pixels', () => {
    const of = drawn({ shift: 0.1 }, [1, 20, 28]);
    const bounds = { '-3': 0.3 / 5.6, '3': 0.3 / 5.6 };
    const across = Object.fromEntries([-2, -1, 0, 1, 2].map((pixels) => [pixels, 1 / 5.6]));
    expect(farthest(of(1), { ...bounds, ...across })).toBeLessThan(sigmas);
    expect(farthest(of(3), { '-2': 1 / 8, '-1': 1 / 4, '0': 1 / 4, '1': 1 / 4, '2': 1 / 8 })).toBeLessThan(sigmas);
  });
});

describe('boxes', () => {
  test('cutout: as often as the probability says, around any pixel alike, cut off where they hang over', () => {
    const of = drawn({ cutout: { size: 5, probability: 0.3 } }, [1, 12, 16]);
    const [left, right, top, bottom] = [0, 1, 2, 3].map(of);
    const there = [...rows.keys()].filter((i) => right[i] > left[i]);
    expect(Math.abs(there.length / many - 0.3)).toBeLessThan(sigmas * Math.sqrt((0.3 * 0.7) / many));
    for (const [from, to, size] of [
      [left, right, 16],
      [top, bottom, 12],
    ] as const) {
      // Each center gives a span of its own.
      const spans = Map.groupBy(there, (i) => `${from[i]} to ${to[i]}`);
      const centers = Array.from({ length: size }, (_, c) => `${Math.max(0, c - 2)} to ${Math.min(size, c + 3)}`);
      expect(new Set(spans.keys())).toEqual(new Set(centers));
      const spread = Math.sqrt((1 / size) * (1 - 1 / size) * there.length);
      for (const found of spans.values())
        expect(Math.abs(found.length - there.length / size)).toBeLessThan(sigmas * spread);
    }
  });

  test('cutmix: a weight that is the exact share of pixels outside of the box, whose sides are those of the picture times √(1 - λ)', () => {
    const of = drawn('cutmix', [3, 20, 40]);
    const [left, right, top, bottom, mix] = [0, 1, 2, 3, 4].map(of);
    for (const i of rows) {
      const area = (right[i] - left[i]) * (bottom[i] - top[i]);
      expect(mix[i]).toBe(Math.fround(1 - area / 800));
      expect(left[i] >= 0 && top[i] >= 0 && right[i] <= 40 && bottom[i] <= 20).toBe(true);
      const whole = left[i] > 0 && top[i] > 0 && right[i] < 40 && bottom[i] < 20;
      if (whole) expect(Math.abs(right[i] - left[i] - 2 * (bottom[i] - top[i]))).toBeLessThanOrEqual(1);
    }
    // λ is uniform, and so is the pixel in the middle of the box.
    const covered = (length: number, size: number) =>
      Array.from({ length: size }, (_, center) => {
        const start = center - Math.floor(length / 2);
        return Array.from({ length }, (_, k) => start + k).filter((place) => place >= 0 && place < size).length / size;
      });
    const sides = Array.from({ length: 1000 }, (_, k) => Math.sqrt((k + 0.5) / 1000));
    const shares = Array.from({ length: 10 }, (_, i) => drawn('cutmix', [3, 20, 40], i + 1)(4)).flat();
    for (const power of [1, 2]) {
      const moment = (shares: number[]) => mean(shares.map((share) => share ** power));
      const expected = mean(
        sides.map((side) => moment(covered(Math.floor(40 * side), 40)) * moment(covered(Math.floor(20 * side), 20))),
      );
      const areas = shares.map((share) => (1 - share) ** power);
      const spread = Math.sqrt(variance(areas, expected) / areas.length);
      expect(Math.abs(mean(areas) - expected)).toBeLessThan(sigmas * spread);
    }
  });
});

test.each([0.05, 0.2, 1, 4])(
  'mixup draws shares of Beta(alpha, alpha) with alpha %d: mean 1/2, variance 1/(8 alpha + 4)',
  (alpha) => {
    const updates = Array.from({ length: 25 }, (_, i) => i + 1);
    const shares = updates.flatMap((update) => drawn({ mixup: alpha }, square, update)(0));
    const count = shares.length;
    expect(shares.every((x) => x >= 0 && x <= 1)).toBe(true);
    const expected = 1 / (8 * alpha + 4);
    expect(Math.abs(mean(shares) - 0.5)).toBeLessThan(sigmas * Math.sqrt(expected / count));
    // The kurtosis of Beta(a, a) is 3 - 6 / (2a + 3).
    const spread = expected * Math.sqrt((2 - 6 / (2 * alpha + 3)) / count);
    expect(Math.abs(variance(shares, 0.5) - expected)).toBeLessThan(sigmas * spread);
  },
);

describe('elastic', () => {
  const [strength, grid, shape] = [1.5, 3, [1, 10, 14]] as const;
  const { count, data } = elastic.stage === 'displacement' ? elastic.functions({ grid }, shape) : expect.fail();
  const [, height, width] = shape;
  const of = drawn({ elastic: { strength, grid } }, [...shape]);
  const weights = Array.from({ length: 2 * (3 + count) }, (_, i) => of(i));
  /** The displacement of a pixel in each row, in pixels; half 0 is x, half 1 is y. */
  const displacement = (half: 0 | 1, pixel: number) =>
    Array.from(rows, (row) => {
      let sum = 0;
      for (let i = 0; i < count; i++)
        sum += data[i * height * width + pixel] * weights[half * (3 + count) + 3 + i][row];
      return (sum * (half === 0 ? width : height)) / 2;
    });

  test.each([0, 5, 13, 70, 77, 126, 139])('moves pixel %d by `strength` pixels on average, to no side', (pixel) => {
    const [x, y] = [displacement(0, pixel), displacement(1, pixel)];
    for (const way of [x, y]) {
      expect(Math.abs(mean(way))).toBeLessThan((sigmas * strength) / Math.sqrt(many));
      expect(Math.abs(variance(way) / strength ** 2 - 1)).toBeLessThan(sigmas * Math.sqrt(2 / many));
    }
    expect(Math.abs(correlation(x, y))).toBeLessThan(sigmas / Math.sqrt(many));
  });

  test('moves neighbours alike and far pixels independently', () => {
    const middle = displacement(0, 5 * width + 1);
    expect(correlation(middle, displacement(0, 5 * width + 2))).toBeGreaterThan(0.95);
    expect(correlation(middle, displacement(0, 6 * width + 1))).toBeGreaterThan(0.9);
    expect(Math.abs(correlation(middle, displacement(0, 5 * width + 13)))).toBeLessThan(sigmas / Math.sqrt(many));
  });
});

describe('what is drawn for a row', () => {
  const every = Object.keys(augmentations)
    .filter((name) => name !== 'cutmix')
    .map((name) => (name === 'cutout' ? { cutout: 6 } : name));
  const plan = readAugment(every, square, true);
  const numbersOf = (seed: number, update: number, batch: number[], of = plan) => {
    const numbers = drawAugment(of, seed, update, Int32Array.from(batch));
    return batch.map((_, i) => [...numbers.subarray(i * of.width, (i + 1) * of.width)]);
  };

  test('depends on the seed, the update and the row, and not on its batch', () => {
    const [first, second, third] = numbersOf(5, 7, [40_000, 12, 3]);
    expect(numbersOf(5, 7, [12])).toEqual([second]);
    expect(numbersOf(5, 7, [3, 12, 9, 40_000, 3])).toMatchObject({ 0: third, 1: second, 3: first, 4: third });
    for (const other of [numbersOf(6, 7, [12]), numbersOf(5, 8, [12]), [first], [third]])
      expect(other).not.toEqual([second]);
  });

  test('does not depend on what else is listed', () => {
    const alone = readAugment(['brightness'], square, true);
    const together = readAugment(['horizontalFlip', 'contrast', 'brightness', 'mixup'], square, true);
    const of = numbersOf(1, 1, [0, 1, 2], together).map((numbers) => numbers[5]);
    expect(numbersOf(1, 1, [0, 1, 2], alone).flat()).toEqual(of);
  });

  test.each(['rotation', 'brightness', 'mixup'])(
    '%s: is independent of its neighbours, of the next update and of the next seed',
    (name) => {
      const i = name === 'rotation' ? 3 : 0;
      const center = name === 'rotation' ? 0 : name === 'mixup' ? 0.5 : 1;
      const numbers = drawn(name)(i);
      const others = {
        row: [...numbers.slice(1), numbers[0]],
        update: drawn(name, square, 2)(i),
        seed: drawn(name, square, 1, 4)(i),
      };
      for (const [which, other] of Object.entries(others))
        expect(Math.abs(correlation(numbers, other, center)), which).toBeLessThan(sigmas / Math.sqrt(many));
    },
  );

  test('is independent of what another augmentation draws', () => {
    const [a, b] = [drawn('brightness')(0), drawn('contrast')(0)];
    expect(Math.abs(correlation(a, b, 1))).toBeLessThan(sigmas / Math.sqrt(many));
  });
});
