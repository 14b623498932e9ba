import type { Dataset } from '../../data/index.ts';
import { resolve } from '../../train/index.ts';
import type { Space, Values } from '../space/parameter.ts';
import { fill, readSpace } from '../space/read.ts';
import { usualSpace } from '../space/usual.ts';
import { type Asked, type Chosen, choosePruner, chooseSampler } from '../study/methods.ts';
import type { Budget, StudySettings } from '../study/record.ts';
import { checkCorners, checkOptions, checkPlaces, checkRows, cornerOf } from './checks.ts';
import { stackFor } from './stack.ts';
import { objectiveOf } from './trial.ts';

export interface PlanOptions {
  /** Trials, updates or seconds, shared by all workers; 50 trials where nothing is said. */
  readonly budget?: Budget;
  readonly name?: string;
  readonly seed?: number;
  /** Names of objectives, the first one reported after each epoch; the metric of the experiment where it is left out. */
  readonly objectives?: readonly string[];
  /** A sampler, or a sampler with options; "auto" chooses by the space and the budget. */
  readonly sampler?: Asked;
  /** A pruner, or one with options; false for none but the end of what explodes. */
  readonly pruner?: Asked | false;
  /** Share of the trials that are never pruned. */
  readonly control?: number;
  /** From coarse to fine in so many stages. */
  readonly stages?: number;
  /** Cross-validation with so many folds in each trial. */
  readonly folds?: number;
  /** Builds an ensemble of the trials whose answers to the validation rows are best together. */
  readonly ensemble?: boolean;
  /** Whether the same settings may be tried again. */
  readonly repeats?: boolean;
  /** So many trials in a row share an architecture and are trained as one graph. */
  readonly stack?: number;
}

/** What is searched, and how, with everything filled in. */
export interface SearchPlan {
  readonly settings: StudySettings;
  readonly space: Space;
  /** The experiment with its ranges. */
  readonly template: Readonly<Record<string, unknown>>;
  readonly budget: Budget;
  readonly folds: number;
  /** Whether the best networks are to answer together. */
  readonly ensemble: boolean;
  /** What the experiment would do without a search, where the ranges are the usual ones: it is tried first. */
  readonly usual?: Values;
  readonly chosen: Readonly<Chosen>;
}

/** What a search of an experiment will do. An experiment without ranges gets the usual ones. */
export function planSearch(
  dataset: Dataset,
  experiment: Readonly<Record<string, unknown>>,
  options: PlanOptions = {},
): SearchPlan {
  checkOptions(options);
  const chosen: Chosen = [];
  const choose = <T>(setting: string, value: T | undefined, otherwise: T, why: string): T => {
    if (value === undefined) chosen.push({ setting, value: otherwise, why });
    return value ?? otherwise;
  };
  const asked = readSpace(experiment);
  checkPlaces(asked);
  const usual = asked.length === 0 ? usualSpace(experiment, dataset) : undefined;
  const ranged = usual?.template ?? experiment;
  const folds = options.folds ?? 1;
  const template = folds > 1 ? { ...ranged, split: foldSplit(ranged.split, folds, dataset, first(ranged)) } : ranged;
  const space = usual ? readSpace(template) : asked;
  if (usual)
    chosen.push({ setting: 'space', value: space.map(({ name }) => name), why: 'the experiment has no ranges' });
  checkCorners(template, space, dataset);
  checkRows(template, space, folds, dataset);
  const budget = choose('budget', options.budget, { trials: 50 }, 'enough to see which settings matter');
  const objectives = (options.objectives ?? [undefined]).map((name) => objectiveOf(name, dataset, first(template)));
  const sampler = chooseSampler(options.sampler ?? 'auto', space, budget, objectives, chosen);
  const { epochs } = resolve(first(template), dataset).settings;
  const steps = folds > 1 ? folds : epochs;
  const stacked = options.stack === undefined ? stackFor(template, space, sampler.kind, budget, dataset) : undefined;
  if (stacked) chosen.push({ setting: 'stack', value: stacked.count, why: stacked.why });
  const stack = options.stack ?? stacked?.count ?? 1;
  const pruner = choosePruner(options.pruner ?? 'auto', folds, steps, objectives, chosen);
  return {
    settings: {
      name: options.name ?? 'study',
      seed: options.seed ?? 0,
      ...{ objectives, sampler, pruner },
      control: pruner
        ? choose('control', options.control, 0.05, 'trials that are never pruned show what pruning costs')
        : 0,
      stages: options.stages ?? 1,
      repeats: options.repeats ?? false,
      ...(stack > 1 && { stack }),
    },
    ...{ space, template, budget, folds, chosen, ensemble: options.ensemble ?? false },
    ...(usual && { usual: usual.values }),
  };
}

/** The experiment with a value in the place of every range. */
export const filled = (template: Readonly<Record<string, unknown>>, values: Values) =>
  fill(template, values) as Record<string, unknown>;

/** The experiment with the first value of every range. */
const first = (template: Readonly<Record<string, unknown>>) => filled(template, cornerOf(readSpace(template), 0));

/** One part in so many of the rows that are not for the test is left out at a time. */
function foldSplit(asked: unknown, folds: number, dataset: Dataset, experiment: Record<string, unknown>): object {
  const { split } = resolve(experiment, dataset).settings;
  return { ...(asked as object), validation: (1 - split.test) / folds };
}
