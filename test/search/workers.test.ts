import { spawn } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { setTimeout as wait } from 'node:timers/promises';
import { afterAll, afterEach, expect, test, vi } from 'vitest';
import { WellfitError } from '../../src/base/index.ts';
import { loadData } from '../../src/data/readers/index.ts';
import { onnxRuntimeEngine } from '../../src/engine/index.ts';
import {
  drive,
  type Job,
  localWorker,
  planSearch,
  type Setup,
  Study,
  setupOf,
  type Values,
  WorkerLost,
} from '../../src/search/index.ts';
import type { Report } from '../../src/search/trial.ts';
import { type ProcessWorker, processWorkers } from '../../src/search/workers/index.ts';
import { fromWords, inWords } from '../../src/search/workers/messages.ts';
import { Reporter } from '../../src/search/workers/reporter.ts';

vi.setConfig({ testTimeout: 40_000 });

const experiment = {
  data: { dataset: 'digits' },
  model: ['flatten', { dense: { units: 32 } }, 'relu', { dense: { units: 10 } }],
  optimizer: { momentum: { lr: { log: [1e-3, 0.1] } } },
  epochs: 400,
  batchSize: 32,
  earlyStopping: false,
};
const { dataset } = await loadData({ dataset: 'digits' });
const planOf = (epochs: number) => planSearch(dataset, { ...experiment, epochs }, { budget: { trials: 1 }, seed: 4 });
const setup = (epochs: number): Setup & { checkpointSeconds: number } => ({
  ...setupOf(dataset, planOf(epochs)),
  checkpointSeconds: 0,
});
const lr = (value: number): Values => ({ 'optimizer.momentum.lr': value });
const job = (number = 0, rate = 0.01): Job => ({ number, attempt: 1, values: lr(rate), seed: 3, length: 1 });
const never = new AbortController().signal;
const here = (epochs: number, keep = false) =>
  localWorker(dataset, { ...planOf(epochs), ensemble: keep }, onnxRuntimeEngine({ threads: 1 }));

/** Tries trials that take as long as they may, for several tests. */
const [long] = processWorkers({ ...setup(100_000), checkpointSeconds: 1000 }, 1);
afterAll(() => long.close());
let open: ProcessWorker[] = [];
const workersOf = (...args: Parameters<typeof processWorkers>) => {
  const workers = processWorkers(...args);
  open.push(...workers);
  return workers;
};
afterEach(async () => {
  await Promise.all(open.map((worker) => worker.close()));
  open = [];
});

const isAlive = (pid: number): boolean => {
  try {
    process.kill(pid, 0);
  } catch {
    return false;
  }
  // What nobody has asked after yet is dead all the same.
  const stat = `/proc/${pid}/stat`;
  return !existsSync(stat) || !/\) Z /.test(readFileSync(stat, 'utf8'));
};

test('a process gives what this thread gives, to the bit, one job after the other', async () => {
  const [worker] = workersOf({ ...setup(5), keep: true }, 1);
  for (const rate of [0.01, 0.03]) {
    const told: Report[][] = [[], []];
    const [there, local] = await Promise.all(
      [worker, here(5, true)].map((one, i) =>
        one.run(job(7, rate), {
          signal: never,
          onReport: (report) => {
            told[i].push(report);
            return false;
          },
        }),
      ),
    );
    expect(there).toEqual({ ...local, seconds: expect.any(Number) });
    expect(there).toMatchObject({ state: 'complete', outputs: expect.any(Float32Array) });
    expect(told[0]).toHaveLength(5);
    expect(told[0]).toEqual(told[1]);
  }
});

test('two workers try two trials at the same time, each in a process of its own', async () => {
  const workers = workersOf(setup(400), 2);
  await Promise.all(workers.map((worker) => worker.ready(never)));
  expect(new Set([process.pid, ...workers.map(({ pid }) => pid)]).size).toBe(3);
  const order: string[] = [];
  const stop = new AbortController();
  const done = workers.map((worker, i) =>
    worker.run(job(i), {
      signal: stop.signal,
      onReport: () => {
        if (order.at(-1) !== worker.name) order.push(worker.name);
        if (order.length > 6) stop.abort();
        return false;
      },
    }),
  );
  expect((await Promise.all(done)).map(({ why }) => why)).toEqual(['interrupted', 'interrupted']);
});

