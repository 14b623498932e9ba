import { describe, expect, test } from 'vitest';
import { createStudy, search, WellfitError } from '../../src/index.ts';

describe('ask and tell', () => {
  test('finds the valley of a function, with any sampler', () => {
    for (const sampler of ['random', 'sobol', 'tpe', 'gp', 'cmaes', 'grid', 'auto']) {
      const study = createStudy<{ x: number; inner: { y: number } }>(
        { x: { uniform: [-5, 5] }, inner: { y: { log: [1e-3, 1e3] } } },
        { sampler, trials: 60 },
      );
      for (let i = 0; i < 60; i++) {
        const trial = study.ask()!;
        const { x, inner } = trial.settings;
        trial.tell((x - 1) ** 2 + Math.log10(inner.y) ** 2);
      }
      expect(study.best!.trial.objectives![0]).toBeLessThan(['tpe', 'gp', 'cmaes', 'auto'].includes(sampler) ? 0.1 : 2);
      expect(study.importances).toHaveLength(2);
    }
  });

  test('goes on with what was written down, to the same suggestions', () => {
    const space = { x: { uniform: [-5, 5] } };
    const options = { sampler: 'tpe', trials: 40 };
    const whole = createStudy<{ x: number }>(space, options);
    const half = createStudy<{ x: number }>(space, options);
    const step = (study: typeof whole) => {
      const trial = study.ask()!;
      trial.tell(trial.settings.x ** 2);
      return trial.settings.x;
    };
    for (let i = 0; i < 20; i++) expect(step(half)).toBe(step(whole));
    const again = createStudy<{ x: number }>(space, { ...options, resume: JSON.parse(JSON.stringify(half.record)) });
    for (let i = 0; i < 20; i++) expect(step(again)).toBe(step(whole));
  });

  test('the same seed gives the same suggestions, another one others', () => {
    const first = (seed: number) => createStudy<{ x: number }>({ x: { uniform: [0, 1] } }, { seed }).ask()!.settings.x;
    expect(first(3)).toBe(first(3));
    expect(first(3)).not.toBe(first(4));
  });

  test('weighs two objectives: no trial of the front is beaten by any other', () => {
    const study = createStudy<{ x: number }>(
      { x: { uniform: [0, 1] } },
      {
        objectives: [
          { name: 'gain', better: 'higher' },
          { name: 'cost', better: 'lower' },
        ],
      },
    );
    for (let i = 0; i < 40; i++) {
      const trial = study.ask()!;
      trial.tell(Math.sqrt(trial.settings.x), trial.settings.x ** 2);
    }
    for (const { results } of study.front)
      expect(study.trials.some(({ results: other }) => other![0] > results![0] && other![1] < results![1])).toBe(false);
    expect(study.front.length).toBeGreaterThan(10);
  });

  test('a trial that is not worth it says so; what is pruned or failed is no best', () => {
    const study = createStudy<{ x: number }>({ x: { uniform: [0, 1] } }, { pruner: { median: { startup: 2 } } });
    for (const [value, worthless] of [
      [1, false],
      [2, false],
      [5, true],
    ] as const) {
      const trial = study.ask()!;
      expect(trial.report(1, value)).toBe(worthless);
      if (worthless) trial.prune();
      else trial.tell(value);
    }
    study.ask()!.fail('out of memory');
    expect(study.trials.map(({ state }) => state)).toEqual(['complete', 'complete', 'pruned', 'failed']);
    expect(study.best!.trial.number).toBe(0);
  });

  test('refuses what holds no range', () => {
    expect(() => createStudy({ x: 1 })).toThrow(WellfitError);
  });
});

describe('search()', () => {
  test('tries, trains the best again, and measures the winner once', async () => {
    const result = await search(
      {
        data: { dataset: 'iris' },
        epochs: 8,
        model: [{ dense: { units: 3 } }],
        optimizer: { adam: { lr: { log: [1e-4, 1] } } },
      },
      { budget: { trials: 8 }, final: { finalists: 2, seeds: 2 }, pruner: false },
    );
    expect(result.study.trials.map(({ number }) => number)).toEqual([0, 1, 2, 3, 4, 5, 6, 7]);
    expect(result.crowned!.finalists).toHaveLength(2);
    expect(result.crowned!.winner.again).toHaveLength(2);
    expect(result.run!.test!.metric).toBeGreaterThan(0.5);
    const values = result.study.trials.map(({ results }) => results![0]);
    expect(result.best!.results![0]).toBe(Math.max(...values));
  });

  test('is the same search with the same seed', async () => {
    const once = () =>
      search(
        { data: { dataset: 'iris' }, epochs: 3, optimizer: { adam: { lr: { log: [1e-4, 1] } } } },
        { budget: { trials: 12 }, final: false, seed: 5, sampler: 'gp' },
      );
    const [a, b] = [await once(), await once()];
    expect(a.study.trials.map(({ values, results }) => [values, results])).toEqual(
      b.study.trials.map(({ values, results }) => [values, results]),
    );
  });

  test('an experiment without ranges gets the usual ones, and is itself the first trial', async () => {
    const result = await search({ data: { dataset: 'iris' }, epochs: 3 }, { budget: { trials: 3 }, final: false });
    expect(result.study.trials[0].origin).toBe('given');
    expect(result.plan.space.map(({ name }) => name)).toContain('optimizer.adam.lr');
  });

  test('refuses ranges that cannot be trained before the first trial', async () => {
    const experiment = { data: { dataset: 'iris' as const }, model: [{ dense: { units: { choice: [3, -1, 5] } } }] };
    await expect(search(experiment)).rejects.toThrow(/units/);
  });
});
