import { formatShape, grouped, sameShape, WellfitError } from '../../base/index.ts';
import { type Dataset, readData } from '../../data/index.ts';
import { loadData, readFromModel } from '../../data/readers/index.ts';
import { type Fingerprint, fingerprintOf } from '../../train/index.ts';
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
  checkFound(fingerprint, fingerprintOf(dataset));
  return { dataset, template: from ? { ...template, from } : template };
}

const parts = {
  features: 'the features',
  targets: 'the targets',
  names: 'the names of classes, columns or categories',
  division: 'the groups, times or test rows',
} as const;

/** @throws WellfitError that says what is different; a file that has another name but holds the same is not */
export function checkFound(wanted: Fingerprint, found: Fingerprint): void {
  const refuse = (expected: string, received: string): never => {
    throw new WellfitError('data', `a worker finds other data in "${found.name}" than the search was begun with`, {
      expected,
      received,
      likely: 'the data were changed since, or the worker reads another version of them',
      fix: 'bring the old data back, or begin a new search',
    });
  };
  if (wanted.rows !== found.rows) refuse(`${grouped(wanted.rows)} rows`, `${grouped(found.rows)} rows`);
  if (!sameShape(wanted.shape, found.shape))
    refuse(`rows of ${formatShape(wanted.shape)}`, `rows of ${formatShape(found.shape)}`);
  const changed = (Object.keys(parts) as (keyof typeof parts)[]).filter((part) => wanted[part] !== found[part]);
  if (changed.length > 0)
    refuse(
      `the same ${grouped(wanted.rows)} rows as when the search began`,
      `as many rows, but with other values in ${changed.map((part) => parts[part]).join(' and ')}`,
    );
}
