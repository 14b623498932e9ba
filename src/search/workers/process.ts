import { type ChildProcess, fork } from 'node:child_process';
import { type Assigned, WorkerLost } from '../run/job.ts';
import type { Setup } from '../run/setup.ts';
import type { Tried } from '../run/trial.ts';
import { type FromProcess, type FromTrial, fromWords, type ToProcess } from './messages.ts';

/** Milliseconds that a process has for a last word, where its job is no longer wanted, and where it is itself not. */
const lastWord = 1000;
const lastBreath = 2000;

export const interrupted: Tried = { state: 'failed', why: 'interrupted' };

interface Listener<M> {
  heard(message: M): void;
  ended(how: string): void;
}

/** Megabytes that fill up before a process looks for garbage: trials make much of it, and little that lasts. */
const heap = ['--initial-old-space-size=256'];

/** A process that has the data of a search, or is loading them, and carries out the jobs that it is given at once. */
export class WorkerProcess {
  /** @throws WorkerLost where the process ended before; whatever else kept it from loading the data */
  readonly ready: Promise<void>;
  private readonly name: string;
  private readonly child: ChildProcess;
  private readonly gone: Promise<void>;
  private readonly forget: () => void;
  private loading?: Listener<FromProcess>;
  /** By the numbers of their trials. */
  private readonly listeners = new Map<number, Listener<FromTrial>>();

  /** `forget` is called when nothing more can be asked of it, before those who wait hear of it. */
  constructor(name: string, setup: Setup, forget: () => void) {
    this.name = name;
    this.forget = forget;
    const source = import.meta.url.endsWith('.ts') ? './child.ts' : './child.js';
    // What Node was told for the program, such as --input-type, is not for the process; nor may it write where results are printed.
    this.child = fork(new URL(source, import.meta.url), {
      ...{ serialization: 'advanced', execArgv: heap },
      stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
    });
    const { promise, resolve } = Promise.withResolvers<void>();
    this.gone = promise;
    const end = (how: string) => {
      forget();
      this.loading?.ended(how);
      for (const listener of this.listeners.values()) listener.ended(how);
      resolve();
    };
    this.child.on('message', (message) => this.heard(message as FromProcess));
    this.child.on('exit', (code, signal) => end(signal ? `ended with signal ${signal}` : `ended with code ${code}`));
    this.child.on('error', ({ message }) => {
      if (this.pid === undefined) end(`could not be started (${message})`);
    });
    this.ready = this.loaded();
    this.send({ kind: 'setup', setup });
  }

  get pid(): number | undefined {
    return this.child.pid;
  }

  /** Jobs that begin at once, side by side; each rejects with WorkerLost where the process ends meanwhile. */
  run(assigned: readonly Assigned[]): readonly Promise<Tried>[] {
    const attended = assigned.map((one) => this.attend(one));
    this.send({
      kind: 'jobs',
      orders: assigned.map(({ job, hooks: { resume, onReport, onCheckpoint } }) => ({
        ...{ job, resume },
        ...{ reports: onReport !== undefined, checkpoints: onCheckpoint !== undefined },
      })),
    });
    return attended.map((begin) => begin());
  }

  /** Listens to what is told of a trial; what comes back is called once the process knows of it. */
  private attend({ job: { number }, hooks: { signal, onReport, onCheckpoint } }: Assigned): () => Promise<Tried> {
    const { promise, resolve, reject } = Promise.withResolvers<Tried>();
    let timer: NodeJS.Timeout | undefined;
    const abort = () => {
      this.send({ kind: 'abort', number });
      timer = setTimeout(() => this.kill(), lastWord);
    };
    const take = async (message: FromTrial): Promise<void> => {
      if (message.kind === 'reports') {
        let end = false;
        for (const report of message.reports) if (await onReport?.(report)) end = true;
        this.send({ kind: 'answer', number, end });
      } else if (message.kind === 'checkpoint') {
        await onCheckpoint?.(message.saved);
        this.send({ kind: 'kept', number });
      } else if (message.kind === 'done') resolve(message.tried);
      else reject(fromWords(message.error));
    };
    // One message after the other, also where hooks take their time.
    let taken = Promise.resolve();
    this.listeners.set(number, {
      heard: (message) => {
        taken = taken.then(() => take(message));
        taken.catch((error) => {
          reject(error);
          this.kill();
        });
      },
      ended: (how) => {
        const lost = new WorkerLost(`${this.name} ${how} while it tried trial ${number}`);
        const end = () => (signal.aborted ? resolve(interrupted) : reject(lost));
        // What it saved last may still be on its way to the disk, and another attempt would read it.
        taken.then(end, end);
      },
    });
    return async () => {
      if (signal.aborted) abort();
      else signal.addEventListener('abort', abort, { once: true });
      try {
        return await promise;
      } finally {
        clearTimeout(timer);
        signal.removeEventListener('abort', abort);
        this.listeners.delete(number);
      }
    };
  }

  /** Ends the process: it ends itself where nobody is connected to it, and is killed where it does not come to that. */
  async close(): Promise<void> {
    if (this.child.connected) this.child.disconnect();
    const timer = setTimeout(() => this.kill(), lastBreath);
    await this.gone;
    clearTimeout(timer);
  }

  private async loaded(): Promise<void> {
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    this.loading = {
      heard: (message) => (message.kind === 'useless' ? reject(fromWords(message.error)) : resolve()),
      ended: (how) => reject(new WorkerLost(`${this.name} ${how} while it loaded the data`)),
    };
    try {
      await promise;
    } finally {
      this.loading = undefined;
    }
  }

  private heard(message: FromProcess): void {
    if (message.kind === 'ready' || message.kind === 'useless') this.loading?.heard(message);
    else this.listeners.get(message.number)?.heard(message);
  }

  private kill(): void {
    this.forget();
    this.child.kill('SIGKILL');
  }

  /** A process that is gone hears nothing; that it is gone is told elsewhere. */
  private send(message: ToProcess): void {
    if (this.child.connected) this.child.send(message, () => {});
  }
}
