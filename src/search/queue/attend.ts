import { randomUUID } from 'node:crypto';
import { hostname } from 'node:os';
import { setTimeout as wait } from 'node:timers/promises';
import type { PgBoss } from 'pg-boss';
import { type Held, type Jobs, jobsOf, type Store, studiesIn } from '../../runs/store/index.ts';
import { type Worker, WorkerLost } from '../run/job.ts';
import type { Tried } from '../run/trial.ts';
import type { Report } from '../trial.ts';
import { queueOf, type Ticket } from './boss.ts';
import type { Task } from './coordinator.ts';
import type { Patiently } from './patience.ts';

export type TrialEvent =
  | { readonly kind: 'begun'; readonly number: number; readonly resumed: boolean }
  | { readonly kind: 'ended'; readonly number: number; readonly tried: Tried }
  /** Taken away, because this worker was silent for too long or the study does not want it any more. */
  | { readonly kind: 'taken'; readonly number: number };

export interface AttendOptions {
  readonly store: Store;
  readonly boss: PgBoss;
  readonly study: string;
  readonly workers: readonly Worker[];
  readonly lease: number;
  readonly signal: AbortSignal;
  readonly patiently: Patiently;
  readonly onEvent: (event: TrialEvent) => void;
}

/** A trial that this process has. */
interface Going extends Held {
  readonly ticket: { readonly id: string; readonly retryCount: number };
  readonly stop: AbortController;
  /** Reports that the study has not answered yet. */
  asked: { readonly step: number; readonly since: number; readonly answer: (prune: boolean) => void }[];
  /** Whatever it writes, one after the other. */
  writing: Promise<unknown>;
  taken: boolean;
}

/** Milliseconds between two looks into an empty queue: at first, and at most. */
const pauses = { least: 20, most: 500 };
/** Milliseconds between two looks for answers, and for which one is waited for. */
const answers = { pause: 50, patience: 3000 };

/** Carries out trials of one study until it is over. */
export async function attend(options: AttendOptions): Promise<void> {
  const { store, boss, study, workers, lease, signal, patiently, onEvent } = options;
  const jobs = jobsOf(store, study, lease);
  const queue = await patiently(() => queueOf(boss, study));
  const me = { id: randomUUID(), host: hostname(), pid: process.pid, parallel: workers.length };
  const going = new Set<Going>();
  const mine = new Set<number>();
  const idle = [...workers];
  const carried = new Set<Promise<void>>();
  let [open, over] = [true, false];
  let broken: { readonly error: unknown } | undefined;
  let wake = () => {};

  const fail = (error: unknown) => {
    broken ??= { error };
    wake();
  };

  /** What must be over before this ends. */
  const run = (work: Promise<unknown>) => {
    const over: Promise<void> = work.then(() => {}, fail).finally(() => carried.delete(over));
    carried.add(over);
  };

  const begin = async (worker: Worker, ticket: Going['ticket'], number: number) => {
    const held = await patiently(() => jobs.claim(number, me.id));
    if (!held) return;
    const trial: Going = {
      ...{ number, claim: held.claim, ticket, stop: new AbortController(), asked: [] },
      ...{ writing: Promise.resolve(), taken: false },
    };
    going.add(trial);
    onEvent({ kind: 'begun', number, resumed: held.saved !== undefined });
    try {
      await carryOut(worker, trial, held.task as Task, held.saved, jobs, options);
    } finally {
      going.delete(trial);
    }
  };
  const carry = async (worker: Worker, job: Going['ticket'], number: number) => {
    // The same trial may wait twice in the queue.
    if (!mine.has(number)) {
      mine.add(number);
      await begin(worker, job, number).finally(() => mine.delete(number));
    }
    run(patiently(() => boss.complete(queue, job)));
  };

  /** Says that this worker lives, and hears what became of its trials. */
  const beat = async (): Promise<void> => {
    const before = [...going];
    const numbers = before.map(({ number }) => number);
    const held = await patiently(() => jobs.renew(me.id, numbers));
    for (const trial of before) {
      const own = held.find(({ number, claim }) => number === trial.number && claim === trial.claim);
      if (!own && going.has(trial)) take(trial);
      else if (own) hear(trial, own.judged, own.prune);
    }
  };
  const look = async (): Promise<void> => {
    for (let last = 0; !over; await wait(answers.pause)) {
      const due = Date.now() - last > lease / 4;
      if (due) {
        last = Date.now();
        await patiently(() => jobs.join(me));
        const tickets = [...going].map(({ ticket }) => ticket);
        if (tickets.length > 0) await patiently(() => boss.touch(queue, tickets));
        open = (await patiently(() => studiesIn(store).heads())).some(
          ({ name, state }) => name === study && state === 'running',
        );
      }
      if (due || [...going].some(({ asked }) => asked.length > 0)) await beat();
    }
  };
  const looking = look().catch(fail);

  const leave = () => {
    for (const { stop } of going) stop.abort();
    wake();
  };
  signal.addEventListener('abort', leave, { once: true });
  try {
    for (let pause = pauses.least; open && !signal.aborted && !broken; ) {
      const fetched =
        idle.length > 0 ? await patiently(() => boss.fetch<Ticket>(queue, { batchSize: idle.length })) : [];
      for (const job of fetched) {
        const worker = idle.pop()!;
        const back = () => {
          idle.push(worker);
          wake();
        };
        run(carry(worker, job, job.data.number).finally(back));
      }
      pause = fetched.length > 0 ? pauses.least : Math.min(pauses.most, 2 * pause);
      const { promise, resolve } = Promise.withResolvers<void>();
      wake = resolve;
      await Promise.race([promise, wait(idle.length > 0 ? pause : pauses.most)]);
    }
    if (broken) leave();
    while (carried.size > 0) await Promise.all(carried);
  } finally {
    over = true;
    signal.removeEventListener('abort', leave);
    await looking;
    await jobs.leave(me.id).catch(() => {});
  }
  if (broken) throw broken.error;

  function take(trial: Going): void {
    if (!trial.taken) onEvent({ kind: 'taken', number: trial.number });
    trial.taken = true;
    trial.stop.abort();
    hear(trial, Number.POSITIVE_INFINITY, false);
  }
}

