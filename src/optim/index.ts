export { type Optimizer, type OptimizerName, optimizers } from './optimizers/index.ts';
export { type Regularizer, type RegularizerName, regularizers } from './regularizers/index.ts';
export { type ScheduleName, schedules } from './schedules/index.ts';
