import { describe, expect, test } from 'vitest';
import { parseOptions, WellfitError } from '../../../src/base/index.ts';
import { grid, pointsOf, shuffled } from '../../../src/search/samplers/grid.ts';
import type { Parameter, Space, Values } from '../../../src/search/space/parameter.ts';

const choice: Parameter = { name: 'kind', kind: 'choice', choices: ['a', 'b', 'c'] };
const few: Parameter = { name: 'few', kind: 'int', low: 2, high: 8, step: 3, log: false };
const rate: Parameter = { name: 'rate', kind: 'float', low: 1e-4, high: 1e-1, log: true };
const conditional: Space = [
  choice,
  { name: 'momentum', kind: 'float', low: 0, high: 0.9, log: false, when: { parameter: 'kind', is: [1] } },
  { ...few, when: { parameter: 'kind', is: [1, 2] } },
  { name: 'deep', kind: 'choice', choices: [0, 1], when: { parameter: 'few', is: [8] } },
  rate,
];

function settings(space: Space, count: number, options: object = {}, budget?: number, seed = 1): Values[] {
  const parsed = parseOptions(grid.options, options, '');
  return Array.from({ length: count }, (_, number) => {
    return grid.suggest({ space, trials: [], number, seed, objectives: 1, budget }, parsed).values;
  });
}
const distinct = (values: readonly Values[]) => new Set(values.map((each) => JSON.stringify(each))).size;

describe('the points of an axis', () => {
  test('are even in the scale, both ends among them', () => {
    const points = pointsOf(rate, 4);
    expect([points[0], points[3]]).toEqual([1e-4, 1e-1]);
    expect(points[1]).toBeCloseTo(1e-3, 12);
    expect(points[2]).toBeCloseTo(1e-2, 12);
  });

  test('are all values of a choice, and of whole numbers where they are few', () => {
    expect(pointsOf(choice, 2)).toEqual([0, 1, 2]);
    expect(pointsOf(few, 3)).toEqual([2, 5, 8]);
    expect(pointsOf(few, 2)).toEqual([2, 8]);
    expect(pointsOf({ ...few, low: 1, high: 9, step: 1, log: true }, 8)).toEqual([1, 2, 3, 4, 5, 7, 9]);
  });
});

describe('the walk', () => {
  test('meets every point once, then begins again', () => {
    const size = 3 * 3 * 5;
    const walk = settings([choice, few, rate], 2 * size);
    expect(distinct(walk.slice(0, size))).toBe(size);
    expect(walk.slice(size)).toEqual(walk.slice(0, size));
  });

  test('goes another way with another seed', () => {
    const one = settings([choice, few, rate], 45, {}, undefined, 1);
    const two = settings([choice, few, rate], 45, {}, undefined, 2);
    expect(one).not.toEqual(two);
    expect(distinct([...one, ...two])).toBe(45);
    const places = Array.from({ length: 1000 }, (_, place) => shuffled(place, 1000, 3));
    const rising = places.filter((place, i) => i > 0 && place > places[i - 1]).length;
    expect(Math.abs(rising - 499.5)).toBeLessThan(40);
  });

  test('counts settings that differ only in what does not exist once', () => {
    // kind 0: 5 rates; kind 1: 5 momenta · (2 + 2 depths) · 5; kind 2: 4 · 5
    const size = 5 + 5 * 4 * 5 + 4 * 5;
    const walk = settings(conditional, size + 1);
    expect(distinct(walk.slice(0, size))).toBe(size);
    expect(walk[size]).toEqual(walk[0]);
    for (const values of walk) {
      expect('momentum' in values).toBe(values.kind === 1);
      expect('few' in values).toBe(values.kind > 0);
      expect('deep' in values).toBe(values.few === 8);
    }
  });
});

test('without points there are as many as fit into the budget', () => {
  const two: Space = [rate, { ...rate, name: 'other' }];
  const sizeFor = (budget: number) => new Set(settings(two, 400, {}, budget).map(({ rate }) => rate)).size;
  expect(sizeFor(100)).toBe(10);
  expect(sizeFor(99)).toBe(9);
  expect(sizeFor(1)).toBe(2);
});

test('a grid that nobody could hold is walked; one beyond counting is refused with a way out', () => {
  const axes = (count: number): Space => Array.from({ length: count }, (_, i) => ({ ...rate, name: `r${i}` }));
  expect(distinct(settings(axes(20), 50))).toBe(50);
  expect(() => settings(axes(62), 1)).toThrow(WellfitError);
  expect(() => settings(axes(62), 1)).toThrow(/Fix: .*random/);
});
