import { describe, expect, test } from 'vitest';
import { parseOptions } from '../../../src/base/index.ts';
import { random } from '../../../src/search/samplers/random.ts';
import { kernelsOf } from '../../../src/search/samplers/tpe/kernels.ts';
import { tuned, usual } from '../../../src/search/samplers/tpe/rules.ts';
import { split } from '../../../src/search/samplers/tpe/split.ts';
import { spread } from '../../../src/search/samplers/tpe/spread.ts';
import { tpe } from '../../../src/search/samplers/tpe/tpe.ts';
import type { Space, Values } from '../../../src/search/space/parameter.ts';
import type { Trial } from '../../../src/search/trial.ts';

const complete = (number: number, values: Values, ...objectives: number[]): Trial => ({
  number,
  state: 'complete',
  values,
  objectives,
  reports: [],
});
const pruned = (number: number, ...values: number[]): Trial => ({
  number,
  state: 'pruned',
  values: {},
  reports: values.map((value, i) => ({ step: i + 1, value })),
});

/** A whole search; returns all trials. */
function search(
  space: Space,
  objective: (values: Values) => number,
  trials: number,
  seed: number,
  options: object = {},
) {
  const parsed = parseOptions(tpe.options, options, '');
  const known: Trial[] = [];
  for (let number = 0; number < trials; number++) {
    const { values } = tpe.suggest({ space, trials: known, number, seed, objectives: 1 }, parsed);
    known.push(complete(number, values, objective(values)));
  }
  return known;
}
const best = (trials: readonly Trial[]) => Math.min(...trials.map(({ objectives }) => objectives![0]));
const median = (values: readonly number[]) => values.toSorted((a, b) => a - b)[values.length >> 1];

const plane: Space = [
  { name: 'x', kind: 'float', low: -5, high: 10, log: false },
  { name: 'y', kind: 'float', low: 0, high: 15, log: false },
];
function branin({ x, y }: Values): number {
  const bend = y - (5.1 / (4 * Math.PI ** 2)) * x * x + (5 / Math.PI) * x - 6;
  return bend ** 2 + 10 * (1 - 1 / (8 * Math.PI)) * Math.cos(x) + 10;
}

describe('on Branin, 200 trials', () => {
  const regrets = (options: object) =>
    Array.from({ length: 30 }, (_, seed) => best(search(plane, branin, 200, seed, options)) - 0.397887);

  test('the median regret lies within the quartiles of Optuna', () => {
    const regret = median(regrets({}));
    expect(regret).toBeGreaterThan(0.0018);
    expect(regret).toBeLessThan(0.0059);
  });

  test('one parameter at a time, too', () => {
    const regret = median(regrets({ multivariate: false }));
    expect(regret).toBeGreaterThan(0.0018);
    expect(regret).toBeLessThan(0.0063);
  });

  test('the tuned settings do better than the quartiles', () => {
    expect(median(regrets({ tuned: true }))).toBeLessThan(0.0018);
  });
});

