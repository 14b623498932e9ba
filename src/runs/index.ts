export type {
  Bodies,
  End,
  Epoch,
  Finding,
  LayerSignals,
  Measured,
  MemberStart,
  ParameterSignals,
  Signals,
  Start,
  Updates,
} from './bodies.ts';
export { decode, encode } from './codec.ts';
export { csvOf } from './csv.ts';
export type { RecordedEvent, RunEvent } from './event.ts';
export { type MemberRecord, type RecordedFinding, type RunRecord, replay } from './replay.ts';
export { type Histogram, type Network, networksOf, type Point, type Series } from './series.ts';
export {
  type KeptChange,
  type KeptRecord,
  type KeptReport,
  type KeptStage,
  type KeptTrial,
  withReport,
} from './study.ts';
export { bestOf, emptySummary, findingsOf, metricName, type RunSummary, summarize } from './summary.ts';
export { eventFile, eventFileName } from './tensorboard/index.ts';
