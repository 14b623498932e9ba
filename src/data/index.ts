export { type ArraysOptions, fromArrays } from './arrays.ts';
export { batches, epochOrder } from './batches.ts';
export { checkDataset, type Dataset, type Targets } from './dataset.ts';
export { type Split, type SplitName, type SplitOptions, split } from './split.ts';
