import { grouped, type Picked, WellfitError } from '../../base/index.ts';
import type { Dataset, Split } from '../../data/index.ts';
import {
  type Layer,
  type Loss,
  type LossName,
  layers,
  losses,
  type Metric,
  type MetricName,
  type Model,
  metrics,
  targetUnder,
} from '../../nn/index.ts';
import { targetKind } from '../step/network.ts';
import { needsBatch, refuseSingleRow } from './batchNeeds.ts';
import type { Settings, Stopping } from './schema.ts';

/** @throws WellfitError where the loss does not fit the model's output or the targets */
export function checkLoss({ kind, options }: Picked<LossName>, model: Model, dataset: Dataset): void {
  const last = model.layers.at(-1);
  const limitedBy = last && (layers[last.kind] as Layer).limited ? last.kind : undefined;
  const misfit = (losses[kind] as Loss).misfit(model.output, targetKind(dataset), limitedBy, options);
  if (!misfit) return;
  const { targets } = dataset;
  throw new WellfitError(
    'option',
    `the loss "${kind}" does not fit the output of "${last?.name ?? 'the model'}" or the targets of "${dataset.name}"`,
    {
      expected: misfit.expected,
      received: `${last?.name ?? 'the model'} gives rows of [${model.output}]; the targets are ${targets.kind === 'classes' ? `${targets.classes.length} classes` : `${targets.width} numbers a row`}`,
      fix: misfit.fix,
    },
  );
}

/** @throws WellfitError where the metric does not fit the targets */
export function checkMetric({ kind, options }: Picked<MetricName>, loss: LossName, dataset: Dataset): void {
  const raw = targetKind(dataset);
  const target = targetUnder(raw, losses[loss].output);
  if ((metrics[kind] as Metric).fits(target, options)) return;
  const fitting = Object.entries(metrics as Record<string, Metric>).filter(([, metric]) => {
    const { success, data } = metric.options.safeParse({});
    return success && metric.fits(target, data);
  });
  const given = Object.keys(options).length > 0 ? ` with ${JSON.stringify(options)}` : '';
  throw new WellfitError('option', `the metric "${kind}"${given} does not fit the targets of "${dataset.name}"`, {
    received:
      target.kind === 'classes'
        ? `${target.classes} classes`
        : `${target.width} numbers a row${target.labels ? ', all 0 or 1' : ''}`,
    fix: `use one of: ${fitting.map(([name]) => name).join(', ')}${raw.kind === 'numbers' && raw.labels && loss !== 'binaryCrossEntropy' ? '; or, if the numbers are labels, the loss "binaryCrossEntropy"' : ''}`,
  });
}

/** @throws WellfitError where there are no numbers to standardize */
export function checkTarget(target: Settings['target'], loss: LossName, classes: boolean): void {
  if (target === 'raw' || (losses[loss].output === 'numbers' && !classes)) return;
  throw new WellfitError('option', 'target: only numbers that the loss predicts can be standardized', {
    received: classes ? 'classes' : `the loss "${loss}", whose outputs are ${losses[loss].output}`,
    fix: 'leave "target" out, or use the loss "meanSquaredError"',
  });
}

/** @throws WellfitError where early stopping contradicts itself or the run */
export function checkStopping(
  stopping: Stopping,
  metric: Picked<MetricName>,
  { validation, whole }: { validation: number; whole: boolean },
): void {
  if (whole)
    throw new WellfitError('option', 'averages and snapshots need all epochs, and early stopping may end before', {
      received: 'earlyStopping beside "swa" or snapshots',
      fix: 'leave earlyStopping out, or set it to false',
    });
  if (validation === 0)
    throw new WellfitError('option', 'early stopping needs validation rows', {
      received: 'split.validation = 0',
      fix: 'set split.validation to 0.1, or earlyStopping to false',
    });
  if (stopping.metric !== 'loss' && stopping.metric !== metric.kind)
    throw new WellfitError('option', `earlyStopping.metric: "${stopping.metric}" is not measured`, {
      expected: `"loss" or "${metric.kind}", the metric of this run`,
      received: `"${stopping.metric}"`,
      fix: `set "metric": "${stopping.metric}" in the experiment, or watch the loss`,
    });
  const { better } = stopping.metric === 'loss' ? { better: 'lower' } : metrics[metric.kind];
  if (stopping.direction !== better)
    throw new WellfitError('option', `earlyStopping.direction: a better ${stopping.metric} is ${better}`, {
      received: `"${stopping.direction}"`,
      fix: 'leave the direction out; it follows from what is watched',
    });
}

/** @throws WellfitError where the epochs do not divide into one equal part for each snapshot */
export function checkSnapshots(snapshots: number, epochs: number): void {
  if (snapshots === 1 || epochs % snapshots === 0) return;
  throw new WellfitError(
    'option',
    `${epochs} epochs do not divide into ${snapshots} equal parts, one for each snapshot`,
    {
      expected: `a multiple of ${snapshots}`,
      received: `epochs = ${epochs}`,
      fix: `set epochs to ${Math.ceil(epochs / snapshots) * snapshots}`,
    },
  );
}

/** @throws WellfitError for a batch that cannot be made of the training rows; otherwise what a person should know of it */
export function checkBatch(model: Model, batchSize: number, rows: Split): string[] {
  if (batchSize > rows.train.length)
    throw new WellfitError('option', `batchSize ${grouped(batchSize)} is larger than the training set`, {
      expected: `at most ${grouped(rows.train.length)}`,
      received: grouped(batchSize),
      fix: 'use a smaller batch, or less validation and test data',
    });
  if (batchSize === 1) refuseSingleRow(model);
  const needy = needsBatch(model);
  return needy && rows.train.length % batchSize === 1
    ? [`each epoch leaves out one row, another one each time: "${needy.name}" cannot normalize a last batch of one row`]
    : [];
}
