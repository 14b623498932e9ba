export { type ArraysOptions, fromArrays } from './arrays.ts';
export { type AugmentPlan, applyAugment, augmentations, drawAugment, partners, readAugment } from './augment/index.ts';
export { bagRows, joinRows } from './bag.ts';
export { batches, epochOrder } from './batches.ts';
export { checkDataset, type Dataset, type EarlierColumn, type TableColumn, type Targets } from './dataset.ts';
export type { SplitBy } from './divide.ts';
export { type Fold, type FoldOptions, folds } from './folds.ts';
export { describeRepeats, type Repeats, repeatedRows } from './repeats.ts';
export { type DataSettings, dataName, dataSchema, readData, type TableSettings } from './source.ts';
export { type Split, type SplitName, type SplitOptions, split } from './split.ts';
export {
  type Cell,
  type ColumnKind,
  type ColumnProfile,
  type ColumnRequest,
  type ColumnValues,
  columnKinds,
  daysOf,
  describeLeaks,
  fromRows,
  leaks,
  numberOf,
  type PlannedColumn,
  type Row,
  type Table,
  type TableBlock,
  type TableData,
  type TableOptions,
  type Task,
  tableDataset,
  tableOfRows,
  tasks,
  textOf,
} from './table/index.ts';
