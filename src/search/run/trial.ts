import { WellfitError } from '../../base/index.ts';
import { bagRows, type Dataset, type Split, split } from '../../data/index.ts';
import type { Engine } from '../../engine/index.ts';
import { metrics } from '../../nn/index.ts';
import {
  decodeCheckpoint,
  type EpochRecord,
  encodeCheckpoint,
  judgeRows,
  type Run,
  resolve,
  type Settings,
  trainOn,
} from '../../train/index.ts';
import { hasExploded } from '../pruners/index.ts';
import type { Objective, Outcome } from '../study/record.ts';
import type { Report } from '../trial.ts';
import type { JobHooks } from './job.ts';
import { decodeSaved, encodeSaved, type Saved } from './saved.ts';

/** One training, or one for each fold, to find out what an experiment is worth. */
export interface Task {
  readonly experiment: Readonly<Record<string, unknown>>;
  readonly seed: number;
  /** Of the epochs that the experiment asks for. */
  readonly length: number;
  /** Parts of the rows that are left out in turn; 1 for the split of the experiment. */
  readonly folds: number;
  readonly objectives: readonly Objective[];
  /** Whether what the network says of its validation rows is wanted. */
  readonly keep: boolean;
}

export interface TaskOptions extends JobHooks {
  readonly engine: Engine;
  /** Least seconds between two checkpoints. */
  readonly checkpointSeconds?: number;
}

export interface Tried extends Outcome {
  /** What the network says of its validation rows, fold after fold, row-major; only where it is wanted. */
  readonly outputs?: Float32Array;
}

/** What is known of a training without measuring rows. */
const facts: Readonly<Record<string, (run: Run) => number>> = {
  parameters: ({ network }) => network.model.parameterCount,
  updates: ({ updates }) => updates,
  seconds: ({ seconds }) => seconds,
};

/** The names that an objective may have beside the loss and the metric of the experiment. */
export const factNames = Object.keys(facts);

/** The objective of a name: what it is called, and whether more of it is better. */
export function objectiveOf(name: string | undefined, dataset: Dataset, experiment: object): Objective {
  const { metric } = resolve(experiment, dataset);
  if (name === undefined || name === metric.kind) return { name: metric.kind, better: metrics[metric.kind].better };
  if (name === 'loss' || name in facts) return { name, better: 'lower' };
  throw new WellfitError('option', `unknown objective "${name}"`, {
    expected: `loss, ${metric.kind} (the metric of the experiment), ${factNames.join(' or ')}`,
    fix: name in metrics ? `make it the metric: --set metric=${name}` : undefined,
  });
}

/**
 * Trains what a trial asks for and measures it on validation rows; test rows are not looked at. The value is that of the epoch whose weights
 * would be kept, the mean over folds.
 */
export async function tryOut(dataset: Dataset, task: Task, options: TaskOptions): Promise<Tried> {
  const started = performance.now();
  const { folds, objectives, keep } = task;
  const before = options.resume ? decodeSaved(options.resume) : { results: [], updates: 0, seconds: 0 };
  const results = before.results.map((values) => [...values]);
  const outputs: number[] = [];
  let [updates, parameters] = [before.updates, 0];
  const since = () => ({ updates, seconds: before.seconds + (performance.now() - started) / 1000 });
  // What networks say is not saved: folds whose answers are wanted are trained again.
  if (keep) results.length = 0;
  for (let fold = results.length; fold < folds; fold++) {
    const saved = { results: [...results], ...since() };
    const { run, why } = await trainFold(
      dataset,
      task,
      fold,
      options,
      saved,
      fold === before.results.length ? before.checkpoint : undefined,
    );
    updates += run.updates;
    parameters = run.network.model.parameterCount;
    if (why) return { state: 'pruned', ...since(), why };
    if (run.stopped.ending === 'interrupted') return { state: 'failed', ...since(), why: 'interrupted' };
    results.push(objectives.map(({ name }) => resultOf(name, run)));
    if (keep) outputs.push(...(await validationOutputs(dataset, run, options.engine)));
    if (folds === 1) continue;
    await options.onCheckpoint?.(encodeSaved({ results, ...since() }));
    const report = { step: fold + 1, value: asLower(results[fold][0], objectives[0]) };
    if ((await options.onReport?.(report)) && fold + 1 < folds)
      return { state: 'pruned', ...since(), why: `after fold ${fold + 1} of ${folds}` };
  }
  const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;
  return {
    state: 'complete',
    results: objectives.map((_, i) => mean(results.map((values) => values[i]))),
    ...since(),
    parameters,
    ...(keep && { outputs: Float32Array.from(outputs) }),
  };
}

