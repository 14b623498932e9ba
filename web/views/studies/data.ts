import type { StudyHead, TrialColumns } from '../../../src/server/index.ts';
import { numbers } from '../../api.ts';

/** As they are numbered in a column. */
export const stateNames = ['running', 'complete', 'pruned', 'failed'] as const;
export const [running, complete, pruned, failed] = [0, 1, 2, 3];

/** What a trial of a state is called in a study: what ran when it ended is not going on. */
export const stateWord = (state: (typeof stateNames)[number], study: string): string =>
  state === 'running' && study !== 'running' ? 'unfinished' : state;
export const originNames = ['sampler', 'wider', 'promoted', 'given'] as const;

/** The trials of a study as columns; the row of a trial is its number. NaN stands for what is not known. */
export interface Trials {
  readonly count: number;
  readonly state: Uint8Array;
  readonly origin: Uint8Array;
  readonly stage: Uint8Array;
  readonly control: Uint8Array;
  readonly attempt: Uint8Array;
  /** Index of `workers`; 65535 for none. */
  readonly worker: Uint16Array;
  readonly workers: readonly string[];
  /** Seconds after the study was made. */
  readonly started: Float32Array;
  readonly ended: Float32Array;
  readonly seconds: Float32Array;
  readonly updates: Float32Array;
  readonly parameters: Float32Array;
  /** One for each objective. */
  readonly results: readonly Float64Array[];
  /** One for each parameter. */
  readonly values: readonly Float32Array[];
  /** Where the reports of a trial begin; one more than there are trials. */
  readonly reportsAt: Uint32Array;
  readonly step: Uint32Array;
  readonly report: Float32Array;
  readonly why: ReadonlyMap<number, string>;
}

export interface StudyData {
  readonly head: StudyHead;
  readonly trials: Trials;
}

type Numbers = Uint8Array | Uint16Array | Uint32Array | Float32Array | Float64Array;
type Make<T> = new (length: number) => T;

export const none: Trials = {
  count: 0,
  ...{ state: new Uint8Array(), origin: new Uint8Array(), stage: new Uint8Array(), control: new Uint8Array() },
  ...{ attempt: new Uint8Array(), worker: new Uint16Array(), workers: [] },
  ...{ started: new Float32Array(), ended: new Float32Array(), seconds: new Float32Array() },
  ...{ updates: new Float32Array(), parameters: new Float32Array(), results: [], values: [] },
  ...{ reportsAt: new Uint32Array(1), step: new Uint32Array(), report: new Float32Array(), why: new Map() },
};

/** The trials with those that came in, new ones and others again. */
export function merged(old: Trials, news: TrialColumns): Trials {
  const rows = numbers(news.number, Uint32Array);
  const count = rows.reduce((most, row) => Math.max(most, row + 1), old.count);
  const put = <T extends Numbers>(before: T | undefined, added: T, make: Make<T>, empty = 0): T => {
    const all = new make(count);
    if (empty !== 0) all.fill(empty);
    if (before) all.set(before);
    for (let i = 0; i < rows.length; i++) all[rows[i]] = added[i];
    return all;
  };
  const bytes = (name: 'state' | 'origin' | 'stage' | 'control' | 'attempt') =>
    put(old[name], numbers(news[name], Uint8Array), Uint8Array);
  const floats = (before: Float32Array | undefined, column: string) =>
    put(before, numbers(column, Float32Array), Float32Array, Number.NaN);
  const workers = [...new Set([...old.workers, ...news.workers])];
  const worker = numbers(news.worker, Uint16Array).map((i) => (i === 65535 ? i : workers.indexOf(news.workers[i])));
  return {
    count,
    ...{
      state: bytes('state'),
      origin: bytes('origin'),
      stage: bytes('stage'),
      control: bytes('control'),
      attempt: bytes('attempt'),
    },
    worker: put(old.worker, worker, Uint16Array, 65535),
    workers,
    ...{
      started: floats(old.started, news.started),
      ended: floats(old.ended, news.ended),
      seconds: floats(old.seconds, news.seconds),
    },
    ...{ updates: floats(old.updates, news.updates), parameters: floats(old.parameters, news.parameters) },
    results: news.results.map((column, i) =>
      put(old.results[i], numbers(column, Float64Array), Float64Array, Number.NaN),
    ),
    values: news.values.map((column, i) => floats(old.values[i], column)),
    ...reportsOf(old, news, rows, count),
    why: new Map([...old.why, ...Object.entries(news.why).map(([number, why]) => [Number(number), why] as const)]),
  };
}

function reportsOf(old: Trials, news: TrialColumns, rows: Uint32Array, count: number) {
  const counts = numbers(news.reports.count, Uint32Array);
  const value = numbers(news.reports.value, Float32Array);
  const step = news.reports.step && numbers(news.reports.step, Uint32Array);
  const from = new Int32Array(count).fill(-1);
  for (const [i, row] of rows.entries()) from[row] = i;
  const begins = new Uint32Array(rows.length + 1);
  for (const [i, n] of counts.entries()) begins[i + 1] = begins[i] + n;
  const reportsAt = new Uint32Array(count + 1);
  for (let row = 0; row < count; row++) {
    const kept = row < old.count ? old.reportsAt[row + 1] - old.reportsAt[row] : 0;
    reportsAt[row + 1] = reportsAt[row] + (from[row] < 0 ? kept : counts[from[row]]);
  }
  const all = { step: new Uint32Array(reportsAt[count]), report: new Float32Array(reportsAt[count]) };
  for (let row = 0; row < count; row++) {
    const [at, i] = [reportsAt[row], from[row]];
    for (let k = 0; k < reportsAt[row + 1] - at; k++) {
      all.report[at + k] = i < 0 ? old.report[old.reportsAt[row] + k] : value[begins[i] + k];
      all.step[at + k] = i < 0 ? old.step[old.reportsAt[row] + k] : step ? step[begins[i] + k] : k + 1;
    }
  }
  return { reportsAt, ...all };
}

/** A number for each trial to show it by: its result, or where it has none the last that it reported. */
export function shownValues({ head, trials }: StudyData, objective = 0): Float64Array {
  const result = trials.results[objective];
  return Float64Array.from({ length: trials.count }, (_, i) => {
    if (trials.state[i] === complete || objective > 0) return result?.[i] ?? Number.NaN;
    const end = trials.reportsAt[i + 1];
    return head.objectives.length === 1 && end > trials.reportsAt[i] ? trials.report[end - 1] : Number.NaN;
  });
}

/** 1 where lower is better, else -1: with this sign, the best is the lowest. */
export const signOf = (head: StudyHead, objective = 0): number =>
  head.objectives[objective]?.better === 'higher' ? -1 : 1;
