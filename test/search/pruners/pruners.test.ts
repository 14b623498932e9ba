import { describe, expect, test } from 'vitest';
import { parseOptions } from '../../../src/base/index.ts';
import { hasExploded, type PrunerName, pruners } from '../../../src/search/pruners/index.ts';
import type { Trial } from '../../../src/search/trial.ts';
import { readGolden, type StoredTensor, tensorOf } from '../../golden/read.ts';

interface Curves {
  readonly name: string;
  readonly steps: readonly number[];
  readonly values: StoredTensor;
}

interface Trace {
  readonly curves: string;
  readonly workers: number;
  readonly pruner: PrunerName;
  readonly options: Readonly<Record<string, unknown>>;
  readonly lastSteps: readonly number[];
}

const golden = readGolden<{ readonly curves: readonly Curves[]; readonly traces: readonly Trace[] }>(
  'optuna-pruners.json',
);

const curvesOf = (name: string) => {
  const { steps, values } = golden.curves.find((curves) => curves.name === name)!;
  const { data, shape } = tensorOf(values);
  const rows = Array.from({ length: shape[0] }, (_, i) =>
    Array.from(data.slice(i * shape[1], (i + 1) * shape[1]), Number),
  );
  return { steps, rows };
};

const trial = (number: number, values: readonly number[], state: Trial['state'] = 'complete'): Trial => ({
  number,
  state,
  values: {},
  objectives: state === 'complete' ? [values.reduce((sum, value) => sum + value, 0) / values.length] : undefined,
  reports: values.map((value, i) => ({ step: i + 1, value })),
});

const prune = (name: PrunerName, given: object, one: Trial, others: readonly Trial[], study = 'golden') =>
  pruners[name].prune(one, others, parseOptions(pruners[name].options, given, name), study);

/** Runs a study as the golden script does: so many trials at once, each in turn tells one report. */
function lastSteps(rows: readonly (readonly number[])[], steps: readonly number[], trace: Omit<Trace, 'lastSteps'>) {
  const trials: Trial[] = [];
  let running: number[] = [];
  while (trials.length < rows.length || running.length > 0) {
    while (running.length < trace.workers && trials.length < rows.length) {
      running.push(trials.length);
      trials.push({ number: trials.length, state: 'running', values: {}, reports: [] });
    }
    for (const number of running) {
      const before = trials[number];
      const row = rows[number];
      const done = before.reports.length;
      const now = { ...before, reports: [...before.reports, { step: steps[done], value: row[done] }] };
      const others = trials.filter((other) => other !== before);
      const goal = trace.pruner === 'wilcoxon' ? row.reduce((sum, value) => sum + value, 0) / row.length : row.at(-1)!;
      const ended = prune(trace.pruner, trace.options, now, others);
      if (ended) trials[number] = { ...now, state: 'pruned' };
      else if (done + 1 === row.length) trials[number] = { ...now, state: 'complete', objectives: [goal] };
      else trials[number] = now;
    }
    running = running.filter((number) => trials[number].state === 'running');
  }
  return trials.map(({ reports }) => reports.at(-1)!.step);
}

describe('where trials end', () => {
  test.each(golden.traces)('$pruner $options on $curves, $workers at once, as Optuna', (trace) => {
    const { rows, steps } = curvesOf(trace.curves);
    expect(lastSteps(rows, steps, trace)).toEqual(trace.lastSteps);
  });

  test('of 810 steps of a study, each pruner saves its share and keeps the best trial', () => {
    const { rows, steps } = curvesOf('decays');
    const total = (pruner: PrunerName, options: Readonly<Record<string, unknown>>) => {
      const last = lastSteps(rows, steps, { curves: 'decays', workers: 1, pruner, options });
      expect(last[7]).toBe(27);
      return last.reduce((sum, step) => sum + step, 0);
    };
    expect(total('median', {})).toBe(265);
    expect(total('percentile', { percentile: 25 })).toBe(217);
    expect(total('asha', { minResource: 1 })).toBe(97);
    expect(total('asha', { minResource: 1, reduction: 3 })).toBe(112);
    expect(total('hyperband', { maxResource: 27 })).toBe(298);
  });
});

