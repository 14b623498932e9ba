import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import sharp from 'sharp';
import { describe, expect, test, vi } from 'vitest';
import { drawSheet } from '../../src/cli/terminal/sheet.ts';
import { loadDataset } from '../../src/data/readers/index.ts';
import { cifar } from '../data/support.ts';
import { expectRefusal, folderWith, jsonOf, stackTrace, wellfit } from './support.ts';

/** Pixels side by side, each with its channels. */
async function read(...path: string[]) {
  const image = sharp(await readFile(join(...path)));
  const grey = (await image.metadata()).channels === 1;
  const { data, info } = await image
    .toColourspace(grey ? 'b-w' : 'srgb')
    .raw()
    .toBuffer({ resolveWithObject: true });
  return { data, width: info.width, height: info.height, channels: info.channels as number };
}

/** One image of a sheet, without its enlargement: [height][width][channels]. */
function imageIn(sheet: Awaited<ReturnType<typeof read>>, line: number, column: number, size: number, scale: number) {
  const cell = size * scale + 4;
  return Array.from({ length: size }, (_, y) =>
    Array.from({ length: size }, (_, x) => {
      const at = (4 + line * cell + y * scale) * sheet.width + 4 + column * cell + x * scale;
      return [...sheet.data.subarray(at * sheet.channels, (at + 1) * sheet.channels)];
    }),
  );
}

describe('preview', () => {
  test('draws each original, then what becomes of it, and says where', async () => {
    const cwd = await folderWith();
    const args = ['--augment', 'verticalFlip=1,horizontalFlip=0', '--rows', '3', '--times', '2', '--out', 'a.png'];
    const { code, stdout, stderr } = await wellfit(cwd, 'preview', '--dataset', 'digits', ...args);
    expect([code, stderr]).toEqual([0, '']);
    expect(stdout).toBe(
      'a.png: 304 x 304 pixels\nthe first 3 images of digits, a line each: as it is, then as in updates 1 to 2 of seed 0\n',
    );
    expect(await readdir(cwd)).toEqual(['a.png']);
    const sheet = await read(cwd, 'a.png');
    expect(sheet).toMatchObject({ width: 4 + 3 * 100, height: 4 + 3 * 100, channels: 1 });
    const { features } = await loadDataset('digits');
    for (let row = 0; row < 3; row++) {
      const pixels = Array.from({ length: 8 }, (_, y) =>
        Array.from(features.subarray(row * 64 + y * 8, row * 64 + y * 8 + 8), (x) => [Math.round((x * 255) / 16)]),
      );
      expect(imageIn(sheet, row, 0, 8, 12)).toEqual(pixels);
      for (const time of [1, 2]) expect(imageIn(sheet, row, time, 8, 12)).toEqual(pixels.toReversed());
    }
  });

  test('draws color, from a folder of data sets', async () => {
    const cwd = await folderWith();
    await mkdir(join(cwd, 'data', 'cifar-10'), { recursive: true });
    for (const name of ['data_batch_1.bin', 'test_batch.bin'])
      await writeFile(join(cwd, 'data', 'cifar-10', name), cifar([3, 1, 4]));
    vi.stubEnv('WELLFIT_DATA', join(cwd, 'data'));
    const args = ['--augment', 'horizontalFlip=1', '--rows', '2', '--times', '1'];
    const { code, stderr } = await wellfit(cwd, 'preview', '--dataset', 'cifar-10', ...args);
    vi.unstubAllEnvs();
    expect([code, stderr]).toEqual([0, '']);
    const sheet = await read(cwd, 'preview.png');
    expect(sheet).toMatchObject({ width: 204, height: 204, channels: 3 });
    const original = imageIn(sheet, 1, 0, 32, 3);
    expect(original[0][1]).toEqual([0, 1024, 2048].map((plane) => (plane + 1 + 1) % 251));
    expect(imageIn(sheet, 1, 1, 32, 3)).toEqual(original.map((line) => line.toReversed()));
  });

  test('takes the list and the seed of an experiment file; --json prints one object', async () => {
    const augment = ['horizontalFlip', { rotation: { degrees: 20 } }];
    const cwd = await folderWith({ 'e.json': JSON.stringify({ data: { dataset: 'digits' }, augment, seed: 7 }) });
    const result = await wellfit(cwd, 'preview', 'e.json', '--json');
    expect(jsonOf(result)).toEqual({
      file: 'preview.png',
      width: 904,
      height: 804,
      dataset: 'digits',
      augment: [{ horizontalFlip: { probability: 0.5 } }, { rotation: { degrees: 20 } }],
      rows: [0, 1, 2, 3, 4, 5, 6, 7],
      times: 8,
      seed: 7,
    });
    const same = ['--dataset', 'digits', '--augment', 'horizontalFlip, rotation=20', '--seed'];
    await wellfit(cwd, 'preview', ...same, '7', '--out', 'same.png');
    await wellfit(cwd, 'preview', ...same, '8', '--out', 'other.png');
    const bytes = (name: string) => readFile(join(cwd, name));
    expect(await bytes('same.png')).toEqual(await bytes('preview.png'));
    expect(await bytes('other.png')).not.toEqual(await bytes('preview.png'));
  });

  test('draws the rows that there are, where more are asked for', async () => {
    const args = ['--dataset', 'digits', '--augment', 'mixup', '--rows', '5000', '--times', '1', '--json'];
    const { rows, height } = jsonOf(await wellfit(await folderWith(), 'preview', ...args));
    expect([rows.length, height]).toEqual([1797, 4 + 1797 * 100]);
  });

  test.each<[string, string[], string[]]>([
    [
      'no augmentation',
      ['--dataset', 'digits'],
      ['no augmentation was named', '--augment', 'horizontalFlip', '"augment"'],
    ],
    ['an unknown one', ['--dataset', 'digits', '--augment', 'flip'], ['unknown augmentation "flip"', 'horizontalFlip']],
    ['no number', ['--dataset', 'digits', '--augment', 'crop=x'], ['--augment crop must be a number']],
    [
      'a number out of range',
      ['--dataset', 'digits', '--augment', 'rotation=200'],
      ['augment[0].rotation.degrees', 'at most 180'],
    ],
    [
      'a table',
      ['--dataset', 'iris', '--augment', 'mixup'],
      ['the rows of "iris" cannot be drawn', 'images', 'rows [4]'],
    ],
    [
      'no rows',
      ['--dataset', 'digits', '--augment', 'crop', '--rows', '0'],
      ['--rows must be a whole number, 1 or more', '0'],
    ],
    [
      'half a time',
      ['--dataset', 'digits', '--augment', 'crop', '--times', '1.5'],
      ['--times must be a whole number', '1.5'],
    ],
    ['no data', ['--augment', 'crop'], ['no data was named']],
  ])('refuses %s', async (_, args, says) => {
    const cwd = await folderWith();
    expectRefusal(await wellfit(cwd, 'preview', ...args), ...says);
    expect(await readdir(cwd)).toEqual([]);
  });

  test('says where the picture cannot be written', async () => {
    const done = await wellfit(
      await folderWith(),
      'preview',
      '--dataset',
      'digits',
      '--augment',
      'zoom',
      '--out',
      'a/b.png',
    );
    expect(done.code).toBe(1);
    expect(done.stderr).toContain('the picture "a/b.png" cannot be written');
    expect(done.stderr).not.toMatch(stackTrace);
  });
});

