import type { Dataset } from '../../data/index.ts';
import { type Engine, onnxRuntimeEngine, sharedEngine } from '../../engine/index.ts';
import type { EnsembleRun } from '../../ensemble/index.ts';
import { type Importance, importances } from '../importance.ts';
import type { Values } from '../space/parameter.ts';
import { comparable, front, leadersOf } from '../study/best.ts';
import type { Stage, StudyRecord, TrialRecord } from '../study/record.ts';
import { Study, type StudyChange } from '../study/study.ts';
import { type Warning, warningsOf } from '../study/warnings.ts';
import { type Driven, drive, type SavedTrials } from './drive.ts';
import { finish, reserveFor } from './finish.ts';
import type { Worker } from './job.ts';
import { filled, type PlanOptions, planSearch, type SearchPlan } from './plan.ts';
import { carriedOut } from './sideBySide.ts';
import type { Together } from './together.ts';
import { tryOut } from './trial.ts';
import type { Crowned } from './winner.ts';

export interface CarryOutOptions {
  /** How many of the best are trained again, and with how many new seeds; false for none, and for no final network. */
  readonly final?: false | { readonly finalists: number; readonly seeds: number };
  /** Values that are tried first. */
  readonly given?: readonly Values[];
  /** Trains what this thread trains; ONNX Runtime with one thread unless said. */
  readonly engine?: Engine;
  readonly signal?: AbortSignal;
  /** Whatever carries out the trials; this thread unless said. */
  readonly workers?: readonly Worker[];
  /** Goes on with a study that was kept. */
  readonly resume?: StudyRecord;
  /** Where the best of what was tried crowd at the end of a range, goes on with a wider one. */
  readonly extend?: boolean;
  readonly saved?: SavedTrials;
  readonly onChange?: (change: StudyChange) => void;
  readonly onEvent?: (event: SearchEvent) => void;
}

export type SearchOptions = PlanOptions & CarryOutOptions;

export type SearchEvent =
  | { readonly kind: 'start'; readonly plan: SearchPlan }
  | { readonly kind: 'trial'; readonly trial: TrialRecord }
  /** Trials are drawn from other ranges from now on. */
  | { readonly kind: 'stage'; readonly stage: Stage; readonly index: number }
  /** The best are trained again, so many of so many times. */
  | { readonly kind: 'final'; readonly done: number; readonly of: number }
  /** Networks that are to answer together are trained again, so many of so many. */
  | { readonly kind: 'together'; readonly done: number; readonly of: number }
  /** The winner, or the experiment as it was, is trained as a whole. */
  | { readonly kind: 'whole'; readonly what: 'winner' | 'usual' };

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
  /** Networks of several trials that answer together, where that was asked for. */
  readonly together?: Together;
  /** The same of the experiment without a search, where its settings were among those that were tried. */
  readonly usual?: EnsembleRun;
  readonly warnings: readonly Warning[];
  readonly importances: readonly Importance[];
  readonly seconds: number;
}

/**
 * Searches the settings of an experiment, its ranges or the usual ones: tries, prunes, trains the best again with new seeds, and measures the
 * winner once on the test rows.
 * @throws WellfitError for ranges and options that cannot work, before the first trial
 */
export const searchOn = (
  dataset: Dataset,
  experiment: Readonly<Record<string, unknown>>,
  options: SearchOptions = {},
): Promise<SearchResult> => carryOut(dataset, planSearch(dataset, experiment, options), options);

/** Does what was planned. */
export async function carryOut(
  dataset: Dataset,
  plan: SearchPlan,
  options: CarryOutOptions = {},
): Promise<SearchResult> {
  const started = performance.now();
  const { onEvent = () => {}, signal = new AbortController().signal, given = [], saved } = options;
  const { engine = sharedEngine(onnxRuntimeEngine({ threads: 1 })), final = { finalists: 3, seeds: 3 } } = options;
  onEvent({ kind: 'start', plan });
  const told = (change: StudyChange) => {
    options.onChange?.(change);
    if (change.kind === 'told' || change.kind === 'claimed') onEvent({ kind: 'trial', trial: change.trial });
    if (change.kind === 'stage') onEvent({ kind: 'stage', stage: change.stage, index: change.index });
  };
  const study = options.resume ? new Study(options.resume, told) : Study.begin(plan.settings, plan.space, told);
  if (options.extend) widen(study);
  const workers = options.workers ?? [localWorker(dataset, plan, engine)];
  const several = plan.settings.objectives.length > 1;
  const first = options.resume || !plan.usual ? [] : [plan.usual];
  const outputs = new Map<number, Float32Array>();
  const ended = await drive(study, {
    ...{ workers, budget: plan.budget, signal, saved, given: [...first, ...given] },
    // The end of a search belongs to the time that it was given.
    reserve: () => (final && !several ? reserveFor(study, plan, final, workers.length) : 0),
    onOutputs: (number, own) => outputs.set(number, own),
  });
  const { seconds } = plan.budget;
  const left = seconds === undefined ? undefined : seconds - (performance.now() - started) / 1000;
  const finished =
    final && !several && ended.ending !== 'failing' && !signal.aborted
      ? await finish(dataset, study, plan, { ...final, workers, engine, signal, outputs, secondsLeft: left, onEvent })
      : {};
  const { space } = study.stage;
  const alike = comparable(study.record);
  return {
    ...{ study: study.record, plan, ended, ...finished },
    best: leadersOf(study.record, 1)[0],
    ...(several && { front: front(study.trials) }),
    warnings: warningsOf(space, alike),
    importances: importances(space, alike),
    seconds: (performance.now() - started) / 1000,
  };
}

/** Goes on with the ranges that the warnings ask for, where there are any. */
function widen(study: Study): void {
  const { space } = study.stage;
  const edges = warningsOf(space, comparable(study.record)).filter(({ range }) => range);
  if (edges.length === 0) return;
  const wider = space.map((parameter) => {
    const own = edges.filter((edge) => edge.parameter === parameter.name).map(({ range }) => range!);
    if (own.length === 0 || parameter.kind === 'choice') return parameter;
    return {
      ...parameter,
      low: Math.min(...own.map(({ low }) => low)),
      high: Math.max(...own.map(({ high }) => high)),
    };
  });
  study.extend(
    wider,
    edges.map(({ words }) => words),
  );
}

/** Carries out trials in this thread. */
export const localWorker = (
  dataset: Dataset,
  { template, folds, ensemble, settings: { objectives } }: SearchPlan,
  engine: Engine,
): Worker => ({
  name: 'here',
  ...carriedOut(engine, ({ values, seed, length }, options) =>
    tryOut(dataset, { experiment: filled(template, values), seed, length, folds, objectives, keep: ensemble }, options),
  ),
});
