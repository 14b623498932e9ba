export { type TableData, type TableOptions, tableDataset } from './build.ts';
export { type Cell, daysOf, numberOf, textOf } from './cells.ts';
export { type ColumnKind, columnKinds, type PlannedColumn } from './kinds.ts';
export { describeLeaks, type Leak, leaks } from './leakage.ts';
export { fromRows, type Row, tableOfRows } from './rows.ts';
export type { ColumnProfile, ColumnRequest, ColumnValues, Table, TableBlock } from './table.ts';
export { type Task, tasks } from './task.ts';
