export type { EpochRecord, Measure, TrainEvent } from './events.ts';
export { type GradientCheck, type GradientCheckOptions, gradientCheckOn } from './gradcheck.ts';
export type { GradientFault } from './gradientFault.ts';
export type { Network } from './network.ts';
export { Trainer } from './programs.ts';
export { recipes } from './recipes.ts';
export { type Choice, type Experiment, experimentName, experimentSchema, type Settings } from './settings.ts';
export { toFloat, trainingGraph } from './step.ts';
export { type Ending, prepareMemory, type Run, type TrainOptions, trainOn } from './train.ts';
