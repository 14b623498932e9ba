import { type Dataset, readData } from '../../data/index.ts';
import { loadData, readFromModel } from '../../data/readers/index.ts';
import { checkSameData, fingerprintOf } from '../../train/index.ts';
import type { Setup } from '../run/setup.ts';

/** The data of a search as a worker finds them, and the experiment with the bytes of the model that it goes on from. */
export interface Loaded {
  readonly dataset: Dataset;
  readonly template: Setup['template'];
}

/**
 * Loads what a search was begun with.
 * @throws WellfitError where it cannot be read, or is not the same here
 */
export async function loadSetup({ template, fingerprint }: Setup): Promise<Loaded> {
  const from = await readFromModel(template.from);
  const { dataset } = await loadData(readData(template.data), { from: from?.bytes });
  checkSameData(fingerprint, fingerprintOf(dataset), 'the search was begun');
  return { dataset, template: from ? { ...template, from } : template };
}
