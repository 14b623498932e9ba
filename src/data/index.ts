export { type ArraysOptions, fromArrays } from './arrays.ts';
export { type AugmentPlan, applyAugment, augmentations, drawAugment, partners, readAugment } from './augment/index.ts';
export { batches, epochOrder } from './batches.ts';
export { checkDataset, type Dataset, type Targets } from './dataset.ts';
export type { SplitBy } from './divide.ts';
export { type Fold, type FoldOptions, folds } from './folds.ts';
export { describeRepeats, type Repeats, repeatedRows } from './repeats.ts';
export { type Split, type SplitName, type SplitOptions, split } from './split.ts';
