import { hash, WellfitError } from '../../base/index.ts';
import type { Values } from '../space/parameter.ts';
import type { Budget, TrialRecord } from '../study/record.ts';
import type { Study } from '../study/study.ts';
import { type Assigned, type Worker, WorkerLost } from './job.ts';
import type { Tried } from './trial.ts';

export interface DriveOptions {
  readonly workers: readonly Worker[];
  readonly budget: Budget;
  readonly signal?: AbortSignal;
  /** Seconds of the budget that must be left for what comes after the trials, as far as can be said by now; none unless said. */
  readonly reserve?: () => number;
  /** Takes what a network says of its validation rows, where that is wanted. */
  readonly onOutputs?: (number: number, outputs: Float32Array) => void;
  /** What a trial saved that was begun before, and takes what one saves. */
  readonly saved?: SavedTrials;
  /** Settings that are tried first. */
  readonly given?: readonly Values[];
}

/** Where trials that are under way stand, so that they need not begin anew. */
export interface SavedTrials {
  read(number: number): Promise<Uint8Array | undefined>;
  write(number: number, saved: Uint8Array): void | Promise<void>;
}

/** Milliseconds between two looks at the clock, while trials are under way. */
const tick = 100;
/** How often a trial is begun again whose worker was lost. */
const retries = 3;
/** Trials that fail, with none that does not, before a study gives up. */
const hopeless = 10;

/** Why a search ended. */
export interface Driven {
  readonly ending: 'budget' | 'exhausted' | 'interrupted' | 'failing';
  readonly words: string;
}

/**
 * Keeps all workers busy until the budget is used up: trials and updates of the whole study, seconds of this call. Trials that were running when the
 * study was left are begun again first.
 */
export async function drive(
  study: Study,
  { workers, budget, signal, saved, onOutputs, reserve = () => 0, given = [] }: DriveOptions,
): Promise<Driven> {
  const started = performance.now();
  const stop = new AbortController();
  const either = signal ? AbortSignal.any([signal, stop.signal]) : stop.signal;
  const waiting = study.trials.filter(({ state }) => state === 'running').map(({ number }) => number);
  const wishes = [...given];
  let ended: Driven | undefined;
  // Nobody waits for a worker once there is nothing to do.
  const enough = new AbortController();
  const end = (ending: Driven['ending'], words: string) => {
    ended ??= { ending, words };
    enough.abort();
  };

  const used = (): number => {
    const updates = study.trials.reduce((sum, trial) => sum + (trial.updates ?? 0), 0);
    const seconds = (performance.now() - started) / 1000;
    return Math.max(
      budget.trials === undefined ? 0 : study.trials.length / budget.trials,
      budget.updates === undefined ? 0 : updates / budget.updates,
      budget.seconds === undefined ? 0 : seconds / Math.max(1e-3, budget.seconds - reserve()),
    );
  };

  const next = (worker: Worker): TrialRecord | undefined => {
    const again = waiting.shift();
    if (again !== undefined) return study.claim(again, worker.name);
    const progress = used();
    if (progress >= 1) {
      end('budget', 'the budget is used up');
      return undefined;
    }
    const trial = study.ask({ budget, progress, given: wishes.shift() });
    if (!trial) {
      end('exhausted', 'everything that can be tried was tried');
      return undefined;
    }
    const { stack = 1 } = study.settings;
    // Each place in a stack has a name of its own, so that a picture shows what ran side by side.
    const place = worker.runStacked && stack > 1 ? `/${(trial.number % stack) + 1}` : '';
    return study.claim(trial.number, `${worker.name}${place}`);
  };

  /** As many as the worker begins at once. */
  const block = (worker: Worker): TrialRecord[] => {
    const one = next(worker);
    const { stack = 1 } = study.settings;
    if (!one || !worker.runStacked || one.attempt > 1) return one ? [one] : [];
    const all = [one];
    while (waiting.length === 0 && (all[all.length - 1].number + 1) % stack > 0) {
      const other = next(worker);
      if (!other) break;
      all.push(other);
    }
    return all;
  };

  const assigned = async ({ number, attempt, values, stage }: TrialRecord): Promise<Assigned> => {
    const { seed } = study.settings;
    return {
      job: { number, attempt, values, seed: seedOf(seed, number), length: study.record.stages[stage].length },
      hooks: {
        signal: either,
        resume: attempt > 1 ? await saved?.read(number) : undefined,
        onCheckpoint: saved && ((bytes) => saved.write(number, bytes)),
        onReport: (report) => study.report(number, report, attempt),
      },
    };
  };

  const hear = async ({ number, attempt }: TrialRecord, run: Promise<Tried>): Promise<void> => {
    try {
      const { outputs, ...outcome } = await run;
      // What was interrupted is begun again when the study goes on.
      if (either.aborted && outcome.state === 'failed') return;
      study.tell(number, outcome, attempt);
      if (outputs) onOutputs?.(number, outputs);
    } catch (error) {
      if (error instanceof WorkerLost && attempt <= retries) waiting.push(number);
      // A store that is gone is no fault of the trial.
      else if (error instanceof WellfitError && error.kind === 'file') throw error;
      else if (error instanceof WorkerLost || error instanceof WellfitError)
        study.tell(number, { state: 'failed', why: error.message }, attempt);
      else throw error;
    }
  };

  const attempt = async (worker: Worker, trials: readonly TrialRecord[]): Promise<void> => {
    const jobs = await Promise.all(trials.map(assigned));
    const runs = jobs.length > 1 ? worker.runStacked!(jobs) : jobs.map(({ job, hooks }) => worker.run(job, hooks));
    await Promise.all(trials.map((trial, i) => hear(trial, runs[i])));
  };

  const work = async (worker: Worker): Promise<void> => {
    while ((!ended || waiting.length > 0) && !either.aborted) {
      await worker.ready?.(AbortSignal.any([either, enough.signal]));
      if (either.aborted) break;
      const trials = block(worker);
      if (trials.length === 0) break;
      await attempt(worker, trials);
      const reason = alwaysFails(study);
      if (reason) {
        end('failing', reason);
        stop.abort();
      }
    }
  };
  // Trials that are under way when the time is over are not waited for.
  const isLate = () => (performance.now() - started) / 1000 > budget.seconds! - reserve();
  const timer = budget.seconds === undefined ? undefined : setInterval(() => isLate() && stop.abort(), tick);
  try {
    await Promise.all(workers.map(work));
  } catch (error) {
    stop.abort();
    throw error;
  } finally {
    clearInterval(timer);
  }
  if (signal?.aborted) return { ending: 'interrupted', words: 'interrupted' };
  const failed = study.trials.filter(({ state }) => state === 'failed');
  if (ended?.ending !== 'failing' && failed.length > 0 && failed.length === study.trials.length)
    return { ending: 'failing', words: `all trials failed; the last one: ${failed[failed.length - 1].why}` };
  return ended ?? { ending: 'budget', words: 'the time is up' };
}

/** What the random numbers of a trial depend on: the seed of the study and its number. */
export const seedOf = (seed: number, number: number): number => hash(seed, number) >>> 1;

/** Where the first trials all fail, the next ones will as well. */
function alwaysFails({ trials }: Study): string | undefined {
  const over = trials.filter(({ state }) => state !== 'running');
  if (over.length < hopeless || over.some(({ state }) => state !== 'failed')) return undefined;
  return `the first ${over.length} trials all failed; the last one: ${over[over.length - 1].why}`;
}
