import { onnxRuntimeEngine, sharedEngine } from '../../engine/index.ts';
import { filled } from '../run/plan.ts';
import type { Setup } from '../run/setup.ts';
import { carriedOut } from '../run/sideBySide.ts';
import { tryOut } from '../run/trial.ts';
import { loadSetup } from './load.ts';
import { type FromProcess, type FromTrial, inWords, type Order, type ToProcess } from './messages.ts';
import { Reporter } from './reporter.ts';

// The process of a worker: loads the data once, then carries out the jobs that it is given.

/** A job under way. */
interface Current {
  readonly reporter: Reporter;
  readonly abort: AbortController;
  /** Training goes on when the checkpoint is kept. */
  kept?: () => void;
}

let ready: Promise<ReturnType<typeof carriedOut>>;
const current = new Map<number, Current>();

// Where nobody hears it any more, the process is about to end.
const tell = (message: FromProcess) => process.send?.(message, undefined, {}, () => {});

// Ctrl-C reaches all processes of a terminal; the parent decides what it means.
process.on('SIGINT', () => {});
// Nobody is left to work for; nothing of what is under way may delay the end.
process.on('disconnect', () => process.kill(process.pid, 'SIGKILL'));
process.on('message', (message: ToProcess) => hear(message));

function hear(message: ToProcess): void {
  if (message.kind === 'setup') {
    ready = begin(message.setup);
    ready.then(
      () => tell({ kind: 'ready' }),
      (error) => tell({ kind: 'useless', error: inWords(error) }),
    );
  } else if (message.kind === 'jobs') carryOut(message.orders);
  else if (message.kind === 'answer') current.get(message.number)?.reporter.answer(message.end);
  else if (message.kind === 'kept') current.get(message.number)?.kept?.();
  else current.get(message.number)?.abort.abort();
}

async function begin(setup: Setup) {
  const { folds, objectives, keep, threads, checkpointSeconds } = setup;
  const { dataset, template } = await loadSetup(setup);
  const engine = sharedEngine(onnxRuntimeEngine({ threads }));
  return carriedOut(engine, ({ values, seed, length }, options) =>
    tryOut(
      dataset,
      { experiment: filled(template, values), seed, length, folds, objectives, keep },
      { checkpointSeconds, ...options },
    ),
  );
}

async function carryOut(orders: readonly Order[]): Promise<void> {
  const assigned = orders.map(assign);
  const runs = (await ready).runStacked(assigned);
  for (const [i, { job, reporter }] of assigned.entries())
    runs[i]
      .then(
        (tried): FromTrial => ({ kind: 'done', number: job.number, tried }),
        (error): FromTrial => ({ kind: 'failed', number: job.number, error: inWords(error) }),
      )
      .then((ending) => {
        reporter.flush();
        current.delete(job.number);
        tell(ending);
      });
}

function assign({ job, resume, reports, checkpoints }: Order) {
  const { number } = job;
  const reporter = new Reporter((waiting) => tell({ kind: 'reports', number, reports: waiting }));
  const abort = new AbortController();
  const own: Current = { reporter, abort };
  current.set(number, own);
  const hooks = {
    ...{ signal: abort.signal, resume },
    ...(reports && { onReport: (report: Parameters<Reporter['report']>[0]) => reporter.report(report) }),
    ...(checkpoints && {
      onCheckpoint(saved: Uint8Array) {
        const { promise, resolve } = Promise.withResolvers<void>();
        // What was told of an epoch must not be lost where the checkpoint says that the epoch is over.
        reporter.flush();
        own.kept = resolve;
        tell({ kind: 'checkpoint', number, saved });
        return promise;
      },
    }),
  };
  return { job, hooks, reporter };
}