describe('a sheet', () => {
  test('lays lines of images on white, small ones enlarged by a whole factor, numbers cut off at black and white', () => {
    const sheet = drawSheet(
      [
        [[0, 1, 2, 3]],
        [
          [-1, 4, 1.5, 0],
          [3, 3, 3, 3],
        ],
      ],
      [1, 2, 2],
      0,
      3,
    );
    expect(sheet).toMatchObject({ width: 4 + 2 * 100, height: 4 + 2 * 100, channels: 1 });
    const at = (x: number, y: number) => sheet.data[y * sheet.width + x];
    expect([at(0, 0), at(3, 50), at(100, 50), at(103, 50), at(150, 50), at(50, 203)]).toEqual(Array(6).fill(255));
    expect([at(4, 4), at(51, 51), at(52, 4), at(4, 52), at(99, 99)]).toEqual([0, 0, 85, 170, 255]);
    expect([at(4, 104), at(52, 104), at(4, 152), at(52, 152), at(104, 104)]).toEqual([0, 255, 128, 0, 255]);
  });

  test('leaves large images as they are and puts one channel after the other', () => {
    const image = Array.from({ length: 3 * 200 * 100 }, (_, i) => Math.floor(i / 20_000));
    const sheet = drawSheet([[image]], [3, 200, 100], 0, 2);
    expect(sheet).toMatchObject({ width: 108, height: 208, channels: 3 });
    expect([0, 1, 2].map((channel) => sheet.data[channel * 108 * 208 + 4 * 108 + 4])).toEqual([0, 128, 255]);
  });
});
