export { type Held, type JobState, type Jobs, jobsOf } from './jobs.ts';
export type { StudyEnding, StudyKeeper } from './keeper.ts';
export { isPostgres, openStore, type RunState, type Store, type StoredRun, storeExists } from './store.ts';
export {
  type KeptStudy,
  type ListedStudy,
  type StoredStudy,
  type Studies,
  type StudyFacts,
  studiesIn,
} from './studies.ts';
export { openRun, type RunEnding, type RunFacts, type RunWriter } from './writer.ts';
