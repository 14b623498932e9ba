import type { Dataset } from '../data/index.ts';
import { type Engine, onnxRuntimeEngine } from '../engine/index.ts';
import {
  type Combine,
  judgeRows,
  lossOf,
  metricOf,
  predictionsOf,
  type Run,
  reportOf,
  resolve,
  type TrainOptions,
  trainOn,
  type Weights,
} from '../train/index.ts';
import { combineOutputs, linkOf } from './combine.ts';

/** What each member does alone, and what they do together, on the rows of a split. */
export interface Gain {
  readonly members: readonly number[];
  readonly together: number;
}

/** One network, or several whose answers are averaged. */
export interface EnsembleRun extends Run {
  /** The metric on the test rows; ensembles only. */
  readonly gain?: Gain;
}

/**
 * Trains what the experiment asks for: one network, `members` networks that differ in their seed, or one whose snapshots at the end of each fall of
 * the learning rate are kept (Huang et al. 2017). An ensemble is measured as one: its members' answers are averaged.
 * @throws WellfitError as `trainOn`
 */
export async function trainEnsemble(
  dataset: Dataset,
  experiment: unknown,
  options: TrainOptions = {},
): Promise<EnsembleRun> {
  const { ensemble } = resolve(experiment, dataset).settings;
  if (!ensemble) return trainOn(dataset, experiment, options);
  const engine = options.engine ?? onnxRuntimeEngine();
  const run =
    'members' in ensemble
      ? await trainMembers(dataset, experiment, ensemble.members, { ...options, engine })
      : await trainOn(dataset, experiment, { ...options, engine });
  const members = run.members ?? [run.weights];
  const { test, gain } = await measureTogether(run, dataset, members, ensemble.combine, engine);
  return { ...run, members, test: test ?? run.test, ...(gain && { gain }) };
}

/** Trains one network after the other; the first run speaks for all but the weights. */
async function trainMembers(dataset: Dataset, experiment: unknown, count: number, options: TrainOptions): Promise<Run> {
  const { onEvent = () => {}, signal } = options;
  const runs: Run[] = [];
  const { seed } = resolve(experiment, dataset).settings;
  // A rate that was found for the first member serves all.
  let plan = { ...(experiment as Record<string, unknown>) };
  for (let i = 0; i < count && !(i > 0 && signal?.aborted); i++) {
    onEvent({ kind: 'member', what: 'member', index: i + 1, of: count });
    const run = await trainOn(dataset, { ...plan, seed: seed + i }, options);
    if (run.stopped.ending === 'interrupted' && i > 0) break;
    runs.push(run);
    plan = { ...plan, optimizer: run.settings.optimizer };
  }
  const [first] = runs;
  const whole = runs.length === count ? undefined : `interrupted after ${runs.length} of ${count} members`;
  const failed = runs.find(({ stopped }) => stopped.ending === 'diverged');
  return {
    ...first,
    stopped: failed?.stopped ?? (whole ? { ending: 'interrupted', words: whole } : first.stopped),
    updates: runs.reduce((sum, { updates }) => sum + updates, 0),
    seconds: runs.reduce((sum, { seconds }) => sum + seconds, 0),
    members: runs.map(({ weights }) => weights),
  };
}

async function measureTogether(run: Run, dataset: Dataset, members: readonly Weights[], how: Combine, engine: Engine) {
  const { network } = run;
  const rows = run.rows.test;
  if (rows.length === 0) return {};
  const judged = await judgeRows(run, dataset, members, rows, engine);
  const { width } = judged[0];
  const link = linkOf(network, how);
  const outputs = combineOutputs(
    judged.map((member) => member.outputs),
    width,
    link,
  );
  const together = predictionsOf(dataset, rows, outputs, width);
  return {
    test: reportOf(network, together, await lossOf(network, together)),
    gain: { members: judged.map((member) => metricOf(network, member)), together: metricOf(network, together) },
  };
}
