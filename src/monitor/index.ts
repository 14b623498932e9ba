export { type Layout, measure, type Watched, type WatchedLayer } from './measure.ts';
export { Pace, type Watching } from './pace.ts';
export { Reader } from './read.ts';
export type { Histogram, LayerSignals, ParameterSignals, Signals } from './signals.ts';
