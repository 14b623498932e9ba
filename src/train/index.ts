export { type AverageName, averages } from './averaging.ts';
export { type Baseline, baselinesOn } from './baselines.ts';
export { refuseFinished } from './checkpoint/continue.ts';
export type { Checkpoint } from './checkpoint/state.ts';
export { decodeCheckpoint, encodeCheckpoint } from './checkpoint.ts';
export { type CrossValidation, crossValidateOn, type Fold } from './crossValidate.ts';
export { type Judged, lossOf, metricOf, predictionsOf, type Report, reportOf } from './evaluate.ts';
export type { EpochRecord, Measure, TrainEvent, TrainMeasure, TrainOptions } from './events.ts';
export { type GradientCheck, type GradientCheckOptions, gradientCheckOn } from './gradcheck.ts';
export type { GradientFault } from './gradientFault.ts';
export { type Interval, wilson } from './interval.ts';
export type { Ending, Stop, Weights } from './loop.ts';
export { type Network, targetKind } from './network.ts';
export { numbersOf } from './numbers.ts';
export { prepareMemory } from './prepare.ts';
export { Trainer } from './programs.ts';
export { type RangeTest, type RatePoint, rangeTestOn } from './rangeTest.ts';
export { recipes } from './recipes.ts';
export {
  type Choice,
  type Combine,
  type Ensemble,
  type Experiment,
  experimentSchema,
  type Settings,
} from './schema.ts';
export { resolve } from './settings.ts';
export { inUnits, toFloat, trainingGraph } from './step.ts';
export { judgeRows, type Member, type Run, trainOn } from './train.ts';
