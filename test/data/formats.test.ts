import { mkdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, describe, expect, test } from 'vitest';
import { readBytes } from '../../src/data/readers/bytes.ts';
import { parseCifar } from '../../src/data/readers/cifar.ts';
import { parseNumbers } from '../../src/data/readers/csv.ts';
import { parseIdx, readIdxImages } from '../../src/data/readers/idx.ts';
import { joinImages } from '../../src/data/readers/images.ts';
import { parseTar } from '../../src/data/readers/tar.ts';
import { cifar, idx, messageOf, tar, temporaryFolder } from './support.ts';

const folder = await temporaryFolder();
afterAll(() => rm(folder, { recursive: true }));

async function written(name: string, bytes: Uint8Array): Promise<string> {
  const path = join(folder, name);
  await writeFile(path, bytes);
  return path;
}

const ascii = (text: string): Uint8Array => new TextEncoder().encode(text);

describe('IDX', () => {
  test.each([[[3]], [[2, 3]], [[2, 2, 3]], [[2, 1, 2, 3]]])('an array %j is read, sizes big-endian', (shape) => {
    const values = Array.from({ length: shape.reduce((a, b) => a * b) }, (_, i) => 200 + i);
    expect(parseIdx(idx(shape, values), 'file', shape.length)).toEqual({ shape, data: Uint8Array.from(values) });
  });

  test('the data is a view, not a copy', () => {
    const bytes = idx([3], [1, 2, 3]);
    expect(parseIdx(bytes, 'file', 1).data.buffer).toBe(bytes.buffer);
  });

  const images = idx([2, 2, 2], [1, 2, 3, 4, 5, 6, 7, 8]);

  test.each<[string, Uint8Array, string]>([
    ['gzip', gzipSync(images), '1f 8b 08 00 (gzip)'],
    ['a web page', ascii('<!DOCTYPE html><html>'), '(a web page)'],
    ['a Git LFS pointer', ascii('version https://git-lfs.github.com/spec/v1\n'), '(a Git LFS pointer)'],
    ['text', ascii('0,0,5,13\n'), '(text)'],
    ['IDX of 32-bit floats', Uint8Array.of(0, 0, 0x0d, 3, 0, 0, 0, 0), '00 00 0d 03'],
    ['nothing', new Uint8Array(0), 'an empty file'],
  ])('a wrong magic number is said with file, byte and what it is: %s', async (_, bytes, received) => {
    const message = await messageOf(() => parseIdx(bytes, 'train-images', 3));
    expect(message).toContain('train-images does not start as an IDX file of images');
    expect(message).toContain('00 00 08 03 at byte 0');
    expect(message).toContain(received);
  });

  test('images in place of labels', async () => {
    const message = await messageOf(() => parseIdx(images, 'train-labels', 1));
    expect(message).toContain('train-labels does not start as an IDX file of labels');
    expect(message).toContain('swapped');
  });

  test('a cut header is named with its byte', async () => {
    const message = await messageOf(() => parseIdx(images.subarray(0, 10), 'train-images', 3));
    expect(message).toContain('train-images ends inside its header, at byte 10');
    expect(message).toContain('16 bytes of header');
  });

  test('cut values: expected and received bytes', async () => {
    const message = await messageOf(() => parseIdx(images.subarray(0, 20), 'train-images', 3));
    expect(message).toContain('train-images ends at byte 20, 4 bytes early');
    expect(message).toContain('24 bytes: 16 of header and 2 x 2 x 2 values');
  });

  test('bytes left over are named with their byte', async () => {
    const longer = Uint8Array.of(...images, 9);
    const message = await messageOf(() => parseIdx(longer, 'train-images', 3));
    expect(message).toContain('train-images goes on after its last value, at byte 24');
    expect(message).toContain('25 bytes');
  });

  test('images and labels, plain or compressed', async () => {
    const pixels = await written('images.gz', gzipSync(images));
    const labels = await written('labels', idx([2], [1, 0]));
    const read = await readIdxImages(pixels, labels, 2);
    expect(read.shape).toEqual([1, 2, 2]);
    expect([...read.pixels]).toEqual([1, 2, 3, 4, 5, 6, 7, 8]);
    expect([...read.labels]).toEqual([1, 0]);
  });

  test('as many labels as images', async () => {
    const pixels = await written('two-images', images);
    const labels = await written('three-labels', idx([3], [1, 0, 1]));
    const message = await messageOf(() => readIdxImages(pixels, labels, 2));
    expect(message).toContain('three-labels does not fit');
    expect(message).toContain('3 labels');
  });

  test('a label out of range is named with file, row and byte', async () => {
    const pixels = await written('images', images);
    const labels = await written('bad-labels', idx([2], [1, 7]));
    const message = await messageOf(() => readIdxImages(pixels, labels, 2));
    expect(message).toContain('row 1 of');
    expect(message).toContain('bad-labels (byte 9) has the label 7');
  });

  test('training and test images of one shape', async () => {
    const wide = { file: 'wide', shape: [1, 1, 4], pixels: new Uint8Array(4), labels: new Uint8Array(1) };
    const high = { file: 'high', shape: [1, 4, 1], pixels: new Uint8Array(4), labels: new Uint8Array(1) };
    expect(await messageOf(() => joinImages('mixed', [wide], high, ['a']))).toContain('[1, 1, 4] in wide');
  });
});