describe('the split', () => {
  const numbers = (trials: readonly Trial[]) => trials.map(({ number }) => number);

  test('takes complete trials by their value, then pruned ones by how far they came', () => {
    const values = [5, Number.NaN, 1, Number.POSITIVE_INFINITY, 3];
    const trials: Trial[] = [
      ...values.map((value, number) => complete(number, {}, value)),
      pruned(5, 1),
      pruned(6, 9, 9, 4),
      pruned(7),
      pruned(8, 9, 9, 3),
      pruned(9, 9, 9, Number.NaN),
      { ...complete(10, {}), state: 'failed' },
      { ...complete(11, {}), state: 'running' },
    ];
    const order: number[] = [];
    for (let size = 1; size <= 10; size++) {
      const { below } = split(trials, 1, true, { ...usual, good: () => size });
      order.push(...numbers(below).filter((number) => !order.includes(number)));
    }
    expect(order).toEqual([2, 4, 0, 1, 3, 8, 6, 9, 5, 7]);
    expect(numbers(split(trials, 1, true, usual).above)).toEqual([0, 1, 3, 4, 5, 6, 7, 8, 9, 11]);
    expect(numbers(split(trials, 1, false, usual).above)).not.toContain(11);
  });

  test('takes whole fronts, and of the last one what dominates most', () => {
    const points = [
      [3, 3],
      [0, 4],
      [4, 0],
      [1, 1.5],
      [1.1, 1.4],
      [9, 9],
      [2, 1],
    ];
    const trials = points.map((point, number) => complete(number, {}, ...point));
    const below = (size: number) => numbers(split(trials, 2, true, { ...usual, good: () => size }).below);
    expect(below(5)).toEqual([1, 2, 3, 4, 6]);
    expect(below(6)).toEqual([0, 1, 2, 3, 4, 6]);
    // From (4.4, 4.4) the areas are 9.86 of number 3 and 9.9 of 4; beside it 0.96 of 6 and 0.56 of 2; beside both 0.44 of 1 and 0.4 of 2.
    expect(below(1)).toEqual([4]);
    expect(below(2)).toEqual([4, 6]);
    expect(below(3)).toEqual([1, 4, 6]);
  });

  test('counts by improvement only where it is finite', () => {
    const trials = [4, 2, 1, 8].map((value, number) => complete(number, {}, value));
    const gains = (list: readonly Trial[]) => [...split(list, 1, true, { ...tuned, good: () => 2 }).gains!];
    expect(gains(trials)).toEqual([2, 3]);
    expect(gains([...trials, complete(4, {}, Number.NEGATIVE_INFINITY)])).toEqual([1, 1]);
  });
});

test('of more than two objectives the least crowded stay', () => {
  const points = [
    [0, 5, 1],
    [1, 4, 1],
    [1.1, 3.9, 1],
    [3, 2, 1],
    [5, 0, 1],
  ];
  expect(spread(points, 3).toSorted()).toEqual([0, 3, 4]);
  expect(
    spread(
      [
        [1, 2, 3],
        [1, 2, 3],
        [1, 2, 3],
      ],
      2,
    ),
  ).toEqual([0, 1]);
});

test('tuned kernels know the ends of the range and its middle, and stay wider', () => {
  const { mu, sigma } = kernelsOf(Float64Array.of(1, 9.9), [0, 10], tuned);
  expect([...mu]).toEqual([1, 9.9, 5]);
  // gaps: 1 to the low end and 4 to the middle; 4.9 to the middle and 0.1 to the high end
  expect(sigma[0]).toBeCloseTo(4, 12);
  expect(sigma[1]).toBeCloseTo(4.9, 12);
  expect(sigma[2]).toBe(10);
  const many = kernelsOf(
    new Float64Array(200).map((_, i) => 2 + i / 1000),
    [0, 10],
    tuned,
  );
  expect(Math.min(...many.sigma)).toBeCloseTo(0.3, 12);
});

const tree: Space = [
  { name: 'optimizer', kind: 'choice', choices: ['sgd', 'adam'] },
  { name: 'one', kind: 'int', low: 3, high: 3, step: 1, log: false },
  { name: 'rate', kind: 'float', low: 1e-5, high: 1e-1, log: true },
  { name: 'momentum', kind: 'float', low: 0, high: 1, log: false, when: { parameter: 'optimizer', is: [0] } },
  { name: 'nesterov', kind: 'choice', choices: [0, 1], when: { parameter: 'optimizer', is: [0] } },
  { name: 'warmup', kind: 'int', low: 1, high: 9, step: 2, log: false, when: { parameter: 'nesterov', is: [1] } },
];
const loss = ({ optimizer, rate, momentum = 0, nesterov = 0, warmup = 0 }: Values) =>
  optimizer + (Math.log10(rate) + 3) ** 2 + (momentum - 0.7) ** 2 + (1 - nesterov) + (warmup - 7) ** 2 / 50;

describe('a conditional space', () => {
  for (const multivariate of [true, false])
    test(multivariate ? 'jointly, block after block' : 'one parameter at a time', () => {
      const trials = search(tree, loss, 80, 3, { multivariate });
      for (const { values } of trials) {
        expect('momentum' in values).toBe(values.optimizer === 0);
        expect('nesterov' in values).toBe(values.optimizer === 0);
        expect('warmup' in values).toBe(values.nesterov === 1);
        expect(values.one).toBe(3);
        if ('warmup' in values) expect([1, 3, 5, 7, 9]).toContain(values.warmup);
      }
      const late = trials.slice(40);
      expect(late.filter(({ values }) => values.nesterov === 1).length).toBeGreaterThan(20); // evenly, 10 of them would
      expect(best(trials)).toBeLessThan(0.1);
    });
});

