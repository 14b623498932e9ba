/** The package's face in a browser: the same training, on data that the page brings. */
export { type ErrorFacts, WellfitError } from './base/index.ts';
export { type ArraysOptions, type Cell, type Dataset, fromArrays, fromRows, type Row } from './data/index.ts';
export {
  Doctor,
  diagnose,
  type Examination,
  type ExamineOptions,
  examineOn,
  type Finding,
  Historian,
  type History,
  type Preflight,
  type PreflightOptions,
  preflightOn,
  rules,
} from './doctor/index.ts';
export { type Engine, type OnnxRuntimeOptions, onnxRuntimeEngine, referenceEngine } from './engine/index.ts';
export { type EnsembleRun, trainEnsemble } from './ensemble/index.ts';
export { modelFile } from './export/index.ts';
export {
  type ClassPrediction,
  type LabelsPrediction,
  type LoadModelOptions,
  loadModel,
  type Model,
  type NumberPrediction,
  type PredictInput,
  type ScorePrediction,
} from './predict/index.ts';
export {
  type Asked,
  type AskTell,
  createStudy,
  type SearchOptions,
  type SearchResult,
  type StudyOptions,
  searchOn,
} from './search/index.ts';
export {
  type CrossValidation,
  crossValidateOn,
  type EpochRecord,
  type Experiment,
  gradientCheckOn,
  type Measure,
  type RangeTest,
  type Report,
  type Run,
  rangeTestOn,
  type Settings,
  type TrainEvent,
  type TrainOptions,
  trainOn,
} from './train/index.ts';
