import type { Values } from '../space/parameter.ts';
import { leadersOf } from '../study/best.ts';
import type { TrialRecord } from '../study/record.ts';
import type { Study } from '../study/study.ts';
import { lowerIsBetter } from '../study/study.ts';
import { seedOf } from './drive.ts';
import { type Worker, WorkerLost } from './job.ts';

/** Settings that did well in the search, trained again with seeds that decided nothing. */
export interface Finalist {
  readonly number: number;
  readonly values: Values;
  /** What the search saw, and what the new seeds give. */
  readonly selected: number;
  readonly again: readonly number[];
  readonly mean: number;
  /** Of the mean, over seeds. */
  readonly standardError: number;
  readonly parameters?: number;
}

export interface Crowned {
  /** The best on average comes first. */
  readonly finalists: readonly Finalist[];
  readonly winner: Finalist;
  /** The smallest network whose mean lies within one standard error of the winner's. */
  readonly simplest: Finalist;
  /** By how much the search was too hopeful of the trial that it found best, in the unit of the objective. */
  readonly optimism: number;
}

/** Workers that may be lost before trainings are left out. */
const mostLost = 10;

/** Numbers of trainings that are none of the study's trials. */
const beyond = 1_000_000;

/** Trains the best few again, each with new seeds, on all workers: the best of many is the best partly by luck. */
export async function crown(
  study: Study,
  workers: readonly Worker[],
  {
    finalists,
    seeds,
    also = [],
    signal,
    onDone = () => {},
  }: {
    readonly finalists: number;
    readonly seeds: number;
    /** Numbers of trials that are trained again whatever they did. */
    readonly also?: readonly number[];
    readonly signal: AbortSignal;
    readonly onDone?: (done: number, of: number) => void;
  },
): Promise<Crowned | undefined> {
  const chosen = candidates(study, finalists, also);
  if (chosen.length === 0) return undefined;
  // Seed by seed, so that all have the same number of them where the time is over first.
  const jobs = Array.from({ length: seeds }, (_, i) =>
    chosen.map((trial) => ({ trial, number: beyond + trial.number * seeds + i })),
  ).flat();
  const results = new Map<number, { value: number; parameters?: number }[]>();
  let [done, lost] = [0, 0];
  const queue = [...jobs];
  const work = async (worker: Worker): Promise<void> => {
    for (let job = queue.shift(); job && !signal.aborted; job = queue.shift()) {
      const { trial, number } = job;
      const task = { number, attempt: 1, values: trial.values, seed: seedOf(study.settings.seed, number), length: 1 };
      const tried = await worker.run(task, { signal }).catch((error) => {
        if (error instanceof WorkerLost) return undefined;
        throw error;
      });
      if (!tried && lost++ < mostLost) queue.push(job);
      if (!tried) continue;
      if (tried.state === 'complete')
        results.set(trial.number, [
          ...(results.get(trial.number) ?? []),
          { value: tried.results![0], parameters: tried.parameters },
        ]);
      onDone(++done, jobs.length);
    }
  };
  await Promise.all(workers.map(work));
  const all = chosen.flatMap((trial) => {
    const again = results.get(trial.number);
    return again ? [finalist(trial, again)] : [];
  });
  if (all.length === 0) return undefined;
  const lower = ({ mean }: Finalist) => lowerIsBetter(mean, study.settings);
  const ordered = all.toSorted((a, b) => lower(a) - lower(b));
  const [winner] = ordered;
  const near = ordered.filter((one) => lower(one) <= lower(winner) + (winner.standardError || 0));
  const size = ({ parameters = Number.POSITIVE_INFINITY }: Finalist) => parameters;
  const simplest = near.reduce((a, b) => (size(b) < size(a) ? b : a));
  const first = all.find(({ number }) => number === chosen[0].number) ?? winner;
  const gap = lowerIsBetter(first.mean, study.settings) - lowerIsBetter(first.selected, study.settings);
  return { finalists: ordered, winner, simplest, optimism: gap };
}

/** The best trials, the same settings counted once. */
function candidates({ record }: Study, count: number, also: readonly number[]): TrialRecord[] {
  const seen = new Set<string>();
  const ordered = leadersOf(record, record.trials.length).filter(({ values }) => {
    const key = JSON.stringify(values);
    return seen.has(key) ? false : seen.add(key);
  });
  return ordered.filter(({ number }, i) => i < count || also.includes(number));
}

function finalist(
  { number, values, results }: TrialRecord,
  again: readonly { value: number; parameters?: number }[],
): Finalist {
  const numbers = again.map(({ value }) => value);
  const mean = numbers.reduce((sum, value) => sum + value, 0) / numbers.length;
  const squares = numbers.reduce((sum, value) => sum + (value - mean) ** 2, 0);
  return {
    ...{ number, values, selected: results![0], again: numbers, mean },
    standardError: numbers.length > 1 ? Math.sqrt(squares / (numbers.length - 1) / numbers.length) : Number.NaN,
    parameters: again[0].parameters,
  };
}
