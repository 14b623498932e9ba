import { setTimeout as wait } from 'node:timers/promises';
import type { KeptChange } from '../../runs/index.ts';
import { type Held, type JobState, jobsOf, type Store, type StudyKeeper } from '../../runs/store/index.ts';
import type { SavedTrials } from '../run/drive.ts';
import type { Job, JobHooks, Worker } from '../run/job.ts';
import type { Tried } from '../run/trial.ts';
import { openBoss, queueOf, sendTo } from './boss.ts';
import { patience } from './patience.ts';

export type QueueEvent =
  /** How many trials the workers that live can carry out at a time. */
  | { readonly kind: 'capacity'; readonly capacity: number }
  /** A worker went silent; its trial is given to another one. */
  | { readonly kind: 'lost'; readonly number: number }
  | { readonly kind: 'trouble'; readonly words: string };

export interface QueueOptions {
  /** Milliseconds after which a silent worker counts as dead. */
  readonly lease?: number;
  /** Milliseconds for which a server that is gone is tried again. */
  readonly patience?: number;
  readonly onEvent?: (event: QueueEvent) => void;
}

/** The workers of other machines, as a search sees them. */
export interface Queue {
  /** Each stands for one trial under way somewhere; which machine has it shows only later. */
  readonly workers: readonly Worker[];
  /** For `drive`: workers save by themselves where trials had come to. */
  readonly saved: SavedTrials;
  /** Writes down what changes in the study, but for reports, which workers write by themselves. */
  readonly onChange: (change: KeptChange) => void;
  /** Takes back what is still under way. Comes before the end of the keeper. */
  close(): Promise<void>;
}

/** What a worker is asked to do. */
export interface Task extends Pick<Job, 'values' | 'seed' | 'length'> {
  readonly reports: boolean;
  readonly checkpoints: boolean;
}

export const usual = { lease: 15_000, patience: 60_000 };
/** Trials under way at most. */
const slots = 64;
/** How often a trial is begun whose worker goes silent. */
const mostTries = 4;
/** Milliseconds between two looks at the store: while something happens, and otherwise. */
const pauses = { busy: 10, idle: 100 };

interface Running {
  readonly hooks: JobHooks;
  readonly resolve: (tried: Tried) => void;
  readonly reject: (error: unknown) => void;
  tries: number;
}

