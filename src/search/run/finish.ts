import type { Dataset } from '../../data/index.ts';
import type { Engine } from '../../engine/index.ts';
import { type EnsembleRun, trainEnsemble } from '../../ensemble/index.ts';
import type { Values } from '../space/parameter.ts';
import { best } from '../study/best.ts';
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
  /** Where the search was given a time: half of what is left is for training the best again. */
  readonly secondsLeft?: number;
  readonly onEvent: (event: SearchEvent) => void;
}

export interface Finished {
  readonly together?: Together;
  readonly crowned?: Crowned;
  readonly run?: EnsembleRun;
  readonly usual?: EnsembleRun;
}

/** Finds out which of the best is the best, and trains it as a whole; beside it the experiment as it was, where that was among the trials. */
export async function finish(
  dataset: Dataset,
  study: Study,
  plan: SearchPlan,
  { finalists, seeds, workers, engine, signal, outputs, secondsLeft, onEvent }: FinishOptions,
): Promise<Finished> {
  const usual = plan.usual && study.trials.find(({ origin }) => origin === 'given');
  const late = secondsLeft === undefined ? [] : [AbortSignal.timeout(Math.max(1, Math.round(500 * secondsLeft)))];
  const crowned = await crown(study, workers, {
    ...{ finalists, seeds, also: usual && [usual.number] },
    signal: AbortSignal.any([signal, ...late]),
    onDone: (done, of) => onEvent({ kind: 'final', done, of }),
  });
  const winner = crowned?.winner ?? best(study.trials, 1)[0];
  const whole = async (values: Values, what: 'winner' | 'usual'): Promise<EnsembleRun | undefined> => {
    if (signal.aborted) return undefined;
    onEvent({ kind: 'whole', what });
    const run = await trainEnsemble(dataset, filled(plan.template, values), { engine, signal });
    return run.stopped.ending === 'interrupted' ? undefined : run;
  };
  const onDone = (done: number, of: number) => onEvent({ kind: 'together', done, of });
  return {
    crowned,
    ...(plan.ensemble && { together: await selectTogether(dataset, study, plan, outputs, { engine, signal, onDone }) }),
    run: winner && (await whole(winner.values, 'winner')),
    usual: usual && winner && usual.number !== winner.number ? await whole(usual.values, 'usual') : undefined,
  };
}
