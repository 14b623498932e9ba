export { type ClipperName, clippers } from './clipping.ts';
export { type Moved, type Optimizer, type OptimizerName, optimizers } from './optimizers/index.ts';
export { type Regularizer, type RegularizerName, regularizers } from './regularizers/index.ts';
export {
  type Position,
  rateFactor,
  type Schedule,
  type ScheduleName,
  scheduleMisfit,
  schedules,
} from './schedules/index.ts';
