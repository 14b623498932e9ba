import { hash, Random } from '../../base/index.ts';
import { type Sampler, samplers } from '../samplers/index.ts';
import type { Suggestion } from '../samplers/sampler.ts';
import { activeIn, isActive, type Space, type Values } from '../space/parameter.ts';
import { countOf } from '../space/scale.ts';
import { freeBeside, leaderOf } from './alike.ts';
import { best } from './best.ts';
import { type Budget, keyOf, type Origin, type Stage, type StudyRecord, type TrialRecord } from './record.ts';

/** Share of the trials of a narrowed stage that look at the whole first range, so that a wrong narrowing is found. */
const wide = 0.15;
/** Share of the trials of a stage whose settings are tried again in the next one, longer. */
const promoted = 0.1;
/** How often a sampler is asked where it suggests what was tried; from the third time on it is drawn blindly. */
const [patience, own] = [10, 2];

export interface Suggested extends Suggestion {
  readonly origin: Origin;
}

/** What was known when the clock of a study stood so: trials that ended later were running. */
export function knownAt({ trials }: StudyRecord, clock: number): TrialRecord[] {
  return trials
    .filter(({ asked }) => asked < clock)
    .map((trial) => {
      if (trial.told !== undefined && trial.told < clock) return trial;
      const { told: _, results: __, objectives: ___, ...running } = trial;
      return { ...running, state: 'running', reports: [] };
    });
}

/**
 * The settings of a trial: a pure function of the study, the trials that were known at that time, and the number.
 * @returns undefined where everything that can be tried was tried
 */
export function suggest(
  { settings, stages }: StudyRecord,
  known: readonly TrialRecord[],
  number: number,
  stageIndex: number,
  budget?: number,
): Suggested | undefined {
  const stage = stages[stageIndex];
  const before = promotedBefore(stages, known, stageIndex);
  const again = before.find(
    (values) => !known.some((trial) => trial.stage === stageIndex && sameValues(stage.space, trial.values, values)),
  );
  if (again) return { values: again, origin: 'promoted' };
  const outside = stageIndex > 0 && stage.kind === 'narrowed' && new Random(settings.seed, number, 7).uniform() < wide;
  const space = outside ? stages[0].space : stage.space;
  // Trials of another length are worth something else, and those that lie outside say nothing of what is inside.
  const comparable = known.filter(
    (trial) => stages[trial.stage].length === stage.length && isInside(space, trial.values),
  );
  const tried = new Set(
    settings.repeats
      ? []
      : comparable.filter(({ state }) => state !== 'failed').map(({ values }) => keyOf(space, values)),
  );
  const { kind, options } = settings.sampler;
  const whole = { space, fixed: {} };
  const leader = leaderOf(settings, known, number);
  const beside = leader?.stage === stageIndex ? freeBeside(space, leader.values) : whole;
  const situation = { number, budget, objectives: settings.objectives.length, trials: comparable };
  for (let turn = 0; turn < patience; turn++) {
    // A sampler that is sure of its best would say it for ever.
    const name = turn < own ? kind : 'random';
    const { suggest: draw } = samplers[name] as Sampler;
    const seed = turn === 0 ? settings.seed : hash(settings.seed, turn);
    // Where one architecture has nothing new to offer, any will do.
    const { space: free, fixed } = turn < own && beside.space.length > 0 ? beside : whole;
    const { values: drawn, note } = draw({ ...situation, space: free, seed }, name === kind ? options : {});
    const values = { ...fixed, ...drawn };
    if (!tried.has(keyOf(space, values))) return { values, note, origin: outside ? 'wider' : 'sampler' };
  }
  return remaining(space, tried);
}

/**
 * Makes the suggestion of a trial again.
 * @returns it, and how many trials had ended then; undefined for one that a person gave
 */
export function replayTrial(
  record: StudyRecord,
  number: number,
  budget: Budget,
): (Suggested & { readonly knew: number }) | undefined {
  const { asked, stage, origin, values, note } = record.trials[number];
  const known = knownAt(record, asked);
  const knew = known.filter(({ state }) => state !== 'running').length;
  if (origin === 'given') return { values, note, origin, knew };
  const again = suggest(record, known, number, stage, budget.trials);
  return again && { ...again, knew };
}

/** The settings of the best trials of the stage before, where trials are longer now. */
function promotedBefore(stages: readonly Stage[], known: readonly TrialRecord[], stage: number): Values[] {
  if (stage === 0 || stages[stage - 1].length >= stages[stage].length) return [];
  const earlier = known.filter(
    (trial) => trial.stage === stage - 1 && trial.told !== undefined && trial.told < stages[stage].begun,
  );
  return best(earlier, Math.ceil(promoted * earlier.length)).map(({ values }) => values);
}

const sameValues = (space: Space, a: Values, b: Values): boolean => keyOf(space, a) === keyOf(space, b);

/** Whether all that exists lies in the ranges. */
export function isInside(space: Space, values: Values): boolean {
  const active = activeIn(space, values);
  return active.every(({ name, ...parameter }) => {
    const value = values[name];
    if (value === undefined) return false;
    return parameter.kind === 'choice'
      ? value < parameter.choices.length
      : value >= parameter.low && value <= parameter.high;
  });
}

/** Where few settings are left, the first one that was not tried. */
function remaining(space: Space, tried: ReadonlySet<string>): Suggested | undefined {
  const most = space.reduce((product, parameter) => product * countOf(parameter), 1);
  if (!(most <= 10_000)) return undefined;
  const found = firstOf(space, {}, 0, (values) => !tried.has(keyOf(space, values)));
  return found && { values: found, origin: 'sampler' };
}

function firstOf(space: Space, values: Values, at: number, fits: (values: Values) => boolean): Values | undefined {
  if (at === space.length) return fits(values) ? values : undefined;
  const parameter = space[at];
  if (!isActive(parameter, values)) return firstOf(space, values, at + 1, fits);
  const [low, step] = parameter.kind === 'int' ? [parameter.low, parameter.step] : [0, 1];
  for (let i = 0; i < countOf(parameter); i++) {
    const found = firstOf(space, { ...values, [parameter.name]: low + i * step }, at + 1, fits);
    if (found) return found;
  }
  return undefined;
}
