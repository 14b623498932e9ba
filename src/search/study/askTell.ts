import { parseOptions, WellfitError, z } from '../../base/index.ts';
import { type Importance, importances } from '../importance.ts';
import { fill, readSpace } from '../space/read.ts';
import { best, front } from './best.ts';
import { choosePruner, chooseSampler, type Asked as Method, methodOptions } from './methods.ts';
import type { Objective, StudyRecord, TrialRecord } from './record.ts';
import { Study } from './study.ts';
import { type Warning, warningsOf } from './warnings.ts';

export interface StudyOptions {
  readonly name?: string;
  readonly seed?: number;
  /** How many trials there will be, where that is known: stages and samplers go by it. */
  readonly trials?: number;
  readonly sampler?: Method;
  /** None unless said. */
  readonly pruner?: Method | false;
  /** Share of the trials that are never pruned; none unless said. */
  readonly control?: number;
  readonly stages?: number;
  /** Whether the same settings may be asked for again. */
  readonly repeats?: boolean;
  /** What is told of each trial; one value of which less is better, unless said. */
  readonly objectives?: readonly Objective[];
  /** Goes on with a study: what `record` was before. */
  readonly resume?: StudyRecord;
}

const optionsSchema = z.strictObject({
  ...methodOptions,
  name: z.string().optional(),
  trials: z.int().positive().optional(),
  objectives: z
    .array(z.strictObject({ name: z.string(), better: z.enum(['lower', 'higher']) }))
    .min(1)
    .optional(),
});

/** One trial, to be carried out by whoever asked for it. */
export interface Asked<T> {
  readonly number: number;
  /** Whatever was given, with a value in the place of every range. */
  readonly settings: T;
  /** Of the full length that a trial should have; less in the coarse stages of a study. */
  readonly length: number;
  /** Tells a value on the way, in the unit of the first objective. Steps count from 1. Whether the trial is not worth going on with. */
  report(step: number, value: number): boolean;
  /** One value for each objective. */
  tell(...values: number[]): void;
  /** It was ended early, or could not be carried out. */
  prune(): void;
  fail(why: string): void;
}

/** Searches for the best settings of anything that can be measured: ask for settings, try them, tell what came of it. In memory. */
export interface AskTell<T> {
  /** Several may be asked for before the first is told. undefined where everything that can be tried was tried. */
  ask(): Asked<T> | undefined;
  readonly trials: readonly TrialRecord[];
  /** The best trial with its settings. */
  readonly best: { readonly settings: T; readonly trial: TrialRecord } | undefined;
  readonly front: readonly TrialRecord[];
  readonly warnings: readonly Warning[];
  readonly importances: readonly Importance[];
  /** All of it as plain data, to go on with later. */
  readonly record: StudyRecord;
}

/**
 * A study of anything that has settings.
 * @param template any object; a range may stand wherever a value may: { log: [a, b] }, { uniform: [a, b] }, { int: [a, b], step?, log? }, { choice: […] }
 * @example const study = createStudy({ x: { uniform: [-5, 5] } });
 * while (study.trials.length < 30) { const trial = study.ask()!; trial.tell((trial.settings.x - 1) ** 2); }
 * @throws WellfitError for ranges and options that cannot work
 */
export function createStudy<T = Record<string, unknown>>(template: object, options: StudyOptions = {}): AskTell<T> {
  const space = readSpace(template);
  if (space.length === 0)
    throw new WellfitError('option', 'there is nothing to search', {
      received: JSON.stringify(template),
      fix: 'put a range somewhere, as in { "lr": { "log": [1e-4, 1e-1] } }',
    });
  const {
    objectives = [{ name: 'value', better: 'lower' }],
    name = 'study',
    seed = 0,
    control = 0,
    stages = 1,
  } = options;
  const { resume: _, ...asked } = options;
  parseOptions(optionsSchema, asked, '');
  const { sampler = 'auto', pruner = false, repeats = false, trials } = options;
  const settings = {
    ...{ name, seed, objectives, control, stages, repeats },
    sampler: chooseSampler(sampler, space, { trials }, objectives, []),
    pruner: choosePruner(pruner, undefined, Number.POSITIVE_INFINITY, objectives, []),
  };
  const study = options.resume ? new Study(options.resume) : Study.begin(settings, space);
  const settingsOf = (trial: TrialRecord) => fill(template, trial.values) as T;
  const sign = study.settings.objectives[0].better === 'lower' ? 1 : -1;
  return {
    ask() {
      const progress = trials === undefined ? 0 : study.trials.length / trials;
      const trial = study.ask({ budget: { trials }, progress });
      if (!trial) return undefined;
      const { number, stage } = trial;
      return {
        number,
        settings: settingsOf(trial),
        length: study.record.stages[stage].length,
        report: (step, value) => study.report(number, { step, value: sign * value }),
        tell: (...values) => void study.tell(number, { state: 'complete', results: values }),
        prune: () => void study.tell(number, { state: 'pruned' }),
        fail: (why) => void study.tell(number, { state: 'failed', why }),
      };
    },
    get trials() {
      return study.trials;
    },
    get best() {
      const [trial] = best(study.trials, 1);
      return trial && { trial, settings: settingsOf(trial) };
    },
    get front() {
      return front(study.trials);
    },
    get warnings() {
      return warningsOf(study.stage.space, study.trials);
    },
    get importances() {
      return importances(study.stage.space, study.trials);
    },
    get record() {
      return study.record;
    },
  };
}