/** Answers the reports that the study has looked at; who waits for too long goes on. */
function hear(trial: Going, judged: number, prune: boolean): void {
  const late = Date.now() - answers.patience;
  const [heard, waiting] = [trial.asked, []] as [Going['asked'], Going['asked']];
  for (const one of heard)
    if (prune || one.step <= judged || one.since < late) one.answer(prune);
    else waiting.push(one);
  trial.asked = waiting;
}

/** One trial from its claim to its outcome; everything that is written holds only while the claim does. */
async function carryOut(
  worker: Worker,
  trial: Going,
  { reports, checkpoints, ...task }: Task,
  saved: Uint8Array | undefined,
  jobs: Jobs,
  { signal, patiently, onEvent }: AttendOptions,
): Promise<void> {
  const { number, claim } = trial;
  const write = (act: () => Promise<boolean>): Promise<boolean> => {
    const written = trial.writing.then(() => patiently(act));
    trial.writing = written.catch(() => {});
    return written.then((held) => {
      if (!held && !trial.taken) {
        trial.taken = true;
        onEvent({ kind: 'taken', number });
      }
      if (!held) trial.stop.abort();
      return held;
    });
  };
  const onReport = async (report: Report): Promise<boolean> => {
    if (!(await write(() => jobs.report(trial, report)))) return false;
    return new Promise((answer) => trial.asked.push({ step: report.step, since: Date.now(), answer }));
  };
  const onCheckpoint = async (bytes: Uint8Array): Promise<void> => {
    await write(() => jobs.save(trial, bytes));
  };
  const stopped = () => trial.taken || trial.stop.signal.aborted || signal.aborted;
  try {
    const tried = await worker.run(
      { number, attempt: claim, ...task },
      {
        signal: AbortSignal.any([trial.stop.signal, signal]),
        ...(saved && { resume: saved }),
        ...(reports && { onReport }),
        ...(checkpoints && { onCheckpoint }),
      },
    );
    // What was interrupted is begun again by somebody else.
    if (tried.state === 'failed' && stopped()) await patiently(() => jobs.release(trial, true));
    else await end(tried);
  } catch (error) {
    if (error instanceof WorkerLost) await patiently(() => jobs.release(trial, stopped()));
    else await end({ state: 'failed', why: (error as Error).message });
  }

  async function end(tried: Tried): Promise<void> {
    const { outputs, ...rest } = tried;
    const outcome = { ...rest, worker: `${hostname()} ${process.pid}` };
    if (await write(() => jobs.finish(trial, outcome, outputs && bytesOf(outputs))))
      onEvent({ kind: 'ended', number, tried });
  }
}

const bytesOf = ({ buffer, byteOffset, byteLength }: Float32Array): Uint8Array =>
  new Uint8Array(buffer, byteOffset, byteLength);
