export type { Member } from '../train/index.ts';
export { combineOutputs, combineValues, linked, linkOf } from './combine.ts';
export { greedySelection } from './greedy.ts';
export { type EnsembleRun, type Gain, together, trainEnsemble } from './train.ts';
