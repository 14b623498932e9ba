import { formatShape, grouped, type Shape, sizeOf, suggest, WellfitError } from '../base/index.ts';
import { checkDataset, type Dataset, type Targets } from './dataset.ts';

export interface ArraysOptions {
  /** rows x shape, row after row. Bytes are pixels (0 … 255) and, like a Float32Array, are not copied. */
  readonly features: Float32Array | Uint8Array | readonly (readonly number[])[];
  /** Shape of one row; [numbers a row] where it is left out. */
  readonly shape?: Shape;
  /** One class number, class name or value a row; or several values a row, such as a 0 or 1 for each label. */
  readonly targets: readonly number[] | Int32Array | Float32Array | readonly string[] | readonly (readonly number[])[];
  /** Names of the classes; where they are left out: the sorted names among the targets, or "0", "1", … */
  readonly classes?: readonly string[];
  /** Taken as classification for names, an Int32Array and wherever classes are given, else as regression. */
  readonly task?: 'classification' | 'regression';
  readonly name?: string;
  /** The group of each row, as a patient's number or name; rows of one group stay together where a split is by group. */
  readonly groups?: Int32Array | readonly number[] | readonly string[];
  /** When each row happened: dates, or numbers in any unit that grows with time. */
  readonly times?: Float64Array | readonly (number | Date)[];
}

/**
 * A data set from arrays in memory.
 *
 * @throws WellfitError naming the row of ragged features, of a label that is no class, of a number that is not finite, and
 * of a group or a time that is missing
 */
export function fromArrays(options: ArraysOptions): Dataset {
  const { features, shape, targets, classes, task, name = 'arrays', groups, times } = options;
  const rows = targets.length;
  const table = isTable(features) ? flatten(name, features) : { data: features, rows };
  if (table.rows !== rows)
    throw new WellfitError('data', `features and targets of "${name}" differ in length`, {
      expected: 'one target for each row of features',
      received: `${grouped(table.rows)} rows of features, ${grouped(rows)} targets`,
    });
  const rowShape = shape ?? [table.data.length / Math.max(rows, 1)];
  const isShape = rowShape.every(Number.isInteger) && (sizeOf(rowShape) > 0 || rows === 0);
  if (!isShape || table.data.length !== rows * sizeOf(rowShape))
    throw new WellfitError('data', `the features of "${name}" do not fill its rows`, {
      expected: shape
        ? `${grouped(rows)} rows of ${formatShape(shape)} = ${grouped(rows * sizeOf(shape))} numbers`
        : `a multiple of ${grouped(rows)} numbers, for ${grouped(rows)} targets`,
      received: `${grouped(table.data.length)} numbers`,
      fix: 'give the shape of one row, such as [4] or [1, 28, 28], and one target for each row',
    });
  const dataset: Dataset = {
    name,
    rows,
    shape: rowShape,
    features: table.data,
    targets: targetsOf(name, targets, classes, task),
    ...(groups && { groups: groupsOf(name, groups) }),
    ...(times && { times: timesOf(name, times) }),
  };
  checkDataset(dataset);
  return dataset;
}

const isTable = (features: ArraysOptions['features']): features is readonly (readonly number[])[] =>
  Array.isArray(features);

function flatten(
  name: string,
  table: readonly (readonly number[])[],
  what: 'feature' | 'target' = 'feature',
): { data: Float32Array; rows: number } {
  const width = table[0]?.length ?? 0;
  const data = new Float32Array(table.length * width);
  for (const [row, numbers] of table.entries()) {
    if (numbers.length !== width)
      throw new WellfitError('data', `row ${row} of "${name}" is not as long as row 0`, {
        expected: `${width} numbers`,
        received: `${numbers.length} numbers`,
        likely: 'a value is missing or a row was cut',
      });
    for (let column = 0; column < width; column++)
      data[row * width + column] = checkNumber(numbers[column], `row ${row} of "${name}", ${what} ${column},`);
  }
  return { data, rows: table.length };
}

function targetsOf(
  name: string,
  targets: ArraysOptions['targets'],
  classes: readonly string[] | undefined,
  task: ArraysOptions['task'],
): Targets {
  if (Array.isArray(targets[0])) return severalNumbers(name, targets as readonly (readonly number[])[], classes, task);
  const named = typeof targets[0] === 'string';
  task ??= named || classes || targets instanceof Int32Array ? 'classification' : 'regression';
  if (task === 'regression') {
    if (classes)
      throw new WellfitError('option', `classes are given for the regression of "${name}"`, {
        fix: "leave out classes, or use task: 'classification'",
      });
    const values = targets as ArrayLike<number>;
    const data = Float32Array.from(values, (value, row) => checkNumber(value, `row ${row} of "${name}", the target,`));
    return { kind: 'numbers', data, width: 1 };
  }
  if (classes) checkUnique(name, classes);
  if (named) return namedClasses(name, targets as readonly string[], classes);
  return numberedClasses(name, targets as ArrayLike<number>, classes);
}

