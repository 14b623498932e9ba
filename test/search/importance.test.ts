import { describe, expect, test } from 'vitest';
import { importances } from '../../src/search/importance.ts';
import type { Space } from '../../src/search/space/parameter.ts';
import type { Trial } from '../../src/search/trial.ts';
import { readGolden } from '../golden/read.ts';

interface Case {
  readonly label: string;
  readonly importances: Readonly<Record<string, number>>;
  readonly shares: Readonly<Record<string, number>>;
  /** The values in the order of the space, and the objective. */
  readonly trials: readonly (readonly (number | 'inf' | null)[])[];
}

const golden = readGolden<{ readonly space: Space; readonly cases: readonly Case[] }>('optuna-importance.json');
const { space } = golden;

const trialsOf = ({ trials }: Case): Trial[] =>
  trials.map((row, number) => ({
    number,
    state: 'complete',
    values: Object.fromEntries(space.flatMap(({ name }, i) => (row[i] === null ? [] : [[name, row[i] as number]]))),
    objectives: [Number(row.at(-1) === 'inf' ? Number.POSITIVE_INFINITY : row.at(-1))],
    reports: [],
  }));

describe('importances', () => {
  test.each(golden.cases)('of $label trials are those of Optuna', (expected) => {
    const found = importances(space, trialsOf(expected));
    expect(found.map(({ importance }) => importance)).toEqual(
      found.map(({ importance }) => importance).toSorted((a, b) => b - a),
    );
    for (const { parameter, importance, share } of found) {
      const raw = expected.importances[parameter] ?? 0;
      expect(Math.abs(importance - raw), parameter).toBeLessThan(1e-9 * Math.max(raw, 1e-3));
      if (found.some((other) => other.importance > 0))
        expect(share, parameter).toBeCloseTo(expected.shares[parameter] ?? 0, 8);
    }
  });

  test('find what decides, and only that', () => {
    const one = (number: number): Trial => {
      const values = { a: ((number * 7919) % 1000) / 1000, b: ((number * 104_729) % 997) / 997 };
      return { number, state: 'complete', values, objectives: [0, values.b], reports: [] };
    };
    const plain: Space = ['a', 'b'].map((name) => ({ name, kind: 'float', low: 0, high: 1, log: false }));
    const trials = Array.from({ length: 400 }, (_, number) => one(number));
    const [first, second] = importances(plain, trials, 1);
    expect(first.parameter).toBe('b');
    expect(first.share).toBeGreaterThan(0.9);
    expect(first.share + second.share).toBeCloseTo(1, 12);
    expect(importances(plain, trials, 0).map(({ importance }) => importance)).toEqual([0, 0]);
  });

  test('do not count trials that did not end well, or whose objective is none', () => {
    const sixty = trialsOf(golden.cases[0]);
    const others = sixty.map((trial, i): Trial => {
      if (i % 3 === 0) return { ...trial, state: 'failed', objectives: undefined };
      return { ...trial, objectives: [i % 3 === 1 ? Number.NaN : Number.NEGATIVE_INFINITY] };
    });
    expect(importances(space, [...others, ...sixty])).toEqual(importances(space, sixty));
  });

  test('of nothing are 0', () => {
    for (const trials of [[], trialsOf(golden.cases[0]).slice(0, 1)])
      for (const { importance, share } of importances(space, trials)) expect([importance, share]).toEqual([0, 0]);
  });

  test('of 50,000 trials take a moment', () => {
    const many = trialsOf(golden.cases[1]);
    const trials = Array.from({ length: 50_000 }, (_, number) => ({ ...many[number % many.length], number }));
    const durations = Array.from({ length: 3 }, () => {
      const start = performance.now();
      importances(space, trials);
      return performance.now() - start;
    });
    expect(Math.min(...durations)).toBeLessThan(500);
  });
});
