export { answerOf, answers, targetUnder } from './answer.ts';
export { type Imported, type ImportedTensor, type ImportOptions, importModel, importRows } from './imported.ts';
export { type Initializer, initializers, type UnitMoments, unitOf } from './initializers/index.ts';
export { type Layer, type LayerName, layers } from './layers/index.ts';
export { type Loss, type LossName, losses, type Meaning, type TargetKind } from './losses/index.ts';
export {
  type ClassReport,
  classReport,
  confusionMatrix,
  type Metric,
  type MetricName,
  metrics,
  type Predictions,
} from './metrics/index.ts';
export {
  describeModel,
  type Forward,
  forward,
  initialize,
  type Model,
  type ModelLayer,
  parametersOf,
  type Randomness,
  statesOf,
} from './model.ts';
