export { type Importance, importances } from './importance.ts';
export { type PrunerName, pruners } from './pruners/index.ts';
export { type Driven, drive, type SavedTrials } from './run/drive.ts';
export { type Job, type JobHooks, type Worker, WorkerLost } from './run/job.ts';
export { type PlanOptions, planSearch, type SearchPlan } from './run/plan.ts';
export {
  type CarryOutOptions,
  carryOut,
  localWorker,
  type SearchEvent,
  type SearchOptions,
  type SearchResult,
  searchOn,
} from './run/search.ts';
export { type Setup, setupOf } from './run/setup.ts';
export type { Together } from './run/together.ts';
export { type Task, type Tried, tryOut } from './run/trial.ts';
export type { Crowned, Finalist } from './run/winner.ts';
export { type SamplerName, samplers } from './samplers/index.ts';
export type { Parameter, Space, Values } from './space/parameter.ts';
export { fill, readSpace } from './space/read.ts';
export { type Asked, type AskTell, createStudy, type StudyOptions } from './study/askTell.ts';
export { comparable, leadersOf } from './study/best.ts';
export { type Control, controlOf } from './study/control.ts';
export type { Budget, Objective, Stage, StudyRecord, StudySettings, TrialRecord } from './study/record.ts';
export { Study, type StudyChange } from './study/study.ts';
export { replayTrial } from './study/suggest.ts';
export { type Warning, warningsOf } from './study/warnings.ts';
