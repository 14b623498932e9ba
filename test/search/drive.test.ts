import { setTimeout as wait } from 'node:timers/promises';
import { describe, expect, test } from 'vitest';
import { WellfitError } from '../../src/base/index.ts';
import {
  drive,
  type Job,
  type Space,
  Study,
  type StudySettings,
  type Worker,
  WorkerLost,
} from '../../src/search/index.ts';
import { crown } from '../../src/search/run/winner.ts';

const space: Space = [{ name: 'x', kind: 'float', low: 0, high: 1, log: false }];
const settings: StudySettings = {
  ...{ name: 'test', seed: 1, objectives: [{ name: 'accuracy', better: 'higher' }] },
  ...{ sampler: { kind: 'random', options: {} }, control: 0, stages: 1, repeats: false },
};
const begin = () => Study.begin(settings, space);
const done = ({ values }: Job) => ({ state: 'complete', results: [values.x], updates: 10, seconds: 0.01 }) as const;
const worker = (name: string, run: Worker['run']): Worker => ({ name, run });
const steady = (name: string) =>
  worker(name, async (job) => {
    await wait(1);
    return done(job);
  });

describe('workers share a study', () => {
  test('the budget of trials is that of all together', async () => {
    const study = begin();
    const ended = await drive(study, { workers: [1, 2, 3].map((i) => steady(`w${i}`)), budget: { trials: 20 } });
    expect(ended.ending).toBe('budget');
    expect(study.trials.map(({ number, state }) => [number, state])).toEqual(
      Array.from({ length: 20 }, (_, i) => [i, 'complete']),
    );
    expect(new Set(study.trials.map(({ worker: by }) => by)).size).toBe(3);
  });

  test('so is that of updates', async () => {
    const study = begin();
    await drive(study, { workers: [steady('a')], budget: { updates: 95 } });
    expect(study.trials).toHaveLength(10);
  });

  test('and of time: what is under way is left, and begun again when the study goes on', async () => {
    const study = begin();
    const slow = worker('slow', async (job, { signal }) => {
      await wait(job.number < 3 ? 20 : 60_000, undefined, { signal }).catch(() => {});
      return signal.aborted ? { state: 'failed', why: 'interrupted' } : done(job);
    });
    const ended = await drive(study, { workers: [slow], budget: { seconds: 0.4 } });
    expect(ended).toEqual({ ending: 'budget', words: 'the time is up' });
    expect(study.trials.map(({ state }) => state)).toEqual(['complete', 'complete', 'complete', 'running']);
    await drive(new Study(study.record), { workers: [steady('a')], budget: { trials: 6 } });
    const again = new Study(study.record);
    await drive(again, { workers: [steady('a')], budget: { trials: 6 } });
    expect(again.trials.map(({ number, state, attempt }) => [number, state, attempt])).toEqual([
      ...[0, 1, 2].map((number) => [number, 'complete', 1]),
      [3, 'complete', 2],
      ...[4, 5].map((number) => [number, 'complete', 1]),
    ]);
  });

  test('a trial whose worker is lost is begun again from where it was, with the same settings and seed', async () => {
    const study = begin();
    const saved = new Map<number, Uint8Array>();
    const seen: [number, number, number, number | undefined][] = [];
    const lossy = worker('lossy', async (job, { resume, onCheckpoint }) => {
      seen.push([job.number, job.attempt, job.seed, resume?.[0]]);
      await onCheckpoint?.(new Uint8Array([job.attempt]));
      if (job.number === 2 && job.attempt < 3) throw new WorkerLost('gone');
      return done(job);
    });
    const keeper = {
      read: async (number: number) => saved.get(number),
      write: (number: number, bytes: Uint8Array) => void saved.set(number, bytes),
    };
    await drive(study, { workers: [lossy], budget: { trials: 4 }, saved: keeper });
    expect(study.trials.map(({ state }) => state)).toEqual(Array(4).fill('complete'));
    const own = seen.filter(([number]) => number === 2);
    expect(own.map(([, attempt, , resume]) => [attempt, resume])).toEqual([
      [1, undefined],
      [2, 1],
      [3, 2],
    ]);
    expect(new Set(own.map(([, , seed]) => seed)).size).toBe(1);
  });

  test('but not for ever', async () => {
    const study = begin();
    const deadly = worker('deadly', async (job) => {
      if (job.number === 1) throw new WorkerLost('killed by signal 9');
      return done(job);
    });
    await drive(study, { workers: [deadly], budget: { trials: 3 } });
    expect(study.trials.map(({ state, attempt }) => [state, attempt])).toEqual([
      ['complete', 1],
      ['failed', 4],
      ['complete', 1],
    ]);
    expect(study.trials[1].why).toBe('killed by signal 9');
  });

  test('a failing trial is told of; where all fail, the study ends with the reason', async () => {
    const study = begin();
    const failing = worker('failing', async () => {
      throw new WellfitError('option', 'the batch is larger than the data');
    });
    const ended = await drive(study, { workers: [failing], budget: { trials: 100 } });
    expect(ended.ending).toBe('failing');
    expect(ended.words).toMatch(/first 10 trials all failed.*the batch is larger than the data/);
    const defect = worker('defect', async () => {
      throw new TypeError('x is not a function');
    });
    await expect(drive(begin(), { workers: [defect], budget: { trials: 3 } })).rejects.toThrow(TypeError);
  });

  test('Ctrl-C ends all workers', async () => {
    const stop = new AbortController();
    const study = begin();
    setTimeout(() => stop.abort(), 50);
    const ended = await drive(study, {
      workers: [steady('a'), steady('b')],
      budget: { trials: 1e6 },
      signal: stop.signal,
    });
    expect(ended.ending).toBe('interrupted');
  });
});

