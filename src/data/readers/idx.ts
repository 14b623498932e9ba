import { formatShape, grouped, sizeOf, WellfitError } from '../../base/index.ts';
import { looksLike, readBytes } from './bytes.ts';
import { checkLabels, type Images } from './images.ts';

/** An array of unsigned bytes as an IDX file holds it: row-major, outermost axis first. */
export interface IdxArray {
  readonly shape: readonly number[];
  readonly data: Uint8Array;
}

/**
 * Reads an IDX array of unsigned bytes: 00 00 08 and the number of axes, the size of each axis as a big-endian 32-bit
 * integer, then the values (Y. LeCun, http://yann.lecun.com/exdb/mnist/). The data is a view of `bytes`, not a copy.
 *
 * @param file named in the errors
 * @param axes how many the array has to have: 1 for labels, 3 for images, 4 at most
 * @throws WellfitError naming file and byte of a wrong magic number, a cut header and values missing or left over
 */
export function parseIdx(bytes: Uint8Array, file: string, axes: number): IdxArray {
  const magic = bytes.subarray(0, 4);
  const isIdx =
    magic.length === 4 && magic[0] === 0 && magic[1] === 0 && magic[2] === 8 && magic[3] >= 1 && magic[3] <= 4;
  if (!isIdx || magic[3] !== axes)
    throw new WellfitError('file', `${file} does not start as an IDX file of ${axes === 1 ? 'labels' : 'images'}`, {
      expected: `the magic number 00 00 08 0${axes} at byte 0: unsigned bytes, ${axes === 1 ? '1 axis' : `${axes} axes`}`,
      received: looksLike(bytes),
      likely: isIdx ? 'the files of images and labels were swapped' : 'the file is compressed, damaged or another file',
      fix: bytes[0] === 0x1f ? 'add .gz to its name' : 'get the file again',
    });
  const header = 4 + 4 * axes;
  if (bytes.length < header)
    throw new WellfitError('file', `${file} ends inside its header, at byte ${bytes.length}`, {
      expected: `${header} bytes of header: the magic number and the size of each axis`,
      received: `${bytes.length} bytes`,
      likely: 'the download or the copy was cut short',
      fix: 'get the file again',
    });
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const shape = Array.from({ length: axes }, (_, axis) => view.getUint32(4 + 4 * axis));
  const end = header + sizeOf(shape);
  if (bytes.length !== end)
    throw new WellfitError('file', lengthMessage(file, bytes.length, end), {
      expected: `${grouped(end)} bytes: ${header} of header and ${shape.map(grouped).join(' x ')} values`,
      received: `${grouped(bytes.length)} bytes`,
      likely: bytes.length < end ? 'the download or the copy was cut short' : 'the counts in the header are damaged',
      fix: 'get the file again',
    });
  return { shape, data: bytes.subarray(header) };
}

const lengthMessage = (file: string, length: number, end: number): string =>
  length < end
    ? `${file} ends at byte ${length}, ${grouped(end - length)} bytes early`
    : `${file} goes on after its last value, at byte ${end}`;

/**
 * Grey images [1, height, width] and their labels, from two IDX files (decompressed if named .gz).
 *
 * @throws WellfitError as parseIdx, and where the files differ in length or a label is no class
 */
export async function readIdxImages(imageFile: string, labelFile: string, classes: number): Promise<Images> {
  const images = parseIdx(await readBytes(imageFile), imageFile, 3);
  const labels = parseIdx(await readBytes(labelFile), labelFile, 1);
  const [count, height, width] = images.shape;
  if (labels.shape[0] !== count)
    throw new WellfitError('file', `${labelFile} does not fit ${imageFile}`, {
      expected: `${grouped(count)} labels, one for each image ${formatShape([height, width])}`,
      received: `${grouped(labels.shape[0])} labels`,
      likely: 'training and test files were mixed up',
    });
  checkLabels(labelFile, labels.data, classes, (row) => 8 + row);
  return { file: imageFile, shape: [1, height, width], pixels: images.data, labels: labels.data };
}
