import { WellfitError } from '../../base/index.ts';
import { type Assigned, type Job, type JobHooks, type Worker, WorkerLost } from '../run/job.ts';
import type { Setup } from '../run/setup.ts';
import type { Tried } from '../run/trial.ts';
import { interrupted, WorkerProcess } from './process.ts';

/** How often a process may end before its data are loaded. */
const starts = 3;

/** A worker with a process of its own. */
export interface ProcessWorker extends Worker {
  /** Of the process, where there is one. */
  readonly pid?: number;
  /** @throws WellfitError where the data cannot be loaded, or are not those that the search was begun with */
  ready(signal: AbortSignal): Promise<void>;
  runStacked(assigned: readonly Assigned[]): readonly Promise<Tried>[];
  close(): Promise<void>;
}

/**
 * Workers that try trials at the same time, each in a process of its own that loads the data itself. A process is started when its first trial
 * is, and again where it was lost; all end with this process. Whoever makes them closes them.
 */
export const processWorkers = (setup: Setup, count: number): ProcessWorker[] =>
  Array.from({ length: count }, (_, i) => new Restarting(`worker ${i + 1}`, setup));

class Restarting implements ProcessWorker {
  readonly name: string;
  private readonly setup: Setup;
  private process?: WorkerProcess;
  private closed = false;

  constructor(name: string, setup: Setup) {
    this.name = name;
    this.setup = setup;
  }

  get pid(): number | undefined {
    return this.process?.pid;
  }

  async ready(signal: AbortSignal): Promise<void> {
    await unlessAborted(this.started(), signal);
  }

  run(job: Job, hooks: JobHooks): Promise<Tried> {
    return this.runStacked([{ job, hooks }])[0];
  }

  runStacked(assigned: readonly Assigned[]): readonly Promise<Tried>[] {
    const begun = unlessAborted(this.started(), assigned[0].hooks.signal).then((process) => process?.run(assigned));
    return assigned.map(async (_, i) => (await (await begun)?.[i]) ?? interrupted);
  }

  async close(): Promise<void> {
    this.closed = true;
    await this.process?.close();
  }

  /** The process with its data, after a new start where there is none. */
  private async started(): Promise<WorkerProcess> {
    for (let start = 1; ; start++) {
      if (this.closed) throw new WorkerLost(`${this.name} is closed`);
      this.process ??= this.start();
      const { process } = this;
      try {
        await process.ready;
        return process;
      } catch (error) {
        await process.close();
        if (!(error instanceof WorkerLost)) throw error;
        if (start < starts) continue;
        throw new WellfitError('engine', error.message, {
          likely: 'the memory does not suffice for so many processes: each has the data for itself',
          fix: 'use fewer workers',
        });
      }
    }
  }

  private start(): WorkerProcess {
    const process = new WorkerProcess(this.name, this.setup, () => {
      if (this.process === process) this.process = undefined;
    });
    return process;
  }
}

/** Undefined as soon as the signal is aborted. */
async function unlessAborted<T>(work: Promise<T>, signal: AbortSignal): Promise<T | undefined> {
  const { promise, resolve } = Promise.withResolvers<undefined>();
  const abort = () => resolve(undefined);
  if (signal.aborted) abort();
  signal.addEventListener('abort', abort);
  try {
    return await Promise.race([work, promise]);
  } finally {
    signal.removeEventListener('abort', abort);
  }
}