test('a trial whose process is killed goes on from its checkpoint in another one, to the same bits', async () => {
  const epochs = 40;
  const begun: number[] = [];
  const steps: number[] = [];
  const kept = new Map<number, Uint8Array>();
  const search = async (worker: ReturnType<typeof here>, onStep: (step: number) => void) => {
    const { settings, space, budget } = planOf(epochs);
    const study = Study.begin(settings, space, (change) => {
      if (change.kind === 'claimed') begun.push(change.trial.attempt);
      if (change.kind === 'reported') onStep(change.report.step);
    });
    const saved = {
      read: async (number: number) => kept.get(number),
      write: (number: number, bytes: Uint8Array) => void kept.set(number, bytes),
    };
    await drive(study, { workers: [worker], budget, saved });
    return study.trials[0];
  };
  const [worker] = workersOf(setup(epochs), 1);
  let killed: number | undefined;
  const trial = await search(worker, (step) => {
    steps.push(step);
    if (step >= 10 && killed === undefined) process.kill((killed = worker.pid!), 'SIGKILL');
  });
  expect(begun).toEqual([1, 2]);
  expect(worker.pid).not.toBe(killed);
  // It did not begin anew: the first epoch was told once.
  expect(steps.filter((step) => step === 1)).toHaveLength(1);
  const whole = await search(here(epochs), () => {});
  expect(trial.state).toBe('complete');
  for (const key of ['results', 'updates', 'reports', 'values'] as const) expect(trial[key]).toEqual(whole[key]);
});

test('a process that is lost says how, and before a trial there is always one', async () => {
  const [worker] = workersOf(setup(400), 1);
  await worker.ready(never);
  const idle = worker.pid!;
  process.kill(idle, 'SIGKILL');
  await vi.waitUntil(() => worker.pid !== idle);
  const run = worker.run(job(12), {
    signal: never,
    onReport: () => !process.kill(worker.pid!, 'SIGKILL'),
  });
  await expect(run).rejects.toThrow(new WorkerLost('worker 1 ended with signal SIGKILL while it tried trial 12'));
});

test('an interruption ends a trial at once, also while the process starts, and keeps where it stands', async () => {
  const soon = { signal: AbortSignal.timeout(1) };
  const first = [long.run(job(), soon).then(({ why }) => why), long.ready(never).then(() => 'ready')];
  expect(await Promise.race(first)).toBe('interrupted');
  await long.ready(never);
  const { pid } = long;
  const stop = new AbortController();
  let since = 0;
  let saved = 0;
  const tried = await long.run(job(), {
    signal: stop.signal,
    onReport({ step }) {
      // What the terminal sends to all processes is left to the parent.
      if (step === 1) process.kill(pid!, 'SIGINT');
      else if (since === 0) {
        since = performance.now();
        stop.abort();
      }
      return false;
    },
    onCheckpoint: ({ length }) => {
      saved = length;
    },
  });
  expect(tried).toMatchObject({ state: 'failed', why: 'interrupted', updates: expect.any(Number) });
  expect(performance.now() - since).toBeLessThan(1500);
  expect(saved).toBeGreaterThan(0);
  expect(long.pid).toBe(pid);
});

test('a trial is pruned as soon as the answer is there', async () => {
  const steps: number[] = [];
  const tried = await long.run(job(), {
    signal: never,
    async onReport({ step }) {
      steps.push(step);
      await wait(1);
      return step >= 30;
    },
  });
  expect(tried).toMatchObject({ state: 'pruned', why: expect.stringMatching(/^pruned after epoch/) });
  // In order and without gaps, though many were told together.
  expect(steps).toEqual(steps.map((_, i) => i + 1));
});

test('an error of who listens is the error of the trial, and the next one finds a process', async () => {
  const onReport = () => {
    throw new Error('no room');
  };
  await expect(long.run(job(), { signal: never, onReport })).rejects.toThrow('no room');
  expect(await long.run(job(), { signal: never, onReport: () => true })).toMatchObject({ state: 'pruned' });
});

