import { describe, expect, test } from 'vitest';
import { gp } from '../../../src/search/samplers/gp/gp.ts';
import { sobol } from '../../../src/search/samplers/sobol/sobol.ts';
import type { Space, Values } from '../../../src/search/space/parameter.ts';
import { countOf } from '../../../src/search/space/scale.ts';
import type { Trial } from '../../../src/search/trial.ts';

const float = (name: string, low = 0, high = 1) => ({ name, kind: 'float', low, high, log: false }) as const;
const square = [float('x'), float('y')];
const options = gp.options.parse({});

const suggest = (space: Space, trials: readonly Trial[], seed = 0, chosen = options, number = trials.length) =>
  gp.suggest({ space, trials, number, seed, objectives: 1 }, chosen);
const complete = (number: number, values: Values, objective: number, note?: unknown): Trial => ({
  number,
  state: 'complete',
  values,
  objectives: [objective],
  reports: [],
  note,
});

function search(
  space: Space,
  objective: (values: Values) => number,
  budget: number,
  seed = 0,
  chosen = options,
): Trial[] {
  const trials: Trial[] = [];
  for (let number = 0; number < budget; number++) {
    const { values, note } = suggest(space, trials, seed, chosen);
    trials.push(complete(number, values, objective(values), note));
  }
  return trials;
}
const bestOf = (trials: readonly Trial[]) => Math.min(...trials.map(({ objectives }) => objectives?.[0] ?? Infinity));
const median = (values: readonly number[]) => values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)];

/** The least distance of two settings of the square. */
const nearest = (settings: readonly Values[]) =>
  Math.min(...settings.flatMap((a, i) => settings.slice(0, i).map((b) => Math.hypot(a.x - b.x, a.y - b.y))));

const branin = ({ x, y }: Values) =>
  (y - (5.1 / (4 * Math.PI ** 2)) * x ** 2 + (5 / Math.PI) * x - 6) ** 2 +
  10 * (1 - 1 / (8 * Math.PI)) * Math.cos(x) +
  10;
/** As the collection of Surjanovic and Bingham has it. */
function hartmann(values: Values): number {
  const steepness = [
    [10, 3, 17, 3.5, 1.7, 8],
    [0.05, 10, 17, 0.1, 8, 14],
    [3, 3.5, 1.7, 10, 17, 8],
    [17, 8, 0.05, 10, 0.1, 14],
  ];
  const centres = [
    [1312, 1696, 5569, 124, 8283, 5886],
    [2329, 4135, 8307, 3736, 1004, 9991],
    [2348, 1451, 3522, 2883, 3047, 6650],
    [4047, 8828, 8732, 5743, 1091, 381],
  ];
  const distance = (k: number) =>
    steepness[k].reduce((sum, a, i) => sum + a * (values[`x${i}`] - centres[k][i] / 10_000) ** 2, 0);
  return -[1, 1.2, 3, 3.2].reduce((sum, depth, k) => sum + depth * Math.exp(-distance(k)), 0);
}
const bowl = ({ x, y }: Values) => (x - 0.3) ** 2 + (y - 0.6) ** 2;

