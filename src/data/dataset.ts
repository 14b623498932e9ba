import { formatShape, grouped, type Shape, sizeOf, WellfitError } from '../base/index.ts';

export type Targets =
  /** One class index a row, 0 … classes.length-1. */
  | { readonly kind: 'classes'; readonly data: Int32Array; readonly classes: readonly string[] }
  /** `width` numbers a row. */
  | { readonly kind: 'numbers'; readonly data: Float32Array; readonly width: number };

/** How one column of a table stands in the features: as one number a row. */
export interface TableColumn {
  readonly name: string;
  /** Numbers and dates (days since 1970-01-01) stand as they are, NaN where missing; categories as the place of their value. */
  readonly kind: 'number' | 'date' | 'category';
  /** What category 0, 1, … is, but for columns of an earlier model; values.length stands for a missing value, -1 for one that is not among them. */
  readonly values?: readonly string[];
  /** Whether some row lacks a value. */
  readonly missing: boolean;
  /** Where the columns are those of an earlier model: the number of each of `values`, that of a missing one, and the range of its training rows. */
  readonly earlier?: Pick<EarlierColumn, 'codes' | 'missing' | 'range'>;
}

/** A column as an earlier model takes it. */
export interface EarlierColumn {
  readonly name: string;
  readonly kind: TableColumn['kind'];
  readonly values?: readonly string[];
  readonly codes?: readonly number[];
  readonly missing?: number;
  readonly range?: readonly [number, number];
}

/** Rows to learn from. All splits stand in the same arrays; which row belongs where is said by index lists. */
export interface Dataset {
  readonly name: string;
  readonly rows: number;
  /** Shape of one row: [features] for a table, [channels, height, width] for images. */
  readonly shape: Shape;
  /** rows x shape. Bytes are pixels, 0 … 255. */
  readonly features: Uint8Array | Float32Array;
  readonly targets: Targets;
  /** Names of the features of a table. */
  readonly columns?: readonly string[];
  /** Set where the features are columns of different kinds; the preprocessing step "columns" makes numbers to learn from of them. */
  readonly table?: readonly TableColumn[];
  /** What the target is called, in a table. */
  readonly targetName?: string;
  /** What a person should know of how the data was read, in sentences. */
  readonly notes?: readonly string[];
  /** The last `testRows` rows are the test set that the publisher of the data defined. */
  readonly testRows?: number;
  /** The group of each row, any number: rows of one group, as of one patient, stay together where a split is by group. */
  readonly groups?: Int32Array;
  /** When each row happened, in any unit that grows with time. */
  readonly times?: Float64Array;
}

/** @throws WellfitError naming the row (and column) of the first label out of range, NaN or infinite number */
export function checkDataset(dataset: Dataset): void {
  const { name, rows, shape, features, targets } = dataset;
  const width = sizeOf(shape);
  if (rows === 0) throw new WellfitError('data', `the data set "${name}" has no rows`);
  if (features.length !== rows * width)
    throw new WellfitError('data', `the features of "${name}" do not fit its rows`, {
      expected: `${grouped(rows)} rows of ${formatShape(shape)} = ${grouped(rows * width)} numbers`,
      received: `${grouped(features.length)} numbers`,
    });
  const targetWidth = targets.kind === 'classes' ? 1 : targets.width;
  if (targets.data.length !== rows * targetWidth)
    throw new WellfitError('data', `the targets of "${name}" do not fit its rows`, {
      expected: `${grouped(rows * targetWidth)}`,
      received: `${grouped(targets.data.length)}`,
    });
  for (const [field, numbers] of Object.entries({ groups: dataset.groups, times: dataset.times }))
    if (numbers && numbers.length !== rows)
      throw new WellfitError('data', `the ${field} of "${name}" do not fit its rows`, {
        expected: `${grouped(rows)}, one for each row`,
        received: grouped(numbers.length),
      });
  if (dataset.times) checkFinite(name, dataset.times, 1, () => 'the time');
  if (targets.kind === 'classes') checkLabels(name, targets.data, targets.classes.length);
  else
    checkFinite(name, targets.data, targets.width, (column) =>
      targets.width === 1 ? 'the target' : `target ${column}`,
    );
  // What a table lacks is NaN.
  if (features instanceof Float32Array && !dataset.table)
    checkFinite(name, features, width, (column) =>
      dataset.columns ? `column "${dataset.columns[column]}"` : `feature ${column}`,
    );
}

function checkLabels(name: string, labels: Int32Array, classes: number): void {
  const row = labels.findIndex((label) => label < 0 || label >= classes);
  if (row < 0) return;
  throw new WellfitError('data', `row ${row} of "${name}" has the label ${labels[row]}`, {
    expected: `0 … ${classes - 1}, for ${classes} classes`,
    received: `${labels[row]}`,
    likely:
      labels[row] === classes
        ? 'the labels count from 1'
        : 'the list of classes is incomplete, or the labels belong to another data set',
    fix: labels[row] === classes ? 'subtract 1 from every label' : 'give as many classes as there are labels',
  });
}

function checkFinite(
  name: string,
  numbers: Float32Array | Float64Array,
  width: number,
  nameOf: (column: number) => string,
): void {
  const at = numbers.findIndex((x) => !Number.isFinite(x));
  if (at < 0) return;
  throw new WellfitError(
    'data',
    `row ${Math.floor(at / width)} of "${name}", ${nameOf(at % width)}, is ${numbers[at]}`,
    {
      expected: 'finite numbers',
      received: String(numbers[at]),
      likely: 'a missing value, or a division by zero while the data was made',
      fix: 'remove the row or fill in a value',
    },
  );
}