describe('the winner', () => {
  test('is the best on average over new seeds, not the luckiest; the search is said to have been too hopeful', async () => {
    const study = begin();
    // Trial 0 was lucky: it is worth 0.5, and the others what they say.
    for (const value of [0.9, 0.8, 0.7, 0.2])
      study.tell(study.ask()!.number, { state: 'complete', results: [value] }, 0);
    const worth = new Map(study.trials.map(({ values, results }, i) => [values.x, i === 0 ? 0.5 : results![0]]));
    const seeds: number[] = [];
    const judge = worker('judge', async ({ values, seed }) => {
      seeds.push(seed);
      return {
        state: 'complete',
        results: [worth.get(values.x)! + (seed % 3) * 0.01],
        parameters: values.x > study.trials[1].values.x ? 10 : 100,
      };
    });
    const crowned = (await crown(study, [judge], {
      finalists: 3,
      seeds: 4,
      also: [3],
      signal: new AbortController().signal,
    }))!;
    expect(crowned.finalists.map(({ number }) => number)).toEqual([1, 2, 0, 3]);
    expect(crowned.winner.number).toBe(1);
    expect(crowned.optimism).toBeCloseTo(0.4, 1);
    expect(new Set(seeds).size).toBe(16);
    const { again, mean, standardError } = crowned.winner;
    const variance = again.reduce((sum, x) => sum + (x - mean) ** 2, 0) / 3;
    expect(standardError).toBeCloseTo(Math.sqrt(variance / 4), 12);
  });

  test('the simplest within one standard error is named', async () => {
    const study = begin();
    for (const value of [0.9, 0.89, 0.5]) study.tell(study.ask()!.number, { state: 'complete', results: [value] }, 0);
    const [large, small] = study.trials.map(({ values }) => values.x);
    let turn = 0;
    const judge = worker('judge', async ({ values }) => ({
      state: 'complete',
      results: [(values.x === large ? 0.9 : values.x === small ? 0.89 : 0.5) + 0.03 * (turn++ % 4)],
      parameters: values.x === large ? 1000 : 10,
    }));
    const crowned = (await crown(study, [judge], { finalists: 3, seeds: 4, signal: new AbortController().signal }))!;
    expect(crowned.winner.number).toBe(0);
    expect(crowned.simplest.number).toBe(1);
  });
});

test('one seed each has no standard error, and still a winner', async () => {
  const study = begin();
  for (const value of [0.9, 0.8]) study.tell(study.ask()!.number, { state: 'complete', results: [value] }, 0);
  const crowned = (await crown(study, [steady('a')], {
    finalists: 2,
    seeds: 1,
    signal: new AbortController().signal,
  }))!;
  expect(crowned.winner.standardError).toBeNaN();
  expect(crowned.simplest.number).toBe(crowned.winner.number);
});
