import { WellfitError } from '../base/index.ts';
import { checkDataset, type Dataset, describeRepeats, folds, repeatedRows, type Split, split } from '../data/index.ts';
import type { TrainOptions } from './events.ts';
import type { Stop } from './loop/loop.ts';
import type { Report } from './measure/evaluate.ts';
import { type Resolved, resolve } from './settings/resolve.ts';
import { trainRows } from './train.ts';

export interface Fold {
  /** Counts from 1. */
  readonly fold: number;
  readonly rows: { readonly train: number; readonly validation: number; readonly held: number };
  /** Measured on the rows of the fold, which decided nothing. */
  readonly held: Report;
  readonly epochs: number;
  readonly bestEpoch?: number;
  readonly stopped: Stop;
}

export interface Spread {
  readonly mean: number;
  /** Of the mean: sample standard deviation over folds / √folds. It is too small where folds share training rows, as they do. */
  readonly standardError: number;
}

export interface CrossValidation {
  readonly settings: Resolved['settings'];
  /** What a person should know, said of the first fold. */
  readonly notes: readonly string[];
  readonly folds: readonly Fold[];
  readonly loss: Spread;
  /** The metric of the experiment, and every other that fits. */
  readonly metric: Spread;
  readonly metrics: Readonly<Record<string, Spread>>;
  readonly interrupted: boolean;
}

/**
 * k-fold cross-validation: k trainings, each measured on rows that it neither learns from nor decides by. Early stopping decides by validation
 * rows taken from the training part of each fold.
 * @throws WellfitError where the rows do not divide into so many folds
 */
export async function crossValidateOn(
  dataset: Dataset,
  experiment: unknown,
  count: number,
  options: TrainOptions = {},
): Promise<CrossValidation> {
  checkDataset(dataset);
  // One network a fold, also where a recipe would train several.
  const single = typeof experiment === 'object' ? { ensemble: false, ...experiment } : experiment;
  const resolved = resolve(single, dataset);
  const { split, ensemble } = resolved.settings;
  if (ensemble)
    throw new WellfitError('option', 'cross-validation is of one network', {
      received: `ensemble = ${JSON.stringify(ensemble)}`,
      fix: 'leave "ensemble" out',
    });
  const parts = folds(dataset, { folds: count, seed: split.seed, stratify: split.stratify, by: split.by });
  const results: Fold[] = [];
  let notes: readonly string[] | undefined;
  const { onEvent = () => {}, signal } = options;
  for (const [i, { train, validation: held }] of parts.entries()) {
    if (signal?.aborted) break;
    onEvent({ kind: 'member', what: 'fold', index: i + 1, of: count });
    const rows = { ...divide(dataset, resolved, train), test: held };
    const repeats = i === 0 ? describeRepeats(repeatedRows(dataset, rows)) : undefined;
    const run = await trainRows(
      dataset,
      suited(resolved, rows.train.length),
      rows,
      options,
      repeats ? [`fold 1: ${repeats}`] : [],
    );
    notes ??= run.notes;
    if (run.stopped.ending === 'interrupted') break;
    results.push({
      fold: i + 1,
      rows: { train: rows.train.length, validation: rows.validation.length, held: held.length },
      held: run.test!,
      epochs: run.epochs.length,
      bestEpoch: run.best?.epoch,
      stopped: run.stopped,
    });
  }
  const names = Object.keys(results[0]?.held.metrics ?? {});
  return {
    settings: resolved.settings,
    notes: notes ?? [],
    folds: results,
    loss: spread(results.map(({ held }) => held.loss)),
    metric: spread(results.map(({ held }) => held.metric)),
    metrics: Object.fromEntries(
      names.map((name) => [name, spread(results.map(({ held }) => held.metrics[name as 'accuracy']!))]),
    ),
    interrupted: results.length < count,
  };
}

/** A fold is its own test set, and a batch size that was chosen for all rows may be too large for it. */
function suited(resolved: Resolved, trainRows: number): Resolved {
  const { settings, chosen } = resolved;
  const free = chosen.some(({ setting }) => setting === 'batchSize');
  return {
    ...resolved,
    chosen: chosen.filter(({ setting }) => setting !== 'split.test'),
    settings: { ...settings, batchSize: free ? Math.min(settings.batchSize, trainRows) : settings.batchSize },
  };
}

function spread(values: readonly number[]): Spread {
  const mean = values.reduce((sum, x) => sum + x, 0) / values.length;
  const squares = values.reduce((sum, x) => sum + (x - mean) ** 2, 0);
  return { mean, standardError: Math.sqrt(squares / (values.length - 1) / values.length) };
}

/** Takes validation rows from the training part of a fold, the same way as a split of all rows. */
function divide(dataset: Dataset, { settings }: Resolved, rows: Int32Array): Pick<Split, 'train' | 'validation'> {
  const { targets, groups, times } = dataset;
  const take = <A extends { [i: number]: number }>(from: A, Kind: new (n: number) => A): A => {
    const taken = new Kind(rows.length);
    rows.forEach((row, i) => {
      taken[i] = from[row];
    });
    return taken;
  };
  // Only what a split looks at; the features are none of it.
  const part: Dataset = {
    ...dataset,
    rows: rows.length,
    testRows: undefined,
    groups: groups && take(groups, Int32Array),
    times: times && take(times, Float64Array),
    targets: targets.kind === 'classes' ? { ...targets, data: take(targets.data, Int32Array) } : targets,
  };
  const { train, validation } = split(part, {
    ...settings.split,
    test: 0,
    limit: { train: settings.limit.train, validation: settings.limit.validation },
  });
  return { train: train.map((i) => rows[i]), validation: validation.map((i) => rows[i]) };
}