async function trainFold(
  dataset: Dataset,
  { experiment, seed, length, folds, objectives }: Task,
  fold: number,
  { engine, signal, onReport, onCheckpoint, checkpointSeconds }: TaskOptions,
  saved: Omit<Saved, 'checkpoint'>,
  resume: Uint8Array | undefined,
) {
  const stop = new AbortController();
  const { epochs } = resolve({ ...experiment, ensemble: false }, dataset).settings;
  const losses: Report[] = [];
  const asked: Promise<void>[] = [];
  let why: string | undefined;
  const end = (reason: string) => {
    why ??= reason;
    stop.abort();
  };
  const run = await trainOn(
    dataset,
    { ...experiment, seed, ensemble: false, epochs: Math.max(1, Math.round(epochs * length)) },
    {
      ...{ engine, signal: AbortSignal.any([signal, stop.signal]), watch: false, checkpointSeconds },
      ...(resume && { resume: decodeCheckpoint(resume) }),
      ...(onCheckpoint && {
        onCheckpoint: (checkpoint) =>
          checkpoint.finished
            ? undefined
            : onCheckpoint(encodeSaved({ ...saved, checkpoint: encodeCheckpoint(checkpoint) })),
      }),
      onEvent(event) {
        if (event.kind !== 'epoch') return;
        const { record } = event;
        losses.push({ step: record.epoch, value: record.train.loss });
        if (hasExploded(losses)) end(`the loss exploded in epoch ${record.epoch}`);
        const value = epochValue(objectives[0].name, record);
        if (value === undefined || folds > 1 || !onReport) return;
        const answer = onReport({ step: record.epoch, value: asLower(value, objectives[0]) });
        const obey = (prune: boolean) => {
          if (prune) end(`pruned after epoch ${record.epoch}`);
        };
        if (typeof answer === 'boolean') obey(answer);
        else asked.push(answer.then(obey));
      },
    },
    {
      told: true,
      // Rows that decide nothing are not looked at before the end of the search.
      rows: (all, { split }) => ({ ...foldOf(dataset, all, split, folds, fold), test: new Int32Array(0) }),
    },
  );
  await Promise.all(asked);
  if (run.stopped.ending === 'diverged') why ??= run.stopped.words;
  // Where nothing is left to be saved, the trial is over anyway.
  const over = run.stopped.ending === 'epochs' || run.stopped.ending === 'earlyStopping';
  return { run, why: over ? undefined : why };
}

const foldOf = (dataset: Dataset, all: Split, how: Settings['split'], folds: number, fold: number): Split =>
  folds > 1 ? bagRows(dataset, all, how, fold) : all;

/** The rows that all trials are measured on, fold after fold. */
export function heldRows(dataset: Dataset, experiment: object, folds: number): Int32Array {
  const { settings } = resolve(experiment, dataset);
  const all = split(dataset, { ...settings.split, limit: settings.limit });
  const parts = Array.from({ length: folds }, (_, fold) => [
    ...foldOf(dataset, all, settings.split, folds, fold).validation,
  ]);
  return Int32Array.from(parts.flat());
}

const asLower = (value: number, { better }: Objective): number => (better === 'lower' ? value : -value);

function epochValue(name: string, { validation }: EpochRecord): number | undefined {
  if (name in facts) return undefined;
  return name === 'loss' ? validation?.loss : validation?.metric;
}

function resultOf(name: string, run: Run): number {
  const fact = facts[name];
  if (fact) return fact(run);
  return (run.best && epochValue(name, run.best)) ?? Number.NaN;
}

async function validationOutputs(dataset: Dataset, run: Run, engine: Engine): Promise<number[]> {
  const [{ outputs }] = await judgeRows(dataset, [run], run.rows.validation, engine);
  return Array.from(outputs);
}