describe('what "auto" means', () => {
  const whole = (number: number, steps: number) => trial(number, new Array(steps).fill(0));

  test('asha starts at a hundredth of the longest complete trial', () => {
    const bad = trial(9, [1], 'running');
    expect(prune('asha', {}, bad, [trial(0, [0], 'running')])).toBe(false);
    expect(prune('asha', {}, bad, [whole(0, 199)])).toBe(true);
    expect(prune('asha', {}, bad, [whole(0, 200)])).toBe(false);
    expect(prune('asha', {}, trial(9, [1, 1], 'running'), [whole(0, 200)])).toBe(true);
  });

  test('hyperband takes the longest complete trial for a whole one', () => {
    const { rows, steps } = curvesOf('decays');
    const trials = rows.map((row, number) => trial(number, row));
    for (const one of trials.slice(0, 12))
      for (const length of [1, 3, 9, 27]) {
        const now = trial(one.number, rows[one.number].slice(0, length), 'running');
        const others = trials.filter((other) => other !== one);
        expect(prune('hyperband', {}, now, others)).toBe(
          prune('hyperband', { maxResource: steps.length }, now, others),
        );
      }
    expect(prune('hyperband', {}, trial(9, [1], 'running'), [trial(0, [0], 'running')])).toBe(false);
  });
});

test('a report that passes several rungs is judged at each, by the first value that others told there or above', () => {
  const jump = (number: number, ...reports: readonly (readonly [step: number, value: number])[]): Trial => ({
    number,
    state: 'running',
    values: {},
    reports: reports.map(([step, value]) => ({ step, value })),
  });
  const options = { minResource: 1, reduction: 2 };
  const others = [jump(0, [1, 9], [2, 9], [4, 1]), jump(1, [1, 8], [3, 8], [5, 2]), jump(2, [1, 7], [2, 7], [3, 7])];
  // Best of four at rungs 1 and 2, but third of three at rung 4.
  expect(prune('asha', options, jump(3, [4, 5]), others)).toBe(true);
  expect(prune('asha', options, jump(3, [3, 5]), others)).toBe(false);
  expect(prune('asha', options, jump(3, [4, 0.5]), others)).toBe(false);
  // Nothing is judged between rungs, and NaN ends a trial only at one.
  expect(prune('asha', options, jump(3, [2, 5], [3, 100]), others)).toBe(false);
  expect(prune('asha', options, jump(3, [2, 5], [3, Number.NaN]), others)).toBe(false);
  expect(prune('asha', options, jump(3, [3, 5], [4, Number.NaN]), others)).toBe(true);
});

describe('wilcoxon', () => {
  test('decides as the published vectors', () => {
    const best = trial(0, new Array(10).fill(0));
    const values = [-1, 1, 2, 3, 4, 5, -2, -3];
    const decisions = (p: number) =>
      values.map((_, i) => prune('wilcoxon', { p, startup: 0 }, trial(1, values.slice(0, i + 1), 'running'), [best]));
    expect(decisions(0.2)).toEqual([false, false, false, true, true, true, true, true]);
    expect(decisions(0.15)).toEqual([false, false, false, false, true, true, true, false]);
  });

  test('lets a trial go on that is better on average, or knows NaN', () => {
    const best = trial(0, new Array(10).fill(0));
    const ranksWorse = new Array(9).fill(1);
    expect(prune('wilcoxon', {}, trial(1, [...ranksWorse, -8.9], 'running'), [best])).toBe(true);
    expect(prune('wilcoxon', {}, trial(1, [...ranksWorse, -9.1], 'running'), [best])).toBe(false);
    expect(prune('wilcoxon', {}, trial(1, [...ranksWorse, Number.NaN], 'running'), [best])).toBe(false);
    expect(prune('wilcoxon', {}, trial(1, ranksWorse, 'running'), [trial(0, [Number.POSITIVE_INFINITY])])).toBe(false);
  });
});

test('a loss that is NaN, infinite, or three times its first value has exploded', () => {
  const losses = (...values: number[]) => values.map((value, i) => ({ step: i + 1, value }));
  expect(hasExploded([])).toBe(false);
  expect(hasExploded(losses(2.3))).toBe(false);
  expect(hasExploded(losses(Number.NaN))).toBe(true);
  expect(hasExploded(losses(1, Number.POSITIVE_INFINITY))).toBe(true);
  expect(hasExploded(losses(1, 3))).toBe(false);
  expect(hasExploded(losses(1, 3.01))).toBe(true);
  expect(hasExploded(losses(1, 9, 2))).toBe(false);
  expect(hasExploded(losses(0, 1e-9))).toBe(false);
});

test('a decision among 50,000 trials takes milliseconds', () => {
  const others = Array.from({ length: 50_000 }, (_, number) =>
    trial(
      number,
      Array.from({ length: 9 }, (_, i) => (number * 7919) % (1009 + i)),
    ),
  );
  const one = trial(50_000, [1, 1, 1, 1, 1, 1, 1, 1, 1], 'running');
  for (const name of Object.keys(pruners) as PrunerName[]) {
    const durations = Array.from({ length: 5 }, () => {
      const start = performance.now();
      prune(name, {}, one, others);
      return performance.now() - start;
    });
    expect(Math.min(...durations), name).toBeLessThan(80);
  }
});
