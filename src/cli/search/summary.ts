import type { SearchResult, Space, TrialRecord, Values } from '../../search/index.ts';
import { controlOf, fill } from '../../search/index.ts';
import { settingOf } from './words.ts';

/** The object that --json prints. */
export function summaryOf(result: SearchResult) {
  const { study, plan, ended, best, front, crowned, run, usual, together, warnings, importances, seconds } = result;
  const { objectives } = study.settings;
  const space = plan.space;
  const control = controlOf(study);
  const finalist = (one: NonNullable<typeof crowned>['winner']) => ({
    ...one,
    values: undefined,
    settings: settingsOf(space, one.values),
  });
  return {
    study: {
      ...study.settings,
      space,
      budget: plan.budget,
      folds: plan.folds,
      chosen: plan.chosen,
      stages: study.stages.map(({ space: _, ...stage }) => stage),
      ended,
    },
    trials: study.trials.map((trial) => trialOf(trial, space)),
    ...(best && { best: trialOf(best, space) }),
    ...(front && { front: front.map((trial) => trialOf(trial, space)) }),
    ...(crowned && {
      winner: finalist(crowned.winner),
      simplest: finalist(crowned.simplest),
      finalists: crowned.finalists.map(finalist),
      optimism: crowned.optimism,
    }),
    ...(run?.test && { test: run.test }),
    ...(usual?.test && { withoutSearch: { test: usual.test } }),
    ...(together && {
      together: {
        trials: together.trials,
        validation: together.validation,
        ...(together.run.test && { test: together.run.test }),
      },
    }),
    control: { trials: control.trials, doomed: control.doomed.map((trial) => trialOf(trial, space)) },
    warnings,
    importances,
    objectives,
    seconds,
  };
}

/** Settings by their place, as an experiment writes them. */
export const settingsOf = (space: Space, values: Values): Record<string, unknown> =>
  Object.fromEntries(
    space.flatMap((parameter) =>
      parameter.name in values ? [[parameter.name, settingOf(parameter, values[parameter.name])]] : [],
    ),
  );

function trialOf(trial: TrialRecord, space: Space) {
  const { number, state, results, updates, seconds, why, stage, origin, attempt, reports } = trial;
  return {
    ...{ number, state },
    settings: settingsOf(space, trial.values),
    ...(results && { value: results.length === 1 ? results[0] : results }),
    ...{ updates, seconds, why, stage, origin, attempt },
    steps: reports.length,
  };
}

/** The experiment of the winner, without ranges: what "wellfit train" takes. */
export function winnerExperiment(
  { crowned, best, plan }: SearchResult,
  asked: Readonly<Record<string, unknown>>,
): Record<string, unknown> | undefined {
  const chosen = crowned?.winner ?? best;
  if (!chosen) return undefined;
  const { from, ...experiment } = fill(plan.template, chosen.values) as Record<string, unknown>;
  // What was read of the data and of a model is read again.
  return {
    ...experiment,
    data: asked.data,
    ...(asked.from !== undefined && { from: asked.from }),
    ...(asked.from === undefined && from !== undefined && { from }),
  };
}