describe('the sampler gp', () => {
  test('finds the minimum of Branin to 0.001 in 40 trials', () => {
    const space = [float('x', -5, 10), float('y', 0, 15)];
    const regrets = [0, 1, 2].map((seed) => bestOf(search(space, branin, 40, seed)) - 0.39788735772973816);
    expect(median(regrets)).toBeLessThan(1e-3);
  }, 30_000);

  test('finds the lowest of the valleys of Hartmann in six dimensions, in one study of four', () => {
    const space = [0, 1, 2, 3, 4, 5].map((i) => float(`x${i}`));
    const regrets = [0, 1, 2, 3].map((seed) => bestOf(search(space, hartmann, 60, seed)) + 3.322368011415511);
    expect(Math.min(...regrets)).toBeLessThan(0.01);
    // The valleys where the others may end.
    expect(Math.max(...regrets)).toBeLessThan(0.5);
  }, 60_000);

  test('finds the best of mixed parameters, in their logarithm and on their lattice', () => {
    const space: Space = [
      { name: 'rate', kind: 'float', low: 1e-5, high: 1, log: true },
      { name: 'units', kind: 'int', low: 16, high: 4096, step: 16, log: false },
      { name: 'layers', kind: 'int', low: 1, high: 6, step: 1, log: true },
      { name: 'kind', kind: 'choice', choices: ['a', 'b', 'c', 'd'] },
    ];
    const loss = ({ rate, units, layers, kind }: Values) =>
      (Math.log10(rate) + 2.5) ** 2 + ((units - 1040) / 1000) ** 2 + (layers - 4) ** 2 / 4 + [0.6, 0.8, 0, 0.4][kind];
    const trials = search(space, loss, 40);
    expect(bestOf(trials)).toBeLessThan(0.01);
    for (const { values } of trials) {
      expect(values.units % 16).toBe(0);
      expect(Number.isInteger(values.layers) && Number.isInteger(values.kind)).toBe(true);
      for (const parameter of space) {
        const highest = parameter.kind === 'choice' ? countOf(parameter) - 1 : parameter.high;
        expect(values[parameter.name]).toBeGreaterThanOrEqual(parameter.kind === 'choice' ? 0 : parameter.low);
        expect(values[parameter.name]).toBeLessThanOrEqual(highest);
      }
    }
  });

  test('searches a parameter only where it exists', () => {
    const space: Space = [
      { name: 'optimizer', kind: 'choice', choices: ['sgd', 'adam', 'lion'] },
      { ...float('momentum'), when: { parameter: 'optimizer', is: [0] } },
      { ...float('beta'), when: { parameter: 'optimizer', is: [1, 2] } },
      { name: 'warm', kind: 'choice', choices: [false, true], when: { parameter: 'optimizer', is: [2] } },
    ];
    const trials = search(
      space,
      ({ optimizer, momentum, beta, warm }) =>
        optimizer === 0 ? 0.5 + momentum : optimizer === 1 ? 1 + beta : (beta - 0.7) ** 2 + (warm === 1 ? 0 : 0.3),
      40,
    );
    expect(bestOf(trials)).toBeLessThan(1e-3);
    for (const { values } of trials)
      expect(Object.keys(values)).toEqual(
        [
          ['optimizer', 'momentum'],
          ['optimizer', 'beta'],
          ['optimizer', 'beta', 'warm'],
        ][values.optimizer],
      );
  });

  test('starts with the points of sobol, as many as it is told', () => {
    const trials = search(square, bowl, 12, 3, gp.options.parse({ startup: 8 }));
    for (const { values, number } of trials) {
      const quasi = sobol.suggest({ space: square, trials: [], number, seed: 3, objectives: 1 }, {}).values;
      expect(JSON.stringify(values) === JSON.stringify(quasi)).toBe(number < 8);
    }
  });

  test('makes every suggestion again, from trials that were written and read', () => {
    const trials = search(square, bowl, 16, 5);
    const kept = JSON.parse(JSON.stringify(trials)) as Trial[];
    for (const number of [3, 10, 13]) {
      const { values, note } = suggest(square, kept.slice(0, number), 5);
      expect({ values, note }).toEqual({ values: trials[number].values, note: trials[number].note });
    }
    expect(suggest(square, kept, 6).values).not.toEqual(suggest(square, kept, 5).values);
  });

  test('keeps workers apart that ask at the same time', () => {
    const wave = ({ x, y }: Values) => Math.sin(9 * x) * Math.cos(7 * y);
    const trials = search(square, wave, 14);
    for (let worker = 0; worker < 8; worker++)
      trials.push({ number: trials.length, state: 'running', values: suggest(square, trials).values, reports: [] });
    expect(nearest(trials.slice(14).map(({ values }) => values))).toBeGreaterThan(0.005);
  });

  test('does not see what failed or was pruned', () => {
    const trials = search(square, bowl, 12);
    const others: Trial[] = (['failed', 'pruned'] as const).map((state, i) => ({
      ...{ number: 12 + i, state, values: { x: 0.31, y: 0.61 } },
      reports: [{ step: 1, value: -1e9 }],
    }));
    expect(suggest(square, [...trials, ...others], 0, options, 20)).toEqual(suggest(square, trials, 0, options, 20));
  });

  test('goes on after equal settings, equal objectives and objectives that are not finite', () => {
    const values = { x: 0.25, y: 0.5 };
    const inside = (suggestion: Values) =>
      suggestion.x >= 0 && suggestion.x <= 1 && suggestion.y >= 0 && suggestion.y <= 1;
    const same = Array.from({ length: 30 }, (_, number) => complete(number, values, 1));
    const near = same.map((_, i) => complete(i, { x: 0.25 + i * 1e-12, y: 0.5 }, i % 2));
    const odd = search(square, bowl, 12).map((trial, i) =>
      complete(i, trial.values, i < 10 ? [NaN, Infinity, -Infinity][i % 3] : (trial.objectives?.[0] ?? 0)),
    );
    const hopeless = odd.map(({ number, values }) => complete(number, values, NaN));
    const flat = search(square, () => 0.1, 25);
    for (const trials of [same, near, odd, hopeless, flat])
      for (const deterministic of [false, true])
        expect(inside(suggest(square, trials, 0, gp.options.parse({ deterministic })).values)).toBe(true);
    expect(nearest(flat.map(({ values }) => values))).toBeGreaterThan(0.02);
  });

  test('learns from trials of a wider space, and stays in its own', () => {
    const trials = search(square, bowl, 20);
    const { x, y } = suggest([float('x', 0.5, 1), float('y', 0, 0.5)], trials).values;
    expect([x, y]).toEqual([0.5, 0.5]);
  });

  test('takes a space in which nothing can be chosen, and refuses several objectives', () => {
    expect(search([], () => 1, 12).map(({ values }) => values)).toEqual(Array(12).fill({}));
    expect(() => gp.suggest({ space: square, trials: [], number: 0, seed: 0, objectives: 2 }, options)).toThrow(
      'several objectives',
    );
  });
});
