export type { Progress } from './download.ts';
export { type DatasetFacts, type DatasetName, datasets, type LoadOptions, loadDataset } from './named.ts';
