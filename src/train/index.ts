export type { EpochRecord, Measure, TrainEvent } from './events.ts';
export { recipes } from './recipes.ts';
export { type Choice, type Experiment, experimentSchema, type Settings } from './settings.ts';
export { toFloat } from './step.ts';
export { type Ending, type Run, type TrainOptions, trainOn } from './train.ts';
