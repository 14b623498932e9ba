import { formatShape, grouped, type Shape, sameShape, WellfitError } from '../../base/index.ts';
import type { Dataset } from '../../data/index.ts';
import { Hash } from './hash.ts';

/** What tells whether a data set is still the same; the parts are apart so that a refusal can say what changed. */
export interface Fingerprint {
  readonly name: string;
  readonly rows: number;
  readonly shape: Shape;
  /** 16 hexadecimal digits each, of everything that training looks at. */
  readonly features: string;
  readonly targets: string;
  /** Names of classes, columns and categories. */
  readonly names: string;
  /** Groups, times and the rows of the test set. */
  readonly division: string;
}

const known = new WeakMap<Dataset, Fingerprint>();

/** The fingerprint of a data set; reads all of it, about a gigabyte a second, once. */
export function fingerprintOf(dataset: Dataset): Fingerprint {
  let print = known.get(dataset);
  if (!print) known.set(dataset, (print = compute(dataset)));
  return print;
}

function compute(dataset: Dataset): Fingerprint {
  const { name, rows, shape, features, targets, columns, table, groups, times, testRows } = dataset;
  const classes = targets.kind === 'classes' ? targets.classes : targets.width;
  const division = new Hash().text(String(testRows));
  for (const numbers of [groups, times]) division.text(typeof numbers).bytes(numbers ?? new Uint8Array(0));
  return {
    name,
    rows,
    shape,
    features: new Hash().text(features.constructor.name).bytes(features).hex,
    targets: new Hash().text(targets.kind).bytes(targets.data).hex,
    names: new Hash().text(JSON.stringify([classes, columns ?? null, table ?? null])).hex,
    division: division.hex,
  };
}

const parts = {
  features: 'the features',
  targets: 'the targets',
  names: 'the names of classes, columns or categories',
  division: 'the groups, times or test rows',
} as const;

/**
 * Data that have another name but hold the same are the same.
 * @param what was done with the data then, as in "the checkpoint was made"
 * @throws WellfitError that says what is different
 */
export function checkSameData(then: Fingerprint, now: Fingerprint, what: string): void {
  const refuse = (expected: string, received: string): never => {
    throw new WellfitError('data', `${what} with other data than "${now.name}" holds now`, {
      expected,
      received,
      likely: 'the data was changed since, or another version of it is found here',
      fix: 'bring the old data back, or start anew',
    });
  };
  if (then.rows !== now.rows) refuse(`${grouped(then.rows)} rows`, `${grouped(now.rows)} rows`);
  if (!sameShape(then.shape, now.shape))
    refuse(`rows of ${formatShape(then.shape)}`, `rows of ${formatShape(now.shape)}`);
  const changed = (Object.keys(parts) as (keyof typeof parts)[]).filter((part) => then[part] !== now[part]);
  if (changed.length > 0)
    refuse(
      `the same ${grouped(then.rows)} rows as then`,
      `as many rows, but with other values in ${changed.map((part) => parts[part]).join(' and ')}`,
    );
}
