import type { Dataset } from '../../data/index.ts';
import type { Engine } from '../../engine/index.ts';
import { combineOutputs, type EnsembleRun, greedySelection, linked, linkOf, together } from '../../ensemble/index.ts';
import { metricOf, predictionsOf, type Run, resolve, trainOn } from '../../train/index.ts';
import { best } from '../study/best.ts';
import type { Study } from '../study/study.ts';
import { seedOf } from './drive.ts';
import { filled, type SearchPlan } from './plan.ts';
import { heldRows } from './trial.ts';

/** Most networks that answer together, and the best trials that they are chosen among. */
const [mostMembers, library] = [8, 50];

/** Networks of several trials that answer together. */
export interface Together {
  /** Of the trials, the best single one first. */
  readonly trials: readonly number[];
  /** The metric on the validation rows that they were chosen by: of the first alone, and of all. */
  readonly validation: { readonly alone: number; readonly together: number };
  readonly run: EnsembleRun;
}

/**
 * Chooses, of the answers that the trials gave to their validation rows, those that are best together, trains their networks again with the seeds
 * that they had, and measures them once on the test rows.
 */
export async function selectTogether(
  dataset: Dataset,
  study: Study,
  plan: SearchPlan,
  outputs: ReadonlyMap<number, Float32Array>,
  {
    engine,
    signal,
    onDone,
  }: { readonly engine: Engine; readonly signal: AbortSignal; readonly onDone: (done: number, of: number) => void },
): Promise<Together | undefined> {
  const { stages } = study.record;
  const known = best(
    study.trials.filter(({ number, stage }) => outputs.has(number) && stages[stage].length === 1),
    library,
  );
  if (known.length < 2) return undefined;
  const rows = heldRows(dataset, filled(plan.template, known[0].values), plan.folds);
  const { loss, metric } = resolve(filled(plan.template, known[0].values), dataset);
  const network = { loss, metric };
  const width = outputs.get(known[0].number)!.length / rows.length;
  const { targets } = predictionsOf(dataset, rows, outputs.get(known[0].number)!, width);
  const link = linkOf(network, 'probabilities');
  const answers = known.map(({ number }) => linked(outputs.get(number)!, width, link));
  const worth = (answer: Float64Array): number => {
    if (link === 'softmax')
      return meanOf(targets, (truth, row) => -Math.log(Math.max(answer[row * width + truth], 1e-12)));
    if (link === 'sigmoid')
      return meanOf(targets, (truth, i) => -Math.log(Math.max(truth === 1 ? answer[i] : 1 - answer[i], 1e-12)));
    return meanOf(targets, (truth, i) => (answer[i] - truth) ** 2);
  };
  const chosen = greedySelection(answers, worth, mostMembers).map((index) => known[index]);
  if (chosen.length < 2) return undefined;
  const scoreOf = (trials: typeof chosen) => {
    const all = trials.map(({ number }) => outputs.get(number)!);
    return metricOf(network, predictionsOf(dataset, rows, combineOutputs(all, width, link), width));
  };
  const runs: Run[] = [];
  for (const { number, values } of chosen) {
    if (signal.aborted) return undefined;
    const experiment = { ...filled(plan.template, values), seed: seedOf(study.settings.seed, number), ensemble: false };
    const run = await trainOn(dataset, experiment, { engine, signal });
    if (run.stopped.ending === 'interrupted') return undefined;
    runs.push(run);
    onDone(runs.length, chosen.length);
  }
  return {
    trials: chosen.map(({ number }) => number),
    validation: { alone: scoreOf(chosen.slice(0, 1)), together: scoreOf(chosen) },
    run: await together(dataset, runs, engine),
  };
}

const meanOf = (targets: ArrayLike<number>, of: (truth: number, i: number) => number): number => {
  let sum = 0;
  for (let i = 0; i < targets.length; i++) sum += of(targets[i], i);
  return sum / targets.length;
};
