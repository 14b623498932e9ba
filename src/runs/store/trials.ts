import type { Selectable } from 'kysely';
import { decode, encode } from '../codec.ts';
import { type KeptReport, type KeptTrial, withReport } from '../study.ts';
import type { StudyTables } from './studyTables.ts';

export type TrialRow = Selectable<StudyTables['trials']>;
export type ReportRow = Selectable<StudyTables['reports']>;

const textOf = (value: unknown): string | null => (value === undefined ? null : encode(value));

export const rowOf = (study: string, trial: KeptTrial): TrialRow => ({
  study,
  number: trial.number,
  state: trial.state,
  stage: trial.stage,
  origin: trial.origin,
  control: Number(trial.control),
  asked: trial.asked,
  told: trial.told ?? null,
  attempt: trial.attempt,
  worker: trial.worker ?? null,
  values: encode(trial.values),
  note: textOf(trial.note),
  results: textOf(trial.results),
  objectives: textOf(trial.objectives),
  value: numberOrNull(trial.objectives?.[0]),
  updates: trial.updates ?? null,
  seconds: trial.seconds ?? null,
  parameters: trial.parameters ?? null,
  started: trial.started ?? null,
  ended: trial.ended ?? null,
  why: trial.why ?? null,
});

export const numberOrNull = (value: number | undefined): number | null =>
  value === undefined || Number.isNaN(value) ? null : value;

/**
 * The trials of one study, by number; the reports in the order of their attempts.
 * @param claims of trials that were handed out: who takes one also begins an attempt
 */
export function trialsOf(
  rows: readonly TrialRow[],
  reports: readonly Omit<ReportRow, 'study'>[],
  claims: ReadonlyMap<number, number>,
): KeptTrial[] {
  const told = new Map<number, readonly KeptReport[]>();
  for (const { number, step, value } of reports) {
    const before = told.get(number) as KeptReport[] | undefined;
    const report = { step, value: value ?? Number.NaN };
    if (!before) told.set(number, [report]);
    // Nearly always the next step of the same attempt, for which no copy is made.
    else if (before[before.length - 1].step < step) before.push(report);
    else told.set(number, withReport(before, report));
  }
  return rows.map((row) => {
    const attempt = Math.max(row.attempt, claims.get(row.number) ?? 0);
    return trialOf({ ...row, attempt }, told.get(row.number) ?? []);
  });
}

function trialOf(row: TrialRow, reports: readonly KeptReport[]): KeptTrial {
  const { number, state, stage, origin, control, asked, attempt, values } = row;
  return {
    number,
    state: state as KeptTrial['state'],
    values: decode(values) as KeptTrial['values'],
    reports,
    stage,
    origin: origin as KeptTrial['origin'],
    control: control === 1,
    asked,
    attempt,
    ...present('told', row.told),
    ...present('worker', row.worker),
    ...decoded('note', row.note),
    ...decoded('results', row.results),
    ...decoded('objectives', row.objectives),
    ...present('updates', row.updates),
    ...present('seconds', row.seconds),
    ...present('parameters', row.parameters),
    ...present('started', row.started),
    ...present('ended', row.ended),
    ...present('why', row.why),
  };
}

const present = <K extends string, V>(key: K, value: V | null) =>
  (value === null ? {} : { [key]: value }) as { [_ in K]?: V };

const decoded = (key: string, text: string | null) => (text === null ? {} : { [key]: decode(text) });
