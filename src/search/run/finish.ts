import type { Dataset } from '../../data/index.ts';
import type { Engine } from '../../engine/index.ts';
import { type EnsembleRun, trainEnsemble } from '../../ensemble/index.ts';
import type { Values } from '../space/parameter.ts';
import { leadersOf } from '../study/best.ts';
import type { Study } from '../study/study.ts';
import type { Worker } from './job.ts';
import { filled, type SearchPlan } from './plan.ts';
import type { SearchEvent } from './search.ts';
import { selectTogether, type Together } from './together.ts';
import { type Crowned, crown } from './winner.ts';

export interface FinishOptions {
  readonly finalists: number;
  readonly seeds: number;
  readonly workers: readonly Worker[];
  readonly engine: Engine;
  readonly signal: AbortSignal;
  /** What trials answer to validation rows, where the best are to answer together. */
  readonly outputs: ReadonlyMap<number, Float32Array>;
  /** Where the search was given a time. */
  readonly secondsLeft?: number;
  readonly onEvent: (event: SearchEvent) => void;
}

export interface Finished {
  readonly together?: Together;
  readonly crowned?: Crowned;
  readonly run?: EnsembleRun;
  readonly usual?: EnsembleRun;
}

/** Shares of the time of a search that its end gets at least, and at most. */
const shares = { least: 0.15, most: 0.6 };

/** Seconds of the trainings at the end of a search, judged by the trials so far: of the finalists on all workers, and of whole networks one by one. */
function endOf(study: Study, plan: SearchPlan, finalists: number, seeds: number, workers: number) {
  const { stages } = study.record;
  const whole = study.trials.filter(({ state, seconds }) => state === 'complete' && seconds !== undefined);
  const lengths = whole.map(({ seconds, stage }) => seconds! / stages[stage].length);
  const one = lengths.length > 0 ? lengths.reduce((sum, x) => sum + x, 0) / lengths.length / plan.folds : 0;
  const others = plan.usual ? 1 : 0;
  const { ensemble } = plan.template as { readonly ensemble?: false | { readonly members?: number } };
  const members = ensemble ? (ensemble.members ?? 1) : 1;
  return {
    again: Math.ceil(((finalists + others) * seeds) / Math.max(1, workers)) * one * plan.folds,
    whole: (1 + others) * members * one,
  };
}

/** Seconds of a budget of time that must be left for the end. */
export function reserveFor(
  study: Study,
  plan: SearchPlan,
  { finalists, seeds }: { readonly finalists: number; readonly seeds: number },
  workers: number,
): number {
  const { seconds } = plan.budget;
  if (seconds === undefined) return 0;
  const { again, whole } = endOf(study, plan, finalists, seeds, workers);
  return Math.min(shares.most * seconds, Math.max(shares.least * seconds, again + whole));
}

/** Finds out which of the best is the best, and trains it as a whole; beside it the experiment as it was, where that was among the trials. */
export async function finish(
  dataset: Dataset,
  study: Study,
  plan: SearchPlan,
  { finalists, seeds, workers, engine, signal, outputs, secondsLeft, onEvent }: FinishOptions,
): Promise<Finished> {
  const usual = plan.usual && study.trials.find(({ origin }) => origin === 'given');
  const { whole: forWhole } = endOf(study, plan, finalists, seeds, workers.length);
  const late =
    secondsLeft === undefined ? [] : [AbortSignal.timeout(Math.max(1, Math.round(1000 * (secondsLeft - forWhole))))];
  const crowned = await crown(study, workers, {
    ...{ finalists, seeds, also: usual && [usual.number] },
    signal: AbortSignal.any([signal, ...late]),
    onDone: (done, of) => onEvent({ kind: 'final', done, of }),
  });
  const winner = crowned?.winner ?? leadersOf(study.record, 1)[0];
  const trained = async (values: Values, what: 'winner' | 'usual'): Promise<EnsembleRun | undefined> => {
    if (signal.aborted) return undefined;
    onEvent({ kind: 'whole', what });
    const run = await trainEnsemble(dataset, filled(plan.template, values), { engine, signal });
    return run.stopped.ending === 'interrupted' ? undefined : run;
  };
  const onDone = (done: number, of: number) => onEvent({ kind: 'together', done, of });
  return {
    crowned,
    ...(plan.ensemble && { together: await selectTogether(dataset, study, plan, outputs, { engine, signal, onDone }) }),
    run: winner && (await trained(winner.values, 'winner')),
    usual: usual && winner && usual.number !== winner.number ? await trained(usual.values, 'usual') : undefined,
  };
}
