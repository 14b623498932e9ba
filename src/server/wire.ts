import type { Objective, Space, Stage, TrialRecord, Warning } from '../search/index.ts';
import type { Mirrored } from './mirror.ts';

/** States and origins by their number in a column. */
export const states = ['running', 'complete', 'pruned', 'failed'] as const;
export const origins = ['sampler', 'wider', 'promoted', 'given'] as const;

/** Numbers of one kind as base64 of their bytes, the lowest first: NaN and the infinities stay, and it is short. */
export type Column = string;

/** Some trials of a study, one entry of each column for each. */
export interface TrialColumns {
  readonly count: number;
  /** uint32 */
  readonly number: Column;
  /** uint8: indices of `states` and `origins`, the stage, and whether it is never pruned. */
  readonly state: Column;
  readonly origin: Column;
  readonly stage: Column;
  readonly control: Column;
  readonly attempt: Column;
  /** uint16: index of `workers`; 65535 for none. */
  readonly worker: Column;
  readonly workers: readonly string[];
  /** float32: seconds after the study was made; NaN where it is not known. */
  readonly started: Column;
  readonly ended: Column;
  /** float32; NaN where it is not known. */
  readonly seconds: Column;
  readonly updates: Column;
  readonly parameters: Column;
  /** float64, one column for each objective, as people read them; NaN also for none. */
  readonly results: readonly Column[];
  /** float32, one column for each parameter; NaN where the trial does not have it. */
  readonly values: readonly Column[];
  /** How many reports each trial has (uint32), their steps (uint32; left out where all count 1, 2, 3, …), and values (float32, as people read them). */
  readonly reports: { readonly count: Column; readonly step?: Column; readonly value: Column };
  /** Why trials ended, by number. */
  readonly why: Readonly<Record<number, string>>;
}

/** What is said of a study beside its trials. */
export interface StudyHead {
  readonly name: string;
  readonly state: string;
  /** Milliseconds since 1970. */
  readonly created: number;
  /** Everything that was told before this time of the study is known. */
  readonly clock: number;
  readonly seed: number;
  readonly objectives: readonly Objective[];
  readonly sampler: unknown;
  readonly pruner?: unknown;
  readonly control: number;
  readonly budget?: unknown;
  /** Every parameter with the widest range that any stage drew it from. */
  readonly space: Space;
  readonly stages: readonly Stage[];
  readonly warnings: readonly Warning[];
}

/** What the page gets of a study, and of what is new in it. */
export interface StudyWire {
  readonly head: StudyHead;
  readonly trials: TrialColumns;
}

export function headOf({ kept, record, warnings }: Mirrored): StudyHead {
  const { name, seed, objectives, sampler, pruner, control } = record.settings;
  const { budget } = (kept.plan ?? {}) as { budget?: unknown };
  return {
    ...{ name: kept.name ?? name, state: kept.state, created: kept.created, clock: record.clock },
    ...{ seed, objectives, sampler, pruner, control, budget, warnings },
    space: widest(record.stages),
    stages: record.stages,
  };
}

const widest = (stages: readonly Stage[]): Space =>
  stages[0].space.map((parameter) => {
    if (parameter.kind === 'choice') return parameter;
    const all = stages.flatMap(({ space }) =>
      space.flatMap((one) => (one.name === parameter.name && one.kind !== 'choice' ? [one] : [])),
    );
    const [low, high] = [Math.min(...all.map((one) => one.low)), Math.max(...all.map((one) => one.high))];
    return { ...parameter, low, high };
  });

/** Trials as columns, in the order in which they are given. */
export function columnsOf(trials: readonly TrialRecord[], { space, objectives, created }: StudyHead): TrialColumns {
  const workers = [...new Set(trials.flatMap(({ worker }) => (worker === undefined ? [] : [worker])))];
  const index = new Map(workers.map((worker, i) => [worker, i]));
  const bytes = (of: (trial: TrialRecord) => number) => base64(Uint8Array.from(trials, of));
  const floats = (of: (trial: TrialRecord) => number | undefined) =>
    base64(Float32Array.from(trials, (trial) => finite32(of(trial) ?? Number.NaN)));
  const after = (time: number | undefined) => (time === undefined ? undefined : (time - created) / 1000);
  return {
    count: trials.length,
    number: base64(Uint32Array.from(trials, ({ number }) => number)),
    state: bytes(({ state }) => states.indexOf(state)),
    origin: bytes(({ origin }) => origins.indexOf(origin)),
    stage: bytes(({ stage }) => stage),
    control: bytes(({ control }) => Number(control)),
    attempt: bytes(({ attempt }) => Math.min(255, attempt)),
    worker: base64(Uint16Array.from(trials, ({ worker }) => index.get(worker!) ?? 65535)),
    workers,
    started: floats(({ started }) => after(started)),
    ended: floats(({ ended }) => after(ended)),
    seconds: floats(({ seconds }) => seconds),
    updates: floats(({ updates }) => updates),
    parameters: floats(({ parameters }) => parameters),
    results: objectives.map((_, i) => base64(Float64Array.from(trials, ({ results }) => results?.[i] ?? Number.NaN))),
    values: space.map(({ name }) => floats(({ values }) => values[name])),
    reports: reportsOf(trials, objectives[0]?.better === 'higher' ? -1 : 1),
    why: Object.fromEntries(trials.flatMap(({ number, why }) => (why === undefined ? [] : [[number, why]]))),
  };
}

function reportsOf(trials: readonly TrialRecord[], sign: number): TrialColumns['reports'] {
  const count = Uint32Array.from(trials, ({ reports }) => reports.length);
  const total = count.reduce((sum, n) => sum + n, 0);
  const [step, value] = [new Uint32Array(total), new Float32Array(total)];
  let [at, plain] = [0, true];
  for (const { reports } of trials)
    for (const [i, report] of reports.entries()) {
      plain &&= report.step === i + 1;
      step[at] = report.step;
      value[at++] = finite32(sign * report.value);
    }
  return { count: base64(count), ...(!plain && { step: base64(step) }), value: base64(value) };
}

/** The largest float32: what is finite stays so. */
const largest = 3.4028234663852886e38;
const finite32 = (x: number): number => (Number.isFinite(x) ? Math.min(largest, Math.max(-largest, x)) : x);

const base64 = ({ buffer, byteOffset, byteLength }: ArrayBufferView<ArrayBuffer>): Column =>
  Buffer.from(buffer, byteOffset, byteLength).toString('base64');
