import type { Dataset } from '../../data/index.ts';
import { type Engine, onnxRuntimeEngine } from '../../engine/index.ts';
import { type EnsembleRun, trainEnsemble } from '../../ensemble/index.ts';
import { type Importance, importances } from '../importance.ts';
import type { Values } from '../space/parameter.ts';
import { best, front } from '../study/best.ts';
import type { StudyRecord, TrialRecord } from '../study/record.ts';
import { Study, type StudyChange } from '../study/study.ts';
import { type Warning, warningsOf } from '../study/warnings.ts';
import { type Driven, drive, type SavedTrials } from './drive.ts';
import type { Worker } from './job.ts';
import { filled, type PlanOptions, planSearch, type SearchPlan } from './plan.ts';
import { tryOut } from './trial.ts';
import { type Crowned, crown } from './winner.ts';

export interface SearchOptions extends PlanOptions {
  /** How many of the best are trained again, and with how many new seeds; false for none. */
  readonly final?: false | { readonly finalists: number; readonly seeds: number };
  /** Values that are tried first. */
  readonly given?: readonly Values[];
  readonly engine?: Engine;
  readonly signal?: AbortSignal;
  /** Whatever carries out the trials; this thread unless said. */
  readonly workers?: readonly Worker[];
  /** Goes on with a study that was kept. */
  readonly resume?: StudyRecord;
  readonly saved?: SavedTrials;
  readonly onChange?: (change: StudyChange) => void;
  readonly onEvent?: (event: SearchEvent) => void;
}

export type SearchEvent =
  | { readonly kind: 'start'; readonly plan: SearchPlan }
  | { readonly kind: 'trial'; readonly trial: TrialRecord }
  | { readonly kind: 'final'; readonly done: number; readonly of: number };

export interface SearchResult {
  readonly study: StudyRecord;
  readonly plan: SearchPlan;
  readonly ended: Driven;
  readonly best?: TrialRecord;
  /** The trials that no other one beats in every objective, where there are several. */
  readonly front?: readonly TrialRecord[];
  readonly crowned?: Crowned;
  /** The network of the winner, trained as the experiment asks and measured once on the test rows. */
  readonly run?: EnsembleRun;
  readonly warnings: readonly Warning[];
  readonly importances: readonly Importance[];
  readonly seconds: number;
}

/** Searches the settings of an experiment: tries, prunes, trains the best again, and measures the winner once on the test rows. */
export async function searchOn(
  dataset: Dataset,
  experiment: Readonly<Record<string, unknown>>,
  options: SearchOptions = {},
): Promise<SearchResult> {
  const started = performance.now();
  const {
    engine = onnxRuntimeEngine({ threads: 1 }),
    signal = new AbortController().signal,
    onEvent = () => {},
  } = options;
  const plan = planSearch(dataset, experiment, options);
  onEvent({ kind: 'start', plan });
  const told = (change: StudyChange) => {
    options.onChange?.(change);
    if (change.kind === 'told' || change.kind === 'claimed') onEvent({ kind: 'trial', trial: change.trial });
  };
  const study = options.resume ? new Study(options.resume, told) : Study.begin(plan.settings, plan.space, told);
  const workers = options.workers ?? [localWorker(dataset, plan, engine)];
  const ended = await drive(study, {
    workers,
    budget: plan.budget,
    signal,
    given: options.given,
    saved: options.saved,
  });
  const single = plan.settings.objectives.length === 1;
  const { finalists, seeds } = options.final || { finalists: 3, seeds: 3 };
  const wanted = options.final !== false && single && ended.ending !== 'failing' && !signal.aborted;
  const crowned = wanted
    ? await crown(study, workers, {
        finalists,
        seeds,
        signal,
        onDone: (done, of) => onEvent({ kind: 'final', done, of }),
      })
    : undefined;
  const [top] = best(study.trials, 1);
  const chosen = crowned?.winner ?? top;
  const run =
    chosen && wanted && !signal.aborted
      ? await trainEnsemble(dataset, filled(plan.template, chosen.values), { engine, signal })
      : undefined;
  const { space } = study.stage;
  const comparable = study.trials.filter(({ stage }) => study.record.stages[stage].length === study.stage.length);
  return {
    ...{ study: study.record, plan, ended, crowned, run },
    best: top,
    ...(!single && { front: front(study.trials) }),
    warnings: warningsOf(space, comparable),
    importances: importances(space, comparable),
    seconds: (performance.now() - started) / 1000,
  };
}

/** Carries out trials in this thread. */
export const localWorker = (
  dataset: Dataset,
  { template, folds, settings: { objectives } }: SearchPlan,
  engine: Engine,
): Worker => ({
  name: 'here',
  run: ({ values, seed, length }, hooks) =>
    tryOut(
      dataset,
      { experiment: filled(template, values), seed, length, folds, objectives, keep: false },
      { engine, ...hooks },
    ),
});
