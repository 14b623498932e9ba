export { checkColumns, fits, type GivenColumn } from './compare.ts';
export type { Surprise, Surprises } from './feeds.ts';
export { dayText } from './feeds.ts';
export {
  type Answers,
  type ClassPrediction,
  type Feeds,
  greatest,
  type LabelsPrediction,
  type LoadModelOptions,
  loadModel,
  type Model,
  type NumberPrediction,
  type PredictInput,
  type ScorePrediction,
} from './model.ts';
