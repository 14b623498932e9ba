import type { Dataset } from '../../../src/index.ts';

/** The same rows with other features. */
export const refeatured = (dataset: Dataset, change: (x: number) => number): Dataset => ({
  ...dataset,
  features: Float32Array.from(dataset.features, change),
});

/** The same rows with other numbers as targets. */
export const retargeted = (dataset: Dataset, change: (y: number) => number): Dataset => {
  if (dataset.targets.kind !== 'numbers') throw new Error('these targets are no numbers');
  return { ...dataset, targets: { ...dataset.targets, data: dataset.targets.data.map(change) } };
};
