import { describe, expect, test } from 'vitest';
import { onnxRuntimeEngine } from '../../src/engine/index.ts';
import { Pace, type Watching } from '../../src/monitor/index.ts';
import { trainOn } from '../../src/train/index.ts';
import { digits, iris, on } from '../train/support.ts';

const bits = (weights: ReadonlyMap<string, { data: ArrayLike<number> }>) =>
  [...weights].map(([name, { data }]) => [name, Array.from(data)]);

describe('looking changes no bit of the weights', () => {
  const experiments = {
    'a multilayer network': on(iris, { model: 'mlp', epochs: 4 }),
    'dropout, batch normalization and penalties': on(iris, {
      model: [{ dense: { units: 16 } }, 'batchNorm', 'gelu', { dropout: { rate: 0.3 } }, { dense: { units: 3 } }],
      regularize: { l2: 0.001, weightDecay: 0.01 },
      clip: { norm: 0.5 },
      average: 'ema',
      epochs: 4,
    }),
    'a convolutional network, augmented': on(digits, {
      model: 'cnn',
      augment: [{ shift: 0.1 }],
      epochs: 1,
      limit: { train: 300 },
    }),
  };
  for (const [name, experiment] of Object.entries(experiments))
    test(`of ${name}`, async () => {
      const data = name.includes('convolutional') ? digits : iris;
      const trained = async (watch: Watching, threads: number) => {
        const { weights, epochs } = await trainOn(data, experiment, { engine: onnxRuntimeEngine({ threads }), watch });
        return { weights: bits(weights), losses: epochs.map(({ train }) => train.loss) };
      };
      const alone = await trained(false, 1);
      for (const [watch, threads] of [
        ['auto', 1],
        [1, 1],
        [3, 2],
      ] as const)
        expect(await trained(watch, threads)).toEqual(alone);
    });
});

describe('the pace of looking', () => {
  /** Updates that are looked at in a run of `total`, where an update takes 1 ms and a look so many. */
  const looked = (watching: Watching, total: number, look: number) => {
    const pace = new Pace(watching);
    const at: number[] = [];
    for (let update = 1; update <= total; update++)
      if (pace.due(update, update / 1000, total)) {
        at.push(update);
        pace.took(look / 1000);
      }
    return at;
  };

  test('is dense at first, then every 50 updates where that is cheap', () => {
    expect(looked('auto', 200, 0.1)).toEqual([1, 4, 8, 16, 32, 50, 100, 150, 200]);
  });

  test('keeps the cost of a long run below two percent, the first look (which compiles) not counted', () => {
    for (const look of [1, 3, 10, 100]) {
      const at = looked('auto', 100_000, look);
      const least = 16 + 6;
      expect((at.length - 1) * look).toBeLessThan(Math.max(0.02 * 100_000, least * look));
      expect(at.length).toBeGreaterThanOrEqual(16);
    }
  });

  test('is exact where it is given, and nothing where it is off', () => {
    expect(looked(40, 170, 100)).toEqual([1, 40, 80, 120, 160]);
    expect(looked(false, 100, 1)).toEqual([]);
  });
});
