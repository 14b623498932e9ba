export type { Progress } from './download.ts';
export { decodeImages, encodePng, listImages } from './imageFolder/index.ts';
export { type LoadDataOptions, type LoadedData, loadData, missingTarget } from './load.ts';
export { findModel, readFromModel, readModel } from './model.ts';
export { type DatasetFacts, type DatasetName, datasets, type LoadOptions, loadDataset } from './named.ts';
export { openTable, type TableSource, type WrittenColumn, writeParquet } from './table/index.ts';