function severalNumbers(
  name: string,
  targets: readonly (readonly number[])[],
  classes: readonly string[] | undefined,
  task: ArraysOptions['task'],
): Targets {
  if (classes || task === 'classification')
    throw new WellfitError('option', `the targets of "${name}" are several numbers a row, and no classes`, {
      received: classes ? 'classes' : "task: 'classification'",
      fix: 'leave it out; 0 and 1 for each label train with the loss "binaryCrossEntropy"',
    });
  return { kind: 'numbers', data: flatten(name, targets, 'target').data, width: targets[0].length };
}

function namedClasses(name: string, labels: readonly string[], given?: readonly string[]): Targets {
  const refuse = (row: number, fix: string): never => {
    const label = JSON.stringify(labels[row]);
    throw new WellfitError('data', `row ${row} of "${name}" has the label ${label}`, {
      expected: 'the name of a class',
      received: label,
      fix,
    });
  };
  const odd = labels.findIndex((label) => typeof label !== 'string');
  if (odd >= 0) refuse(odd, 'give every label as a text, or every label as a number');
  const classes = given ?? [...new Set(labels)].sort();
  const indexOf = new Map(classes.map((label, i) => [label, i]));
  const data = Int32Array.from(labels, (label, row) => indexOf.get(label) ?? refuse(row, suggest(label, classes)));
  return { kind: 'classes', data, classes };
}

function numberedClasses(name: string, labels: ArrayLike<number>, given?: readonly string[]): Targets {
  const data = Int32Array.from(labels, (label, row) => {
    // A class number beyond 32 bits would wrap around to another class.
    if (checkNumber(label, `row ${row} of "${name}", the label,`) === (label | 0)) return label;
    throw new WellfitError('data', `row ${row} of "${name}" has the label ${label}`, {
      expected: 'a class number: 0, 1, 2, …',
      received: String(label),
      fix: "give class numbers, or use task: 'regression' for values",
    });
  });
  const count = data.reduce((most, label) => Math.max(most, label), -1) + 1;
  if (!given && count > data.length)
    throw new WellfitError('data', `the labels of "${name}" name more classes than there are rows`, {
      expected: `class numbers below ${grouped(data.length)}`,
      received: `the label ${count - 1}`,
      likely: 'the targets are values or identifiers and not class numbers',
      fix: "use task: 'regression' for values, or give the names of the classes",
    });
  return { kind: 'classes', data, classes: given ?? Array.from({ length: count }, (_, i) => String(i)) };
}

/** Names are numbered in the order in which they come. */
function groupsOf(name: string, groups: NonNullable<ArraysOptions['groups']>): Int32Array {
  if (groups instanceof Int32Array) return groups;
  const numberOf = new Map<number | string, number>();
  const named = typeof groups[0] === 'string';
  return Int32Array.from(groups as ArrayLike<number | string>, (group, row) => {
    const fits = named ? typeof group === 'string' && group !== '' : typeof group === 'number' && group === (group | 0);
    if (!fits)
      throw new WellfitError('data', `the group of row ${row} of "${name}" is no ${named ? 'name' : 'whole number'}`, {
        expected: named ? 'the name of a group, as in row 0' : 'a whole number of at most 32 bits',
        received: typeof group === 'number' ? String(group) : (JSON.stringify(group) ?? 'nothing'),
        likely: 'a missing value, or an identifier that is no number',
        fix: 'give every group as a text, or every group as a whole number',
      });
    if (!numberOf.has(group)) numberOf.set(group, named ? numberOf.size : (group as number));
    return numberOf.get(group)!;
  });
}

const timesOf = (name: string, times: NonNullable<ArraysOptions['times']>): Float64Array =>
  times instanceof Float64Array
    ? times
    : Float64Array.from(times, (time, row) =>
        time instanceof Date ? time.getTime() : checkNumber(time, `row ${row} of "${name}", the time,`),
      );

function checkUnique(name: string, classes: readonly string[]): void {
  const twice = classes.find((label, i) => classes.indexOf(label) !== i);
  if (twice === undefined) return;
  throw new WellfitError('option', `the class "${twice}" of "${name}" is given twice`, {
    expected: 'each class once, in the order of the class numbers',
    received: classes.join(', '),
  });
}

/** Without this, null and '' would pass for the number 0. NaN is found by checkDataset. */
function checkNumber(value: unknown, where: string): number {
  if (typeof value === 'number') return value;
  throw new WellfitError('data', `${where} is not a number`, {
    expected: 'a number',
    received: JSON.stringify(value) ?? 'nothing',
    likely: 'a missing value or text',
    fix: 'remove the row or fill in a number',
  });
}
