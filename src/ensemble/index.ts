export type { Member } from '../train/index.ts';
export { combineOutputs, combineValues, linkOf } from './combine.ts';
export { type EnsembleRun, type Gain, trainEnsemble } from './train.ts';
