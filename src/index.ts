import { WellfitError } from './base/index.ts';
import { type Dataset, readData } from './data/index.ts';
import { loadData, readFromModel, readModel } from './data/readers/index.ts';
import {
  Doctor,
  type Examination,
  type ExamineOptions,
  examineOn,
  type Finding,
  isGrave,
  type Preflight,
  type PreflightOptions,
  preflightOn,
  type Repair,
} from './doctor/index.ts';
import { type EnsembleRun, trainEnsemble } from './ensemble/index.ts';
import { type LoadModelOptions, loadModel as loadModelBytes, type Model } from './predict/index.ts';
import { carryOut, planSearch, type SearchOptions as SearchHow, type SearchResult, setupOf } from './search/index.ts';
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
export { type ArraysOptions, type Cell, type Dataset, fromArrays, fromRows, type Row } from './data/index.ts';
export { type DatasetName, datasets, loadDataset } from './data/readers/index.ts';
export type {
  Examination,
  ExamineOptions,
  Finding,
  Preflight,
  PreflightOptions,
  Proof,
  Repair,
  Severity,
  Trial,
} from './doctor/index.ts';
export { type Engine, type OnnxRuntimeOptions, onnxRuntimeEngine, referenceEngine } from './engine/index.ts';
export type { EnsembleRun } from './ensemble/index.ts';
export { modelFile } from './export/index.ts';
export type {
  ClassPrediction,
  LabelsPrediction,
  LoadModelOptions,
  Model,
  NumberPrediction,
  PredictInput,
  ScorePrediction,
} from './predict/index.ts';
export { type Asked, type AskTell, createStudy, type SearchResult, type StudyOptions } from './search/index.ts';
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

export interface TrainAndLookOptions extends TrainOptions {
  /** Tries to make a training better that something is wrong with, in at most so many times its passes over the rows (true: 2); never makes it worse. */
  readonly repair?: boolean | number;
}

export interface TrainedRun extends EnsembleRun {
  /** What is wrong, or may be: one chain with its head first; empty where the training is healthy. */
  readonly findings: readonly Finding[];
  /** What was changed, and whether it was kept. */
  readonly repair?: Repair;
}

/**
 * Trains an experiment; everything but `data` may be left out. The training is looked at from inside as it goes, unless `watch` is false.
 * @example const run = await train({ data: { dataset: 'digits' }, epochs: 10 }); console.log(run.test, run.findings);
 * @throws WellfitError where the data or an option cannot work
 */
export async function train(experiment: ExperimentOrData, options: TrainAndLookOptions = {}): Promise<TrainedRun> {
  const { dataset, plain } = await withData(experiment);
  const { repair, ...rest } = options;
  const doctor = new Doctor();
  const onEvent: TrainOptions['onEvent'] = (event) => {
    doctor.observe(event);
    rest.onEvent?.(event);
  };
  const run = await trainEnsemble(dataset, plain, {
    recover: Boolean(repair),
    ...rest,
    ...(rest.watch !== false && { onEvent }),
  });
  const { findings, history } = doctor;
  const wrong = findings.some(isGrave);
  if (!repair || !wrong || !history || options.signal?.aborted) return { ...run, findings };
  const times = repair === true ? undefined : repair;
  const examined = await examineOn(dataset, plain, { ...rest, history, run, repair: true, times });
  return { ...(examined.run ?? run), findings: examined.findings, repair: examined.repair };
}

/**
 * Says what is wrong with a training and puts it to the proof by short probes; with `repair` trains again with what helps.
 * @example const { findings, trials } = await doctor({ data: { dataset: 'digits' }, optimizer: { adam: { lr: 3 } } });
 */
export async function doctor(experiment: ExperimentOrData, options?: ExamineOptions): Promise<Examination> {
  const { dataset, plain } = await withData(experiment);
  return examineOn(dataset, plain, options);
}

/**
 * Opens a model file that Wellfit made: its path (or that of the folder of a run), or its bytes.
 * @example const model = await loadModel('model.onnx'); const [answer] = await model.predict([{ age: 31, city: 'Rome' }]);
 * @throws WellfitError where there is no such file, or it is no model of Wellfit
 */
export async function loadModel(file: string | Uint8Array, options?: LoadModelOptions): Promise<Model> {
  return loadModelBytes(typeof file === 'string' ? (await readModel(file)).bytes : file, options);
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

/**
 * Checks an experiment before it is trained: data, structure, first weights, gradients, a tiny subset, the learning rate. Seconds, not minutes.
 * @example const { findings } = await check({ data: { dataset: 'digits' } });
 */
export async function check(experiment: ExperimentOrData, options?: PreflightOptions): Promise<Preflight> {
  const { dataset, plain } = await withData(experiment);
  return preflightOn(dataset, plain, options);
}

export interface SearchOptions extends Omit<SearchHow, 'workers' | 'resume' | 'saved' | 'onChange'> {
  /** Trials at the same time, each in a process of its own, for data that have a name or a path; in this thread unless said. */
  readonly workers?: number;
}

/**
 * Searches for better settings of an experiment: its ranges, or the usual ones. The best are trained again with new seeds; the winner is trained
 * as a whole and measured once on the test rows.
 * @param experiment a range may stand wherever a value may: { log: [1e-4, 1e-1] }, { uniform: [0, 0.5] }, { int: [16, 256], step: 16 }, { choice: ['relu', 'elu'] }
 * @example const { crowned, run } = await search({ data: { dataset: 'digits' }, optimizer: { adam: { lr: { log: [1e-4, 1e-1] } } } }, { budget: { trials: 20 } });
 * @throws WellfitError for ranges and options that cannot work, before the first trial
 */
export async function search(
  experiment: { readonly data: ExperimentOrData['data']; readonly [setting: string]: unknown },
  { workers, ...options }: SearchOptions = {},
): Promise<SearchResult> {
  const { dataset, plain } = await withData(experiment as unknown as ExperimentOrData);
  const plan = planSearch(dataset, plain, options);
  if (workers === undefined) return carryOut(dataset, plan, options);
  if (typeof experiment.data === 'object' && experiment.data !== null && 'features' in experiment.data)
    throw new WellfitError('option', 'data in memory cannot be searched by other processes', {
      received: `workers: ${workers}`,
      fix: 'leave "workers" out, or give the data by name or path',
    });
  const { processWorkers } = await import('./search/workers/index.ts');
  const pool = processWorkers(setupOf(dataset, plan), workers);
  try {
    return await carryOut(dataset, plan, { ...options, workers: pool });
  } finally {
    await Promise.all(pool.map((worker) => worker.close()));
  }
}

async function withData({ data, ...asked }: ExperimentOrData): Promise<{ dataset: Dataset; plain: Experiment }> {
  const from = await readFromModel(asked.from);
  const rest = { ...asked, ...(from && { from }) } as typeof asked;
  if (typeof data === 'object' && data !== null && 'features' in data)
    return { dataset: data, plain: { ...rest, data: { dataset: data.name } } };
  const loaded = await loadData(readData(data), { from: from?.bytes });
  return { dataset: loaded.dataset, plain: { ...rest, data: loaded.data } };
}
