import { fileURLToPath } from 'node:url';
import { sizeOf } from '../../base/index.ts';
import { checkDataset, type Dataset } from '../dataset.ts';
import { readBytes } from './bytes.ts';
import { parseNumbers } from './csv.ts';

/** 1,797 images of handwritten digits, [1, 8, 8], values 0 … 16; comes with the package. */
export async function loadDigits(): Promise<Dataset> {
  const classes = Array.from({ length: 10 }, (_, digit) => String(digit));
  return labelled('digits', await builtin('digits.csv.gz'), [1, 8, 8], classes);
}

/** 150 flowers with four lengths in centimetres; comes with the package. */
export async function loadIris(): Promise<Dataset> {
  const table = await builtin('iris.csv');
  // The first line holds the number of rows, the number of columns and the names of the classes.
  const classes = table.text.slice(0, table.text.indexOf('\n')).trim().split(',').slice(2);
  const columns = ['sepal length (cm)', 'sepal width (cm)', 'petal length (cm)', 'petal width (cm)'];
  return { ...labelled('iris', table, [4], classes, 1), columns };
}

interface Table {
  readonly file: string;
  readonly text: string;
}

async function builtin(name: string): Promise<Table> {
  const file = fileURLToPath(new URL(`../builtin/${name}`, import.meta.url));
  return { file, text: new TextDecoder().decode(await readBytes(file)) };
}

/** A table whose last column is the class number. */
function labelled(name: string, { file, text }: Table, shape: number[], classes: string[], header = 0): Dataset {
  const width = sizeOf(shape);
  const numbers = parseNumbers(text, file, width + 1, header);
  const rows = numbers.length / (width + 1);
  const features = new Float32Array(rows * width);
  const data = new Int32Array(rows);
  for (let row = 0; row < rows; row++) {
    const start = row * (width + 1);
    features.set(numbers.subarray(start, start + width), row * width);
    data[row] = numbers[start + width];
  }
  const dataset: Dataset = { name, rows, shape, features, targets: { kind: 'classes', data, classes } };
  checkDataset(dataset);
  return dataset;
}