describe('a suggestion', () => {
  const options = parseOptions(tpe.options, {}, '');
  const known = search(plane, branin, 20, 5);
  const suggest = (trials: readonly Trial[], number: number, seed = 5) =>
    tpe.suggest({ space: plane, trials, number, seed, objectives: 1 }, options).values;

  test('is a pure function of what is known, the seed and the number', () => {
    expect(suggest(known, 20)).toEqual(suggest(known, 20));
    expect(suggest(known, 20)).not.toEqual(suggest(known, 21));
    expect(suggest(known, 20)).not.toEqual(suggest(known, 20, 6));
    const without = known.filter(({ objectives }) => objectives![0] > best(known));
    expect(suggest(known, 20)).not.toEqual(suggest(without, 20));
  });

  test('at the start is that of the random sampler', () => {
    const few = known.slice(0, 9);
    const drawn = random.suggest({ space: plane, trials: [], number: 9, seed: 5, objectives: 1 }, {}).values;
    expect(suggest(few, 9)).toEqual(drawn);
    expect(suggest([...few, { ...known[9], state: 'failed' }], 9)).toEqual(drawn);
    expect(suggest(known.slice(0, 10), 9)).not.toEqual(drawn);
  });

  test('keeps away from where running trials are', () => {
    const places = Array.from({ length: 21 }, (_, i) => i / 20);
    const trials = places.map((x, number) => complete(number, { x }, (x - 0.5) ** 2));
    const line: Space = [{ name: 'x', kind: 'float', low: 0, high: 1, log: false }];
    const running = Array.from(
      { length: 40 },
      (_, i): Trial => ({
        number: 21 + i,
        state: 'running',
        values: { x: 0.5 + (i - 20) / 1000 },
        reports: [],
      }),
    );
    const mean = (liar: boolean) => {
      const parsed = parseOptions(tpe.options, { liar }, '');
      const distances = Array.from({ length: 60 }, (_, seed) => {
        const situation = { space: line, trials: [...trials, ...running], number: 61, seed, objectives: 1 };
        return Math.abs(tpe.suggest(situation, parsed).values.x - 0.5);
      });
      return distances.reduce((sum, distance) => sum + distance, 0) / distances.length;
    };
    expect(mean(true)).toBeGreaterThan(2 * mean(false));
  });

  test('lies within the range of today, whatever was tried before', () => {
    const narrow: Space = [
      { name: 'x', kind: 'float', low: 3, high: 3.5, log: false },
      { name: 'y', kind: 'int', low: 2, high: 4, step: 1, log: false },
    ];
    for (let seed = 0; seed < 30; seed++) {
      const situation = { space: narrow, trials: known, number: 20, seed, objectives: 1 };
      const { x, y } = tpe.suggest(situation, options).values;
      expect(x).toBeGreaterThanOrEqual(3);
      expect(x).toBeLessThanOrEqual(3.5);
      expect([2, 3, 4]).toContain(y);
    }
  });
});

test('two objectives: most late trials lie near the Pareto set', () => {
  const space: Space = [
    { name: 'x', kind: 'float', low: -10, high: 10, log: false },
    { name: 'y', kind: 'float', low: -10, high: 10, log: false },
  ];
  const options = parseOptions(tpe.options, {}, '');
  const known: Trial[] = [];
  for (let number = 0; number < 120; number++) {
    const { values } = tpe.suggest({ space, trials: known, number, seed: 1, objectives: 2 }, options);
    known.push(complete(number, values, values.x ** 2 + values.y ** 2, (values.x - 2) ** 2 + values.y ** 2));
  }
  const near = ({ values: { x, y } }: Trial) => x > -2 && x < 4 && Math.abs(y) < 2;
  expect(known.slice(60).filter(near).length).toBeGreaterThan(30); // evenly, 6 % of them would
});
