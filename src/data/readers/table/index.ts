export { openTable, type TableOptions, type TableSource } from './open.ts';
export { type WrittenColumn, writeParquet } from './parquet.ts';