/** @param keeper of the study that is worked on, which this process owns */
export async function queueWorkers(
  url: string,
  store: Store,
  keeper: StudyKeeper,
  { lease = usual.lease, patience: time = usual.patience, onEvent = () => {} }: QueueOptions = {},
): Promise<Queue> {
  const study = keeper.name;
  const jobs = jobsOf(store, study, lease);
  const patiently = patience(store, time, (words) => onEvent({ kind: 'trouble', words }));
  const boss = await patiently(() => openBoss(url, true));
  const queue = await patiently(() => queueOf(boss, study));
  const running = new Map<number, Running>();
  const waiting: (() => void)[] = [];
  let [capacity, checked, closed] = [0, 0, false];
  let broken: { readonly error: unknown } | undefined;

  const send = (number: number) => patiently(() => sendTo(boss, queue, { study, number }));
  const end = (number: number, tried: Tried) => {
    running.get(number)?.resolve(tried);
    running.delete(number);
  };

  /** Hands new reports to the study, and its answers to the workers. */
  const judge = async (): Promise<boolean> => {
    const { states, reports } = await patiently(() => jobs.watch());
    const told = Map.groupBy(
      reports.filter(({ number }) => running.has(number)),
      ({ number }) => number,
    );
    const answers: (Held & { step: number; prune: boolean })[] = [];
    for (const [number, some] of told) {
      const { hooks, reject } = running.get(number)!;
      try {
        let prune = false;
        for (const { step, value } of some) prune = (await hooks.onReport?.({ step, value })) || prune;
        answers.push({ ...some[some.length - 1], prune });
      } catch (error) {
        running.delete(number);
        reject(error);
      }
    }
    const done = states.filter(({ number, outcome }) => outcome !== undefined && running.has(number));
    for (const { number, outcome } of done) {
      const bytes = await patiently(() => jobs.bytesOf(number));
      end(number, { ...(outcome as Tried), ...(bytes && { outputs: new Float32Array(bytes.buffer) }) });
    }
    const asking = answers.filter(({ number }) => running.has(number));
    if (asking.length > 0) await patiently(() => jobs.judge(asking));
    return told.size > 0 || done.length > 0;
  };

  const takeOver = async ({ number, tries }: Pick<JobState, 'number' | 'tries'>): Promise<void> => {
    const one = running.get(number);
    if (!one) return;
    if (tries > one.tries) onEvent({ kind: 'lost', number });
    one.tries = tries;
    if (tries < mostTries) await send(number);
    else end(number, { state: 'failed', why: `its workers were lost ${tries} times` });
  };

  const check = async (): Promise<void> => {
    checked = Date.now();
    for (const job of await patiently(() => jobs.lapsed())) await takeOver(job);
    const before = capacity;
    capacity = await patiently(() => jobs.capacity());
    if (capacity !== before) onEvent({ kind: 'capacity', capacity });
  };

  const look = async (): Promise<void> => {
    while (!closed) {
      const happened = running.size > 0 && (await judge());
      if (Date.now() - checked > lease / 5) await check();
      // A few trials wait in the queue, so that no worker does; more would be chosen without knowing what the others come to.
      const free = capacity > 0 ? capacity + Math.ceil(capacity / 4) - running.size : 0;
      for (const go of waiting.splice(0, Math.max(0, free))) go();
      await wait(happened ? pauses.busy : pauses.idle);
    }
  };
  const looking = look().catch((error: unknown) => {
    broken = { error };
    for (const { reject } of running.values()) reject(error);
    for (const go of waiting.splice(0)) go();
  });

  const run = async ({ number, attempt, values, seed, length }: Job, hooks: JobHooks): Promise<Tried> => {
    if (broken) throw broken.error;
    const { promise, resolve, reject } = Promise.withResolvers<Tried>();
    running.set(number, { hooks, resolve, reject, tries: 0 });
    const stop = () => {
      if (!running.delete(number)) return;
      jobs.withdraw(number).then(
        () => resolve({ state: 'failed', why: 'interrupted' }),
        () => resolve({ state: 'failed', why: 'interrupted' }),
      );
    };
    hooks.signal.addEventListener('abort', stop, { once: true });
    try {
      const wishes = { reports: hooks.onReport !== undefined, checkpoints: hooks.onCheckpoint !== undefined };
      const task: Task = { values, seed, length, ...wishes };
      await patiently(() => jobs.offer(number, attempt, task));
      if (running.has(number)) await send(number);
      return await promise;
    } finally {
      running.delete(number);
      hooks.signal.removeEventListener('abort', stop);
    }
  };

  const ready = (signal: AbortSignal): Promise<void> =>
    new Promise((resolve) => {
      const go = () => {
        signal.removeEventListener('abort', go);
        resolve();
      };
      if (broken || signal.aborted) return resolve();
      waiting.push(go);
      signal.addEventListener('abort', go);
    });

  return {
    workers: Array.from({ length: slots }, (_, i) => ({ name: `elsewhere ${i + 1}`, ready, run })),
    saved: { read: async () => undefined, write: () => {} },
    onChange: (change) => {
      if (change.kind !== 'reported') keeper.change(change);
    },
    async close() {
      closed = true;
      await looking;
      if (!broken) for (const number of running.keys()) await patiently(() => jobs.withdraw(number));
      await boss.deleteAllJobs(queue).catch(() => {});
      await boss.stop({ graceful: false });
    },
  };
}