describe('gzip', () => {
  const packed = gzipSync(
    idx(
      [1000],
      new Uint8Array(1000).map((_, i) => (i * i) % 251),
    ),
  );

  test('cut short', async () => {
    const path = await written('cut.gz', packed.subarray(0, packed.length - 20));
    const message = await messageOf(() => readBytes(path));
    expect(message).toContain(`${path} cannot be decompressed`);
    expect(message).toContain('unexpected end of file');
  });

  test('damaged', async () => {
    const damaged = Uint8Array.from(packed);
    damaged[packed.length - 6] ^= 0xff;
    expect(await messageOf(async () => readBytes(await written('damaged.gz', damaged)))).toContain(
      'incorrect data check',
    );
  });

  test('only by name', async () => {
    const path = await written('renamed.gz', ascii('<html>Sign in</html>'));
    const message = await messageOf(() => readBytes(path));
    expect(message).toContain(`${path} is not a gzip file`);
    expect(message).toContain('(a web page)');
  });

  test('a folder in place of a file', async () => {
    const path = join(folder, 'folder');
    await mkdir(path);
    expect(await messageOf(() => readBytes(path))).toContain(`cannot read ${path}`);
  });
});

describe('CIFAR-10', () => {
  test('records become labels and planes of red, green and blue', () => {
    const { shape, labels, pixels } = parseCifar(cifar([3, 9, 0]), 'batch', 10);
    expect(shape).toEqual([3, 32, 32]);
    expect([...labels]).toEqual([3, 9, 0]);
    expect(pixels.length).toBe(3 * 3072);
    const expected = Array.from({ length: 3 * 3072 }, (_, at) => ((at % 3072) + Math.floor(at / 3072)) % 251);
    expect([...pixels]).toEqual(expected);
  });

  test('a cut record is named with file, row and byte', async () => {
    const message = await messageOf(() => parseCifar(cifar([1, 2, 3]).subarray(0, 7000), 'data_batch_1.bin', 10));
    expect(message).toContain('data_batch_1.bin ends inside row 2, at byte 7000');
    expect(message).toContain('a multiple of 3,073 bytes');
  });

  test('an empty file is refused', async () => {
    expect(await messageOf(() => parseCifar(new Uint8Array(0), 'batch', 10))).toContain('an empty file');
  });

  test('a label above 9 is named with file, row and byte', async () => {
    const message = await messageOf(() => parseCifar(cifar([1, 2, 10]), 'data_batch_1.bin', 10));
    expect(message).toContain('row 2 of data_batch_1.bin (byte 6146) has the label 10');
    expect(message).toContain('0 … 9');
  });
});

describe('CSV', () => {
  test('numbers after the header, with either line end', () => {
    expect([...parseNumbers('a,b\r\n1,-2.5\r\n.5,1e3\r\n', 'file', 2, 1)]).toEqual([1, -2.5, 0.5, 1000]);
  });

  test.each(['', ' ', 'x', 'NaN', 'Infinity'])('the field %j is refused with file, line and column', async (field) => {
    const message = await messageOf(() => parseNumbers(`a,b\n1,2\n3,${field}\n5,6`, 'table.csv', 2, 1));
    expect(message).toContain('line 3 of table.csv, column 2, is not a number');
  });

  test('a line with a field too few is refused', async () => {
    const message = await messageOf(() => parseNumbers('1,2\n3\n', 'table.csv', 2));
    expect(message).toContain('line 2 of table.csv is not complete');
  });
});

describe('tar', () => {
  const files = { 'set/one.bin': Uint8Array.of(1, 2, 3), 'set/two.bin': new Uint8Array(1024).fill(7) };

  test('files by their name without folders', () => {
    const read = parseTar(tar(files), 'set.tar.gz');
    expect([...read.keys()]).toEqual(['one.bin', 'two.bin']);
    expect([...read.get('one.bin')!]).toEqual([1, 2, 3]);
    expect([...read.get('two.bin')!]).toEqual([...files['set/two.bin']]);
  });

  test('a damaged header is named with its byte', async () => {
    const bytes = tar(files);
    bytes[1024] ^= 1;
    expect(await messageOf(() => parseTar(bytes, 'set.tar.gz'))).toContain('set.tar.gz is damaged at byte 1024');
  });

  test('a cut file is refused', async () => {
    expect(await messageOf(() => parseTar(tar(files).subarray(0, 1800), 'set.tar.gz'))).toContain(
      'the end of the archive',
    );
  });
});
