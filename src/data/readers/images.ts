import { formatShape, type Shape, sameShape, sizeOf, WellfitError } from '../../base/index.ts';
import { checkDataset, type Dataset } from '../dataset.ts';

/** Labelled images as one file (or pair of files) holds them. */
export interface Images {
  readonly file: string;
  /** [channels, height, width] */
  readonly shape: Shape;
  /** images x shape */
  readonly pixels: Uint8Array;
  readonly labels: Uint8Array;
}

/**
 * One data set from the files of its training images and of its test images, which come last.
 *
 * @throws WellfitError if the images differ in shape
 */
export function joinImages(name: string, train: readonly Images[], test: Images, classes: readonly string[]): Dataset {
  const parts = [...train, test];
  const { shape } = test;
  const odd = parts.find((part) => !sameShape(part.shape, shape));
  if (odd)
    throw new WellfitError('file', `the training and test images of "${name}" differ in shape`, {
      expected: `${formatShape(shape)}, as in ${test.file}`,
      received: `${formatShape(odd.shape)} in ${odd.file}`,
      likely: 'the files belong to different data sets',
    });
  const rows = parts.reduce((sum, part) => sum + part.labels.length, 0);
  const features = new Uint8Array(rows * sizeOf(shape));
  const data = new Int32Array(rows);
  let row = 0;
  for (const part of parts) {
    features.set(part.pixels, row * sizeOf(shape));
    data.set(part.labels, row);
    row += part.labels.length;
  }
  const targets = { kind: 'classes', data, classes } as const;
  const dataset: Dataset = { name, rows, shape, features, targets, testRows: test.labels.length };
  checkDataset(dataset);
  return dataset;
}

/** @throws WellfitError naming the file, row and byte of the first label that is no class */
export function checkLabels(file: string, labels: Uint8Array, classes: number, byteOf: (row: number) => number): void {
  const row = labels.findIndex((label) => label >= classes);
  if (row < 0) return;
  throw new WellfitError('file', `row ${row} of ${file} (byte ${byteOf(row)}) has the label ${labels[row]}`, {
    expected: `0 … ${classes - 1}, for ${classes} classes`,
    received: String(labels[row]),
    likely: 'the file is damaged or belongs to another data set',
    fix: 'get the file again',
  });
}
