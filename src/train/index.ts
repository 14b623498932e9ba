export { decodeCheckpoint, encodeCheckpoint } from './checkpoint/codec.ts';
export { refuseFinished } from './checkpoint/continue.ts';
export { checkSameData, type Fingerprint, fingerprintOf } from './checkpoint/fingerprint.ts';
export type { Checkpoint } from './checkpoint/state.ts';
export { type CrossValidation, crossValidateOn, type Fold } from './crossValidate.ts';
export type { EpochRecord, Measure, TrainEvent, TrainMeasure, TrainOptions } from './events.ts';
export { constantLoss, layerFacts, targetFacts } from './facts.ts';
export { type GradientCheck, type GradientCheckOptions, gradientCheckOn } from './gradcheck/gradcheck.ts';
export type { GradientFault } from './gradcheck/gradientFault.ts';
export type { Ending, Stop, Weights } from './loop/loop.ts';
export { type Baseline, baselinesOn } from './measure/baselines.ts';
export { type Judged, lossOf, metricOf, predictionsOf, type Report, reportOf } from './measure/evaluate.ts';
export { type Interval, wilson } from './measure/interval.ts';
export { findRate, type RangeTest, type RatePoint, rangeTestOn } from './rangeTest.ts';
export { checkBatch } from './settings/checks.ts';
export { recipes } from './settings/recipes.ts';
export { type Resolved, resolve } from './settings/resolve.ts';
export {
  type Choice,
  type Combine,
  type Ensemble,
  type Experiment,
  experimentSchema,
  type Settings,
} from './settings/schema.ts';
export { type AverageName, averages } from './step/averaging.ts';
export { type Network, targetKind } from './step/network.ts';
export { numbersOf } from './step/numbers.ts';
export { firstMemory, makeNetwork, prepareMemory } from './step/prepare.ts';
export { Trainer } from './step/programs.ts';
export { inUnits, lossOfBatch, toFloat, trainingGraph, weightStates } from './step/step.ts';
export { judgeRows, type Member, type Run, trainOn } from './train.ts';
