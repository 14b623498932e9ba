import { bagRows, type Dataset, type Split } from '../data/index.ts';
import { type Engine, onnxRuntimeEngine } from '../engine/index.ts';
import {
  type Checkpoint,
  type Combine,
  type Ensemble,
  judgeRows,
  lossOf,
  type Member,
  metricOf,
  predictionsOf,
  type Run,
  refuseFinished,
  reportOf,
  resolve,
  type TrainOptions,
  trainOn,
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
 * @throws WellfitError as `trainOn`, and where the run to resume is finished
 */
export async function trainEnsemble(
  dataset: Dataset,
  experiment: unknown,
  options: TrainOptions = {},
): Promise<EnsembleRun> {
  const { resume, onCheckpoint } = options;
  if (resume) refuseFinished(resume);
  const { ensemble } = resolve(experiment, dataset).settings;
  if (!ensemble) return trainOn(dataset, experiment, options);
  const engine = options.engine ?? onnxRuntimeEngine();
  // An ensemble is finished once it is measured as one.
  let last: Checkpoint | undefined;
  const held = async (checkpoint: Checkpoint) => {
    if (checkpoint.finished) last = checkpoint;
    else await onCheckpoint?.(checkpoint);
  };
  const own = { ...options, engine, onCheckpoint: onCheckpoint && held };
  const run =
    'members' in ensemble
      ? await trainMembers(dataset, experiment, ensemble, own)
      : await trainOn(dataset, experiment, own);
  const members = run.members ?? [run];
  const { test, gain } = await measureTogether(run, dataset, members, ensemble.combine, engine);
  if (last) await onCheckpoint?.(last);
  return { ...run, members, test: test ?? run.test, ...(gain && { gain }) };
}

/** Trains one network after the other; the first run speaks for all but the weights. */
async function trainMembers(
  dataset: Dataset,
  experiment: unknown,
  { members: count, bag }: Extract<Ensemble, { members: number }>,
  options: TrainOptions,
): Promise<Run> {
  const { onEvent = () => {}, signal, resume } = options;
  const runs: Run[] = [];
  let base: Split | undefined;
  const { seed } = resolve(experiment, dataset).settings;
  const saved = savedMembers(options, seed, count);
  // A rate that was found for the first member serves all.
  let plan = { ...(experiment as Record<string, unknown>) };
  for (let i = 0; i < count && !(i > saved.count && signal?.aborted); i++) {
    const known = i < saved.count;
    if (!known) onEvent({ kind: 'member', what: 'member', index: i + 1, of: count });
    const begun = i === saved.count && resume?.state ? memberOf(resume, i) : undefined;
    const from = known ? resume?.members?.[i] : begun;
    const run = await trainOn(
      dataset,
      { ...plan, seed: seed + i },
      { ...options, resume: from, onCheckpoint: saved.take, ...(known && { onEvent: undefined }) },
      {
        told: i > 0,
        rows(all, { split }) {
          base = all;
          return bag ? bagRows(dataset, all, split, i) : all;
        },
      },
    );
    if (run.stopped.ending === 'interrupted' && i > 0) break;
    runs.push(run);
    plan = { ...plan, optimizer: run.settings.optimizer };
  }
  const [first] = runs;
  const whole = runs.length === count ? undefined : `interrupted after ${runs.length} of ${count} members`;
  const failed = runs.find(({ stopped }) => stopped.ending === 'diverged');
  return {
    ...first,
    ...(base && { rows: base }),
    stopped: failed?.stopped ?? (whole ? { ending: 'interrupted', words: whole } : first.stopped),
    updates: runs.reduce((sum, { updates }) => sum + updates, 0),
    seconds: runs.reduce((sum, { seconds }) => sum + seconds, 0),
    members: runs.map(({ network, weights, epochs, best }) => ({ network, weights, epochs, best })),
  };
}

/** The checkpoint of an ensemble as that of its member: their seeds count from that of the ensemble. */
const memberOf = ({ settings, ...rest }: Checkpoint, index: number): Checkpoint => ({
  ...rest,
  settings: { ...settings, seed: settings.seed + index },
});

/** Makes checkpoints of the ensemble of those of its members. */
function savedMembers({ resume, onCheckpoint }: TrainOptions, seed: number, count: number) {
  const done = [...(resume?.members ?? [])];
  const save = (checkpoint: Checkpoint) =>
    onCheckpoint?.({
      ...checkpoint,
      chosen: (done[0] ?? checkpoint).chosen,
      notes: (done[0] ?? checkpoint).notes,
      members: [...done],
      settings: { ...checkpoint.settings, seed },
    });
  const take = ({ finished, ...checkpoint }: Checkpoint) => {
    if (!finished) return save(checkpoint);
    done.push({ finished, ...checkpoint });
    const stops = done.map((member) => member.finished!);
    const all = stops.find(({ ending }) => ending === 'diverged') ?? stops[0];
    return save({ ...checkpoint, state: undefined, finished: done.length === count ? all : undefined });
  };
  return { count: done.length, take: onCheckpoint && take };
}

/** Networks that were trained one by one, as one run: measured together on the test rows. The first one speaks for all but the weights. */
export async function together(dataset: Dataset, runs: readonly Run[], engine: Engine): Promise<EnsembleRun> {
  const [first] = runs;
  const members = runs.map(({ network, weights, epochs, best }) => ({ network, weights, epochs, best }));
  const ensemble: Ensemble = { members: runs.length, bag: false, combine: 'probabilities' };
  const { test, gain } = await measureTogether(first, dataset, members, ensemble.combine, engine);
  return {
    ...first,
    settings: { ...first.settings, ensemble },
    updates: runs.reduce((sum, { updates }) => sum + updates, 0),
    seconds: runs.reduce((sum, { seconds }) => sum + seconds, 0),
    members,
    test: test ?? first.test,
    ...(gain && { gain }),
  };
}

async function measureTogether(run: Run, dataset: Dataset, members: readonly Member[], how: Combine, engine: Engine) {
  const { network } = run;
  const rows = run.rows.test;
  if (rows.length === 0) return {};
  const judged = await judgeRows(dataset, members, rows, engine);
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
