import { afterAll, describe, expect, test, vi } from 'vitest';
import { loadDataset } from '../../src/data/readers/index.ts';
import { onnxRuntimeEngine } from '../../src/engine/index.ts';
import {
  type Job,
  localWorker,
  planSearch,
  replayTrial,
  type SearchOptions,
  Study,
  type StudyRecord,
  searchOn,
  setupOf,
  type TrialRecord,
} from '../../src/search/index.ts';
import { filled } from '../../src/search/run/plan.ts';
import type { Space } from '../../src/search/space/parameter.ts';
import { freeBeside, isFed } from '../../src/search/study/alike.ts';
import { processWorkers } from '../../src/search/workers/index.ts';

vi.setConfig({ testTimeout: 60_000 });

const iris = await loadDataset('iris');
const experiment = {
  data: { dataset: 'iris' },
  model: [{ dense: { units: { int: [4, 16] } } }, { choice: ['relu', 'tanh'] }, { dense: { units: 3 } }],
  optimizer: { choice: [{ adam: { lr: { log: [1e-4, 0.1] } } }, { momentum: { lr: { log: [1e-3, 1] } } }] },
  regularize: { l2: { log: [1e-6, 1e-2] } },
  batchSize: { choice: [8, 16] },
  ...{ epochs: 6, earlyStopping: false, metric: 'logLoss' },
};
const fixedNames = ['model.0.dense.units', 'model.1', 'optimizer', 'batchSize'];

const architecture = ({ values }: TrialRecord) => JSON.stringify(fixedNames.map((name) => values[name]));
const rates = ({ values }: TrialRecord) => JSON.stringify(values);
const options = (more: SearchOptions): SearchOptions => ({ final: false, seed: 5, pruner: false, ...more });

describe('trials that are stacked', () => {
  for (const sampler of ['random', 'tpe'])
    test(`${sampler}: as many in a row share an architecture, and differ in what is fed`, async () => {
      const { study } = await searchOn(iris, experiment, options({ sampler, stack: 4, budget: { trials: 24 } }));
      expect(study.trials.map(({ state }) => state)).toEqual(study.trials.map(() => 'complete'));
      for (let first = 0; first < 24; first += 4) {
        const row = study.trials.slice(first, first + 4);
        expect(new Set(row.map(architecture)).size).toBe(1);
        expect(new Set(row.map(rates)).size).toBe(4);
      }
      expect(new Set(study.trials.map(architecture)).size).toBeGreaterThan(3);
      for (const { number, values } of study.trials)
        expect(replayTrial(study, number, { trials: 24 })?.values).toEqual(values);
    });

  test('leave an architecture that has nothing new to offer', async () => {
    const few = {
      ...experiment,
      model: [{ dense: { units: { int: [4, 16] } } }, 'relu', { dense: { units: 3 } }],
      ...{ optimizer: 'adam', regularize: {}, schedule: { choice: ['constant', 'cosine'] }, batchSize: 16 },
    };
    for (const template of [few, { ...few, schedule: 'constant' }]) {
      const { study } = await searchOn(
        iris,
        template,
        options({ sampler: 'random', stack: 4, budget: { trials: 10 } }),
      );
      const units = study.trials.map(({ values }) => values['model.0.dense.units']);
      expect(new Set(study.trials.map(rates)).size).toBe(10);
      // By lot, not in the order of a list.
      expect(units).not.toEqual(units.toSorted((a, b) => a - b));
      for (const { number, values } of study.trials)
        expect(replayTrial(study, number, { trials: 10 })?.values).toEqual(values);
    }
  });

  test('come to what they come to one by one', async () => {
    const plan = planSearch(iris, experiment, { stack: 6, seed: 5, sampler: 'random', budget: { trials: 6 } });
    const { study } = await searchOn(iris, experiment, options({ sampler: 'random', stack: 6, budget: { trials: 6 } }));
    const alone = localWorker(iris, plan, onnxRuntimeEngine({ threads: 1 }));
    const { seedOf } = await import('../../src/search/run/drive.ts');
    for (const { number, values, results, updates, reports } of study.trials) {
      const job: Job = { number, attempt: 1, values, seed: seedOf(5, number), length: 1 };
      const tried = await alone.run(job, { signal: new AbortController().signal });
      expect(tried.updates).toBe(updates);
      expect(results![0]).toBeCloseTo(tried.results![0], 4);
      expect(reports).toHaveLength(6);
    }
  });

  test('may be pruned one by one, and in folds', async () => {
    const { study } = await searchOn(
      iris,
      experiment,
      options({ sampler: 'random', stack: 8, budget: { trials: 32 }, pruner: 'median', control: 0.1 }),
    );
    const states = new Set(study.trials.map(({ state }) => state));
    expect([...states].sort()).toEqual(['complete', 'pruned']);
    const folded = await searchOn(iris, experiment, options({ stack: 3, folds: 3, budget: { trials: 6 } }));
    expect(folded.study.trials.map(({ reports }) => reports.length)).toEqual([3, 3, 3, 3, 3, 3]);
  });

  test('are stacked where nothing is said only where that pays', () => {
    const stackOf = (template: object, more: SearchOptions) =>
      planSearch(iris, { ...experiment, ...template }, more).settings.stack;
    expect(stackOf({}, { budget: { seconds: 60 } })).toBe(8);
    // Whoever counts trials wants to see many architectures,
    expect(stackOf({}, { budget: { trials: 400 } })).toBeUndefined();
    // unless there is only one.
    const one = {
      ...{ model: [{ dense: { units: 8 } }, 'relu', { dense: { units: 3 } }], batchSize: 16 },
      optimizer: { adam: { lr: { log: [1e-4, 0.1] } } },
    };
    expect(stackOf(one, { budget: { trials: 400 } })).toBe(8);
    expect(stackOf(one, { budget: { trials: 40 } })).toBe(2);
    expect(stackOf(one, { budget: { trials: 16 } })).toBeUndefined();
    const large = { model: [{ dense: { units: { int: [16, 4000] } } }, 'relu', { dense: { units: 3 } }] };
    expect(stackOf(large, { budget: { seconds: 60 } })).toBeUndefined();
    expect(stackOf({}, { sampler: 'grid', budget: { seconds: 60 } })).toBeUndefined();
    expect(() => stackOf({}, { stack: 0 })).toThrow('stack');
  });
});

