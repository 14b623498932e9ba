import type { Dataset } from './data/index.ts';
import { loadDataset } from './data/readers/index.ts';
import { type EnsembleRun, trainEnsemble } from './ensemble/index.ts';
import {
  type CrossValidation,
  crossValidateOn,
  type Experiment,
  type GradientCheck,
  type GradientCheckOptions,
  gradientCheckOn,
  type RangeTest,
  rangeTestOn,
  type TrainOptions,
} from './train/index.ts';

export { type ErrorFacts, WellfitError } from './base/index.ts';
export { type ArraysOptions, type Dataset, fromArrays } from './data/index.ts';
export { type DatasetName, datasets, loadDataset } from './data/readers/index.ts';
export { type Engine, type OnnxRuntimeOptions, onnxRuntimeEngine, referenceEngine } from './engine/index.ts';
export type { EnsembleRun } from './ensemble/index.ts';
export { modelFile } from './export/index.ts';
export type {
  CrossValidation,
  EpochRecord,
  Experiment,
  Fold,
  GradientCheck,
  GradientCheckOptions,
  Measure,
  RangeTest,
  Report,
  Run,
  Settings,
  TrainEvent,
  TrainOptions,
} from './train/index.ts';

/** An experiment whose data may also be a data set in memory, as `fromArrays` or `loadDataset` make one. */
export type ExperimentOrData = Omit<Experiment, 'data'> & { readonly data: Experiment['data'] | Dataset };

/**
 * Trains an experiment; everything but `data` may be left out.
 * @example const run = await train({ data: { dataset: 'digits' }, epochs: 10 }); console.log(run.test);
 * @throws WellfitError where the data or an option cannot work
 */
export async function train(experiment: ExperimentOrData, options?: TrainOptions): Promise<EnsembleRun> {
  const { dataset, plain } = await withData(experiment);
  return trainEnsemble(dataset, plain, options);
}

/**
 * k-fold cross-validation of an experiment: mean and standard error of the metric over `folds` trainings, each measured on rows it has not seen.
 * @example const { metric } = await crossValidate({ data: { dataset: 'iris' } }, 5); console.log(metric.mean, metric.standardError);
 */
export async function crossValidate(
  experiment: ExperimentOrData,
  folds: number,
  options?: TrainOptions,
): Promise<CrossValidation> {
  const { dataset, plain } = await withData(experiment);
  return crossValidateOn(dataset, plain, folds, options);
}

/**
 * Looks for a learning rate by short trainings whose rate rises.
 * @example const { lr, why } = await rangeTest({ data: { dataset: 'digits' }, optimizer: 'momentum' });
 * @throws WellfitError with the reason where no rate is usable
 */
export async function rangeTest(experiment: ExperimentOrData, options?: TrainOptions): Promise<RangeTest> {
  const { dataset, plain } = await withData(experiment);
  return rangeTestOn(dataset, plain, options);
}

/**
 * Checks an experiment's gradients against finite differences, in float64.
 * @example const { ratio, words } = await gradientCheck({ data: { dataset: 'iris' } });
 */
export async function gradientCheck(
  experiment: ExperimentOrData,
  options?: GradientCheckOptions,
): Promise<GradientCheck> {
  const { dataset, plain } = await withData(experiment);
  return gradientCheckOn(dataset, plain, options);
}

async function withData({ data, ...rest }: ExperimentOrData): Promise<{ dataset: Dataset; plain: Experiment }> {
  const dataset = 'features' in data ? data : await loadDataset(data.dataset);
  return { dataset, plain: { ...rest, data: { dataset: 'features' in data ? data.name : data.dataset } } };
}
