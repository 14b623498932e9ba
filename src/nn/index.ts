export { initializers } from './initializers/index.ts';
export { type Layer, type LayerName, layers } from './layers/index.ts';
export { type Loss, type LossName, losses, type TargetKind } from './losses/index.ts';
export { type Metric, type MetricName, metrics } from './metrics/index.ts';
export {
  describeModel,
  type Forward,
  forward,
  initialize,
  type Model,
  type ModelLayer,
  parametersOf,
  statesOf,
} from './model.ts';
