import { grouped, sizeOf, WellfitError } from '../../base/index.ts';
import { looksLike, readBytes } from './bytes.ts';
import { checkLabels, type Images } from './images.ts';

/** Channels red, green and blue, each row by row. */
const shape = [3, 32, 32] as const;
const pixels = sizeOf(shape);
const record = 1 + pixels;

/**
 * Images in the binary layout of CIFAR-10: for each one label byte, then 1,024 red, 1,024 green and 1,024 blue bytes
 * (A. Krizhevsky, https://www.cs.toronto.edu/~kriz/cifar.html). Works in place: `bytes` is overwritten by the pixels.
 *
 * @param file named in the errors
 * @throws WellfitError naming file, row and byte where the last record is cut or a label is no class
 */
export function parseCifar(bytes: Uint8Array, file: string, classes: number): Images {
  const rows = Math.floor(bytes.length / record);
  if (bytes.length === 0 || bytes.length % record !== 0)
    throw new WellfitError('file', `${file} ends inside row ${rows}, at byte ${bytes.length}`, {
      expected: `a multiple of ${grouped(record)} bytes: one label and ${grouped(pixels)} pixels a row`,
      received: `${grouped(bytes.length)} bytes, starting with ${looksLike(bytes)}`,
      likely: 'the file was cut short, is compressed or is not the binary version of CIFAR-10',
      fix: 'get the file again',
    });
  const labels = Uint8Array.from({ length: rows }, (_, row) => bytes[row * record]);
  checkLabels(file, labels, classes, (row) => row * record);
  for (let row = 0; row < rows; row++) bytes.copyWithin(row * pixels, row * record + 1, (row + 1) * record);
  return { file, shape, pixels: bytes.subarray(0, rows * pixels), labels };
}

/** One file of CIFAR-10 (decompressed if named .gz); errors as parseCifar. */
export const readCifar = async (file: string, classes: number): Promise<Images> =>
  parseCifar(await readBytes(file), file, classes);
