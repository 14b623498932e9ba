export { openStore, type RunState, type Store, type StoredRun, storeExists } from './store.ts';
export { openRun, type RunEnding, type RunFacts, type RunWriter } from './writer.ts';