describe('in processes', () => {
  const asked = { stack: 4, seed: 5, sampler: 'random', pruner: false, budget: { trials: 16 } } as const;
  // Long enough that a process is surely at work when it is killed.
  const long = { ...experiment, epochs: 150 };
  const plan = planSearch(iris, long, asked);
  const pool = processWorkers(setupOf(iris, plan), 2);
  afterAll(() => Promise.all(pool.map((worker) => worker.close())));

  test('stacks come to the same, also where a process is lost on the way', async () => {
    const { study: here } = await searchOn(iris, long, { ...asked, final: false });
    const workers = new Map<number, string>();
    let killed = false;
    const { study: there } = await searchOn(iris, long, {
      ...{ ...asked, final: false, workers: pool },
      onChange(change) {
        if (change.kind === 'claimed') workers.set(change.trial.number, change.trial.worker!);
        if (killed || change.kind !== 'reported') return;
        killed = true;
        // The process that has just told something is at work.
        const { pid } = pool.find(({ name }) => workers.get(change.number)!.startsWith(`${name}/`))!;
        process.kill(pid!, 'SIGKILL');
      },
    });
    expect(there.trials.map(({ values }) => values)).toEqual(here.trials.map(({ values }) => values));
    expect(there.trials.map(({ state }) => state)).toEqual(here.trials.map(({ state }) => state));
    expect(there.trials.filter(({ attempt }) => attempt > 1)).not.toHaveLength(0);
    for (const [i, { state, results }] of there.trials.entries())
      if (state === 'complete') expect(results![0] / here.trials[i].results![0]).toBeCloseTo(1, 2);
  });
});

describe('what trials of one architecture may differ in', () => {
  const space: Space = [
    { name: 'optimizer', kind: 'choice', choices: ['adam', 'momentum'] },
    {
      name: 'optimizer.adam.lr',
      kind: 'float',
      low: 0,
      high: 1,
      log: false,
      when: { parameter: 'optimizer', is: [0] },
    },
    {
      name: 'optimizer.momentum.lr',
      kind: 'float',
      low: 0,
      high: 1,
      log: false,
      when: { parameter: 'optimizer', is: [1] },
    },
    { name: 'schedule', kind: 'choice', choices: ['constant', { cosine: {} }] },
    {
      name: 'schedule.cosine.warmup',
      kind: 'int',
      low: 0,
      high: 9,
      step: 1,
      log: false,
      when: { parameter: 'schedule', is: [1] },
    },
    { name: 'model.0.dropout.rate', kind: 'float', low: 0, high: 0.5, log: false },
  ];

  test('numbers that are fed, and schedules', () => {
    expect(space.filter(isFed).map(({ name }) => name)).toEqual([
      'optimizer.adam.lr',
      'optimizer.momentum.lr',
      'schedule',
      'schedule.cosine.warmup',
    ]);
  });

  test('without what hangs on something that is not there', () => {
    const values = { optimizer: 1, 'optimizer.momentum.lr': 0.5, schedule: 0, 'model.0.dropout.rate': 0.25 };
    const { space: free, fixed } = freeBeside(space, values);
    expect(fixed).toEqual({ optimizer: 1, 'model.0.dropout.rate': 0.25 });
    expect(free.map(({ name, when }) => [name, when?.parameter])).toEqual([
      ['optimizer.momentum.lr', undefined],
      ['schedule', undefined],
      ['schedule.cosine.warmup', 'schedule'],
    ]);
  });

  test('of the study itself: its first trial, where that belongs to another stage, binds nobody', () => {
    const plan = planSearch(iris, experiment, { stack: 4, stages: 2, sampler: 'random', pruner: false });
    const study = Study.begin(plan.settings, plan.space);
    for (let i = 0; i < 2; i++) study.tell(study.ask({ progress: 0 })!.number, { state: 'complete', results: [i] }, 0);
    const late = study.ask({ progress: 0.9 })!;
    expect(late.stage).toBe(1);
    const record: StudyRecord = study.record;
    expect(record.stages).toHaveLength(2);
    expect(filled(plan.template, late.values)).toBeDefined();
  });
});
