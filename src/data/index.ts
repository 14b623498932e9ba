export { checkDataset, type Dataset, type Targets } from './dataset.ts';
