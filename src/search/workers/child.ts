import { onnxRuntimeEngine, sharedEngine } from '../../engine/index.ts';
import type { Job, JobHooks } from '../run/job.ts';
import { filled } from '../run/plan.ts';
import type { Setup } from '../run/setup.ts';
import { type Tried, tryOut } from '../run/trial.ts';
import { loadSetup } from './load.ts';
import { type FromProcess, inWords, type ToProcess } from './messages.ts';
import { Reporter } from './reporter.ts';

// The process of a worker: loads the data once, then carries out one job after the other.

/** The job under way. */
interface Current {
  readonly reporter: Reporter;
  readonly abort: AbortController;
  /** Training goes on when the checkpoint is kept. */
  kept?: () => void;
}

let ready: Promise<(job: Job, hooks: JobHooks) => Promise<Tried>>;
let current: Current | undefined;

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
      (error) => tell({ kind: 'failed', error: inWords(error) }),
    );
  } else if (message.kind === 'job') carryOut(message);
  else if (message.kind === 'answer') current?.reporter.answer(message.end);
  else if (message.kind === 'kept') current?.kept?.();
  else current?.abort.abort();
}

async function begin(setup: Setup) {
  const { folds, objectives, keep, threads, checkpointSeconds } = setup;
  const { dataset, template } = await loadSetup(setup);
  const engine = sharedEngine(onnxRuntimeEngine({ threads }));
  return ({ values, seed, length }: Job, hooks: JobHooks) =>
    tryOut(
      dataset,
      { experiment: filled(template, values), seed, length, folds, objectives, keep },
      { engine, checkpointSeconds, ...hooks },
    );
}

async function carryOut({ job, resume, reports, checkpoints }: Extract<ToProcess, { kind: 'job' }>): Promise<void> {
  const reporter = new Reporter((waiting) => tell({ kind: 'reports', reports: waiting }));
  const abort = new AbortController();
  const own: Current = { reporter, abort };
  current = own;
  const ending = await (await ready)(job, {
    ...{ signal: abort.signal, resume },
    ...(reports && { onReport: (report) => reporter.report(report) }),
    ...(checkpoints && {
      onCheckpoint(saved) {
        const { promise, resolve } = Promise.withResolvers<void>();
        own.kept = resolve;
        tell({ kind: 'checkpoint', saved });
        return promise;
      },
    }),
  }).then(
    (tried): FromProcess => ({ kind: 'done', tried }),
    (error): FromProcess => ({ kind: 'failed', error: inWords(error) }),
  );
  reporter.flush();
  current = undefined;
  tell(ending);
}
