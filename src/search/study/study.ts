import { hash, WellfitError } from '../../base/index.ts';
import { withReport } from '../../runs/index.ts';
import { type Pruner, pruners } from '../pruners/index.ts';
import type { Space, Values } from '../space/parameter.ts';
import type { Report } from '../trial.ts';
import type { Budget, Outcome, Stage, StudyRecord, StudySettings, TrialRecord } from './record.ts';
import { lengthOf, narrowed, stageAt } from './stages.ts';
import { knownAt, suggest } from './suggest.ts';

/** What changed in a study, for those who keep it. */
export type StudyChange =
  | { readonly kind: 'stage'; readonly stage: Stage; readonly index: number }
  | { readonly kind: 'asked' | 'claimed' | 'told'; readonly trial: TrialRecord }
  | { readonly kind: 'reported'; readonly number: number; readonly attempt: number; readonly report: Report };

/** The trials of a search: what to try next, what came of it, and what is not worth going on with. One object owns a study at a time. */
export class Study {
  readonly settings: StudySettings;
  private readonly onChange: (change: StudyChange) => void;
  private readonly stages: Stage[];
  private readonly all: TrialRecord[];
  private clock: number;

  constructor(record: StudyRecord, onChange: (change: StudyChange) => void = () => {}) {
    this.settings = record.settings;
    this.stages = [...record.stages];
    this.all = [...record.trials];
    this.clock = record.clock;
    this.onChange = onChange;
  }

  static begin(settings: StudySettings, space: Space, onChange?: (change: StudyChange) => void): Study {
    const first: Stage = { space, length: lengthOf(0, settings.stages), begun: 0, kind: 'first', reasons: [] };
    return new Study({ settings, stages: [first], clock: 1, trials: [] }, onChange);
  }

  get record(): StudyRecord {
    return { settings: this.settings, stages: this.stages, clock: this.clock, trials: this.all };
  }

  get trials(): readonly TrialRecord[] {
    return this.all;
  }

  /** The stage that trials are drawn from now. */
  get stage(): Stage {
    return this.stages[this.stages.length - 1];
  }

  /**
   * Chooses the settings of the next trial.
   * @param budget of the whole study, and the share of it that is used
   * @param given settings that a person wants to see tried
   * @returns undefined where everything that can be tried was tried
   */
  ask({
    budget,
    progress = 0,
    given,
  }: {
    budget?: Budget;
    progress?: number;
    given?: Values;
  } = {}): TrialRecord | undefined {
    this.advance(progress);
    const number = this.all.length;
    const asked = this.clock++;
    const stage = this.stages.length - 1;
    const suggested = given
      ? { values: given, origin: 'given' as const, note: undefined }
      : suggest(this.record, knownAt(this.record, asked), number, stage, budget?.trials);
    if (!suggested) return undefined;
    const { values, note, origin } = suggested;
    const trial: TrialRecord = {
      ...{ number, state: 'running', values, reports: [], stage, origin, asked, attempt: 0 },
      ...(note !== undefined && { note }),
      control: origin === 'given' || isControl(this.settings, number),
    };
    this.all.push(trial);
    this.onChange({ kind: 'asked', trial });
    return trial;
  }

  /** Somebody begins with a trial, for the first time or again; whoever had it before is not listened to any more. */
  claim(number: number, worker?: string): TrialRecord {
    const before = this.all[number];
    return this.put({ ...before, attempt: before.attempt + 1, worker, started: Date.now() }, 'claimed');
  }

  /**
   * Takes what a trial tells while it runs.
   * @returns whether it should end
   */
  report(number: number, report: Report, attempt = this.all[number].attempt): boolean {
    const trial = this.running(number, attempt);
    this.all[number] = { ...trial, reports: withReport(trial.reports, report) };
    this.onChange({ kind: 'reported', number, attempt, report });
    return !trial.control && this.shouldPrune(this.all[number]);
  }

  /** What became of a trial. */
  tell(number: number, outcome: Outcome, attempt = this.all[number].attempt): TrialRecord {
    const trial = this.running(number, attempt);
    const { results, state } = outcome;
    const numbers = results?.filter((value) => typeof value === 'number').length;
    if (state === 'complete' && (numbers !== this.settings.objectives.length || numbers !== results?.length))
      throw new WellfitError(
        'option',
        `trial ${number} must tell ${this.settings.objectives.length === 1 ? 'a number' : `${this.settings.objectives.length} numbers`}`,
        {
          expected: this.settings.objectives.map(({ name }) => name).join(', '),
          received: JSON.stringify(results),
        },
      );
    const objectives = results?.map((value, i) => lowerIsBetter(value, this.settings, i));
    return this.put(
      { ...trial, ...outcome, ...(objectives && { objectives }), told: this.clock++, ended: Date.now() },
      'told',
    );
  }

  /** Goes on with other ranges; trials that lie inside of them are kept. */
  extend(space: Space, reasons: readonly string[]): void {
    this.begin({ space, length: this.stage.length, begun: this.clock++, kind: 'extended', reasons });
  }

  private advance(progress: number): void {
    const { stages } = this.settings;
    const done = this.stages.filter(({ kind }) => kind !== 'extended').length;
    if (stageAt(progress, stages) < done) return;
    const begun = this.clock++;
    const trials = knownAt(this.record, begun).filter(({ stage }) => stage === this.stages.length - 1);
    const next = narrowed(this.stage.space, this.stages[0].space, trials);
    this.begin({ ...next, length: lengthOf(done, stages), begun, kind: 'narrowed' });
  }

  private begin(stage: Stage): void {
    this.stages.push(stage);
    this.onChange({ kind: 'stage', stage, index: this.stages.length - 1 });
  }

  private shouldPrune(trial: TrialRecord): boolean {
    const { pruner, name } = this.settings;
    if (!pruner) return false;
    const { length } = this.stages[trial.stage];
    const others = this.all.filter((one) => one.number !== trial.number && this.stages[one.stage].length === length);
    return (pruners[pruner.kind] as Pruner).prune(trial, others, pruner.options, name);
  }

  private running(number: number, attempt: number): TrialRecord {
    const trial = this.all[number];
    if (trial?.state === 'running' && trial.attempt === attempt) return trial;
    throw new WellfitError('option', `trial ${number} is not running in attempt ${attempt}`, {
      received: trial ? `${trial.state}, attempt ${trial.attempt}` : 'no such trial',
      likely: 'its worker was taken for dead and the trial given to another one',
    });
  }

  private put(trial: TrialRecord, kind: 'claimed' | 'told'): TrialRecord {
    this.all[trial.number] = trial;
    this.onChange({ kind, trial });
    return trial;
  }
}

/** A value as samplers and pruners see it. */
export const lowerIsBetter = (value: number, { objectives }: StudySettings, index = 0): number =>
  objectives[index].better === 'lower' ? value : -value;

const isControl = ({ control, seed }: StudySettings, number: number): boolean =>
  (hash(seed, number, 11) >>> 0) / 2 ** 32 < control;
