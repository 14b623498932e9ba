import { describe, expect, test } from 'vitest';
import { Random } from '../../../src/base/index.ts';
import {
  coordinateOf,
  scrambled,
  sobolDimensions,
  sobolSequence,
} from '../../../src/search/samplers/sobol/sequence.ts';
import { sobol } from '../../../src/search/samplers/sobol/sobol.ts';
import type { Space } from '../../../src/search/space/parameter.ts';
import { bytesOf, readGolden } from '../../golden/read.ts';

const float = (name: string) => ({ name, kind: 'float', low: 0, high: 1, log: false }) as const;
const suggest = (space: Space, number: number, seed = 0) =>
  sobol.suggest({ space, trials: [], number, seed, objectives: 1 }, {}).values;
const upTo = (n: number) => Array.from({ length: n }, (_, i) => i);

describe('the Sobol sequence', () => {
  test('is that of scipy in all dimensions', () => {
    const { dimensions } = readGolden<{ readonly dimensions: readonly string[] }>('sobol.json');
    const sequence = sobolSequence(sobolDimensions);
    expect(dimensions.length).toBe(sobolDimensions);
    for (const [d, golden] of dimensions.entries())
      expect(upTo(256).map((k) => coordinateOf(sequence, k, d) * 256)).toEqual([...bytesOf(golden)]);
  });

  test('has one point in every interval of length 2^-m in each block of 2^m points, however it is scrambled', () => {
    const sequence = scrambled(sobolSequence(sobolDimensions), new Random(1));
    for (const m of [1, 4, 7])
      for (const block of [0, 1, 5])
        for (let d = 0; d < sobolDimensions; d++) {
          const cells = upTo(2 ** m).map((k) => Math.floor(coordinateOf(sequence, block * 2 ** m + k, d) * 2 ** m));
          expect(cells.sort((a, b) => a - b)).toEqual(upTo(2 ** m));
        }
  });

  test('keeps the nets of the first two dimensions when it is scrambled', () => {
    const sequence = scrambled(sobolSequence(2), new Random(2));
    const cells = upTo(64).map(
      (k) => 8 * Math.floor(8 * coordinateOf(sequence, k, 0)) + Math.floor(8 * coordinateOf(sequence, k, 1)),
    );
    expect(cells.sort((a, b) => a - b)).toEqual(upTo(64));
  });

  test('is uniform in every place over the scrambles', () => {
    for (const k of [0, 3, 100]) {
      const draws = upTo(2000).map((seed) => coordinateOf(scrambled(sobolSequence(1), new Random(seed)), k, 0));
      const mean = draws.reduce((sum, x) => sum + x, 0) / 2000;
      const square = draws.reduce((sum, x) => sum + x * x, 0) / 2000;
      // Four standard errors.
      expect(Math.abs(mean - 1 / 2)).toBeLessThan(0.026);
      expect(Math.abs(square - 1 / 3)).toBeLessThan(0.027);
    }
  });
});

describe('the sampler sobol', () => {
  test('depends on the seed and the number alone, and no two trials meet', () => {
    const space = [float('a'), float('b')];
    expect(suggest(space, 3, 7)).toEqual(suggest(space, 3, 7));
    const seen = upTo(20).flatMap((seed) => upTo(20).map((number) => suggest(space, number, seed).a));
    expect(new Set(seen).size).toBe(400);
  });

  test('covers every kind of parameter evenly', () => {
    const space: Space = [
      { name: 'rate', kind: 'float', low: 1e-4, high: 1, log: true },
      { name: 'units', kind: 'int', low: 16, high: 64, step: 16, log: false },
      { name: 'kind', kind: 'choice', choices: ['a', 'b'] },
    ];
    const all = upTo(64).map((number) => suggest(space, number));
    const count = (test: (values: Record<string, number>) => boolean) => all.filter(test).length;
    for (const decade of upTo(4))
      expect(count(({ rate }) => rate >= 10 ** (decade - 4) && rate < 10 ** (decade - 3))).toBe(16);
    for (const units of [16, 32, 48, 64]) expect(count((values) => values.units === units)).toBe(16);
    expect(count(({ kind }) => kind === 1)).toBe(32);
  });

  test('leaves out what does not exist', () => {
    const space: Space = [
      { name: 'kind', kind: 'choice', choices: ['a', 'b'] },
      { ...float('rate'), when: { parameter: 'kind', is: [1] } },
    ];
    for (const number of upTo(16)) {
      const values = suggest(space, number);
      expect('rate' in values).toBe(values.kind === 1);
    }
  });

  test('draws what lies beyond its dimensions at random', () => {
    const space = upTo(sobolDimensions + 3).map((i) => float(`p${i}`));
    const last = (number: number, seed: number) => suggest(space, number, seed)[`p${sobolDimensions + 2}`];
    expect(new Set([last(0, 0), last(1, 0), last(0, 1), last(1, 1)]).size).toBe(4);
  });
});