test('settings that cannot be trained are a failed trial, in the words of this thread', async () => {
  const errors = await Promise.all(
    [long, here(2)].map((one) => one.run(job(0, -1), { signal: never }).catch((error) => error)),
  );
  expect(errors[0]).toBeInstanceOf(WellfitError);
  expect(errors[0]).toEqual(errors[1]);
  expect(errors[0].message).toBe(errors[1].message);
  const { settings, space } = planOf(2);
  const study = Study.begin(settings, space);
  await drive(study, { workers: [long], budget: { trials: 1 }, given: [lr(-1)] });
  expect(study.trials).toMatchObject([{ state: 'failed', why: errors[1].message }]);
});

test('reports that come fast go together, in order, and an answer counts from then on', async () => {
  vi.useFakeTimers();
  const sent: (readonly Report[])[] = [];
  const reporter = new Reporter((reports) => sent.push(reports));
  const reports = Array.from({ length: 1000 }, (_, i) => ({ step: i + 1, value: Number.NaN }));
  const first = reporter.report(reports[0]);
  for (const report of reports.slice(1, 900)) {
    expect(reporter.report(report)).toBe(false);
    vi.advanceTimersByTime(1);
  }
  // A message each 50 ms of 899 ms.
  expect(sent).toHaveLength(18);
  reporter.answer(true);
  expect(await first).toBe(true);
  for (const report of reports.slice(900)) expect(reporter.report(report)).toBe(true);
  reporter.flush();
  expect(sent.flat()).toEqual(reports);
  vi.useRealTimers();
});

test('numbers that are none come over', async () => {
  // A plan refuses a search without validation rows; a worker measures what it is given.
  const given = setup(1);
  const [worker] = workersOf({ ...given, template: { ...given.template, split: { validation: 0 } } }, 1);
  expect(await worker.run(job(), { signal: never })).toMatchObject({ state: 'complete', results: [Number.NaN] });
});

test('other data than the search began with end it, in words, at once', async () => {
  const right = setup(2);
  const wrong = { ...right, fingerprint: { ...right.fingerprint, targets: '0000000000000000' } };
  const { settings, space } = planOf(2);
  const study = Study.begin(settings, space);
  await expect(drive(study, { workers: workersOf(wrong, 1), budget: { trials: 5 } })).rejects.toThrow(
    /^the search was begun with other data than "digits" holds now\n.*\n.*other values in the targets\n/,
  );
  expect(study.trials).toEqual([]);
});

test('errors keep their kind, their words and their facts', () => {
  const error = new WellfitError('data', 'two\nlines', { expected: 'a', fix: 'b' });
  const again = fromWords(structuredClone(inWords(error)));
  expect(again).toEqual(error);
  expect(again.message).toBe(error.message);
  expect(again).toHaveProperty('facts', error.facts);
});

test('no process stays behind: not after close, and not where the parent is killed', async () => {
  const [worker] = workersOf(setup(100_000), 1);
  await worker.ready(never);
  const pid = worker.pid!;
  const lost = expect(worker.run(job(1), { signal: never })).rejects.toThrow(WorkerLost);
  await worker.close();
  await lost;
  expect(isAlive(pid)).toBe(false);
  await expect(worker.ready(never)).rejects.toThrow('worker 1 is closed');

  const program = `
    const { processWorkers } = await import(${JSON.stringify(new URL('../../src/search/workers/index.ts', import.meta.url).href)});
    const [worker] = processWorkers(${JSON.stringify(setup(100_000))}, 1);
    const signal = new AbortController().signal;
    await worker.ready(signal);
    const run = worker.run(${JSON.stringify(job())}, { signal });
    setTimeout(() => console.log(worker.pid), 300);
    await run;`;
  const parent = spawn(process.execPath, ['--input-type=module', '-e', program], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const child = Number(String(await new Promise((resolve) => parent.stdout.once('data', resolve))));
  expect(isAlive(child)).toBe(true);
  parent.kill('SIGKILL');
  await vi.waitUntil(() => !isAlive(child), { timeout: 3000 });
});
