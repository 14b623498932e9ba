import { mkdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { Random } from '../../src/base/index.ts';
import { decodeImages, encodePng, listImages } from '../../src/data/readers/imageFolder/index.ts';
import { inOrder } from '../../src/data/readers/imageFolder/parallel.ts';
import { messageOf, temporaryFolder } from './support.ts';

let folder: string;
beforeAll(async () => {
  folder = await temporaryFolder();
});
afterAll(() => rm(folder, { recursive: true }));

type Shape = readonly [number, number, number];
let files = 0;

/** What becomes of the bytes of one file. */
async function decode(bytes: Uint8Array, shape: Shape): Promise<{ pixels?: Uint8Array; why?: string }> {
  const path = join(folder, `${files++}.image`);
  await writeFile(path, bytes);
  for await (const image of decodeImages([path], shape)) return image;
  return expect.fail('no image came');
}

const pixelsOf = async (bytes: Uint8Array, shape: Shape): Promise<number[]> => {
  const { pixels, why } = await decode(bytes, shape);
  expect(why).toBeUndefined();
  return [...pixels!];
};

/** Pixels red, green, blue (and alpha) side by side, as sharp takes them. */
const raw = (data: Uint8Array | Uint16Array, width: number, height: number, channels: 1 | 2 | 3 | 4) =>
  sharp(data, { raw: { width, height, channels } });

const [height, width] = [4, 6];
/** Planes red, green, blue; every pixel and channel different. */
const planes = Uint8Array.from({ length: 3 * height * width }, (_, i) => 3 * i);
const sideBySide = Uint8Array.from(planes, (_, i) => planes[(i % 3) * height * width + Math.floor(i / 3)]);
const colors = () => raw(sideBySide, width, height, 3);
const greys = Uint8Array.from({ length: height * width }, (_, i) => 10 * i);
const greyPlanes = [...greys, ...greys, ...greys];

describe('decoding', () => {
  test.each([
    ['PNG', () => colors().png()],
    ['PNG with a palette', () => colors().png({ palette: true, dither: 0 })],
    ['interlaced PNG', () => colors().png({ progressive: true })],
    ['WebP', () => colors().webp({ lossless: true })],
    ['TIFF', () => colors().tiff({ compression: 'lzw' })],
    ['AVIF', () => colors().avif({ lossless: true, chromaSubsampling: '4:4:4' })],
    ['GIF', () => colors().gif({ dither: 0 })],
    [
      '16-bit PNG',
      () =>
        raw(
          Uint16Array.from(sideBySide, (x) => 257 * x),
          width,
          height,
          3,
        )
          .toColourspace('rgb16')
          .png(),
    ],
    [
      '16-bit TIFF',
      () =>
        raw(
          Uint16Array.from(sideBySide, (x) => 257 * x),
          width,
          height,
          3,
        )
          .toColourspace('rgb16')
          .tiff({ compression: 'none' }),
    ],
  ] as const)('%s: every pixel, in planes', async (_, image) => {
    expect(await pixelsOf(await image().toBuffer(), [3, height, width])).toEqual([...planes]);
  });

  test.each([
    ['8-bit PNG', () => raw(greys, width, height, 1).toColourspace('b-w').png()],
    [
      '16-bit PNG',
      () =>
        raw(
          Uint16Array.from(greys, (x) => 257 * x),
          width,
          height,
          1,
        )
          .toColourspace('grey16')
          .png(),
    ],
    ['WebP', () => raw(greys, width, height, 1).webp({ lossless: true })],
  ] as const)('grey %s: as colours and as one plane', async (_, image) => {
    const bytes = await image().toBuffer();
    expect(await pixelsOf(bytes, [3, height, width])).toEqual(greyPlanes);
    expect(await pixelsOf(bytes, [1, height, width])).toEqual([...greys]);
  });

  test('JPEG: colour, grey and CMYK within what compression changes', async () => {
    const smooth = Uint8Array.from({ length: 3 * 64 }, (_, i) => [40, 120, 200][i % 3] + Math.floor(i / 24));
    const expected = [0, 1, 2].map((channel) => smooth[channel]);
    for (const image of [
      raw(smooth, 8, 8, 3).jpeg({ quality: 100 }),
      raw(smooth, 8, 8, 3).toColourspace('cmyk').jpeg({ quality: 100 }),
    ]) {
      const pixels = await pixelsOf(await image.toBuffer(), [3, 8, 8]);
      for (const [channel, value] of expected.entries())
        expect(Math.abs(pixels[64 * channel] - value)).toBeLessThan(25);
    }
    const grey = await raw(greys, width, height, 1).toColourspace('b-w').jpeg({ quality: 100 }).toBuffer();
    for (const [i, value] of (await pixelsOf(grey, [1, height, width])).entries())
      expect(Math.abs(value - greys[i])).toBeLessThan(4);
  });

  test('grey is 0.299 R + 0.587 G + 0.114 B', async () => {
    const grey = await pixelsOf(await colors().png().toBuffer(), [1, height, width]);
    const size = height * width;
    for (const [i, value] of grey.entries())
      expect(value).toBe(Math.round(0.299 * planes[i] + 0.587 * planes[size + i] + 0.114 * planes[2 * size + i]));
  });

  test('transparency is laid on white', async () => {
    const rgba = Uint8Array.of(0, 100, 200, 0, 0, 100, 200, 255, 0, 100, 200, 51, 0, 0, 0, 0);
    const pixels = await pixelsOf(await raw(rgba, 2, 2, 4).png().toBuffer(), [3, 2, 2]);
    expect([0, 1, 3].map((at) => [0, 4, 8].map((plane) => pixels[plane + at]))).toEqual([
      [255, 255, 255],
      [0, 100, 200],
      [255, 255, 255],
    ]);
    for (const [i, value] of [0, 100, 200].entries())
      expect(Math.abs(pixels[4 * i + 2] - (0.8 * 255 + 0.2 * value))).toBeLessThan(2);
  });

  test.each([
    [1, (y: number, x: number) => [y, x]],
    [2, (y: number, x: number) => [y, width - 1 - x]],
    [3, (y: number, x: number) => [height - 1 - y, width - 1 - x]],
    [4, (y: number, x: number) => [height - 1 - y, x]],
    [5, (y: number, x: number) => [x, y]],
    [6, (y: number, x: number) => [height - 1 - x, y]],
    [7, (y: number, x: number) => [height - 1 - x, width - 1 - y]],
    [8, (y: number, x: number) => [x, width - 1 - y]],
  ] as const)('the EXIF orientation %i is applied', async (orientation, stored) => {
    const [seenHeight, seenWidth] = orientation > 4 ? [width, height] : [height, width];
    const bytes = await colors().tiff({ compression: 'none' }).withMetadata({ orientation }).toBuffer();
    const pixels = await pixelsOf(bytes, [3, seenHeight, seenWidth]);
    for (let y = 0; y < seenHeight; y++)
      for (let x = 0; x < seenWidth; x++) {
        const [fromY, fromX] = stored(y, x);
        expect(pixels[y * seenWidth + x], `row ${y}, column ${x}`).toBe(planes[fromY * width + fromX]);
      }
  });

  test('of a moving GIF the first frame is taken', async () => {
    const frame = (value: number) => Buffer.alloc(4 * 4 * 3, value);
    const bytes = await sharp(Buffer.concat([frame(0), frame(255)]), {
      raw: { width: 4, height: 8, channels: 3, pageHeight: 4 },
    })
      .gif({ delay: [100, 100] })
      .toBuffer();
    expect((await sharp(bytes).metadata()).pages).toBe(2);
    expect(await pixelsOf(bytes, [1, 4, 4])).toEqual(Array(16).fill(0));
  });

  test('the middle of the longer side is kept, nothing is stretched', async () => {
    // Left third black, middle third grey, right third white.
    const wide = Uint8Array.from({ length: 30 * 10 }, (_, i) => [0, 100, 255][Math.floor((i % 30) / 10)]);
    const bytes = await raw(wide, 30, 10, 1).toColourspace('b-w').png().toBuffer();
    expect(await pixelsOf(bytes, [1, 10, 10])).toEqual(Array(100).fill(100));
    const tall = await sharp(bytes).rotate(90).toColourspace('b-w').png().toBuffer();
    expect(await pixelsOf(tall, [1, 10, 10])).toEqual(Array(100).fill(100));
  });

  test('any size comes out as asked for, enlarged too', async () => {
    for (const [from, to] of [
      [
        [1, 1],
        [8, 8],
      ],
      [
        [3, 500],
        [7, 5],
      ],
      [
        [333, 217],
        [64, 48],
      ],
      [
        [50, 50],
        [1, 1],
      ],
      [
        [1, 3000],
        [64, 64],
      ],
    ] as const) {
      const flat = Buffer.alloc(from[0] * from[1] * 3, 77);
      for (const format of ['png', 'webp', 'tiff'] as const) {
        const bytes = await raw(flat, from[1], from[0], 3)
          [format]({ lossless: true, compression: 'lzw' } as object)
          .toBuffer();
        expect(await pixelsOf(bytes, [3, ...to]), `${format} ${from} -> ${to}`).toEqual(
          Array(3 * to[0] * to[1]).fill(77),
        );
      }
    }
  });

  test.each(['jpeg', 'png', 'webp', 'gif', 'tiff', 'avif'] as const)('a %s cut short is broken', async (format) => {
    const random = new Random(1);
    const noise = Uint8Array.from({ length: 40 * 40 * 3 }, () => random.below(256));
    const bytes = await raw(noise, 40, 40, 3)[format]().toBuffer();
    expect((await decode(bytes, [3, 40, 40])).why).toBeUndefined();
    for (const part of [0.1, 0.5, 0.9]) {
      const { pixels, why } = await decode(bytes.subarray(0, Math.floor(part * bytes.length)), [3, 40, 40]);
      expect(pixels).toBeUndefined();
      expect(why).toMatch(/damaged, cut short|none of JPEG, PNG/);
    }
  });

  test.each([
    [new Uint8Array(), 'the file is empty'],
    [Buffer.from('hello, I am a text'), 'none of JPEG, PNG, WebP, TIFF, GIF, AVIF'],
    [Buffer.from('<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"/>'), 'SVG images are not read'],
    [Buffer.from('BM\x10\x00\x00\x00\x00\x00\x00\x00\x36', 'latin1'), 'BMP images are not read'],
    [Buffer.from('<!DOCTYPE html><title>404</title>'), 'web page'],
  ])('case %#: what is no image has a reason', async (bytes, reason) => {
    expect((await decode(bytes, [3, 8, 8])).why).toContain(reason);
  });

  test('any bytes give pixels or a reason, and twice the same', async () => {
    const random = new Random(20);
    const below = (n: number) => random.below(n);
    const noise = Uint8Array.from({ length: 24 * 20 * 3 }, () => below(256));
    const originals = await Promise.all(
      [raw(noise, 24, 20, 3).png(), raw(noise, 24, 20, 3).jpeg(), raw(noise, 24, 20, 3).webp()].map((image) =>
        image.toBuffer(),
      ),
    );
    const outcomes = { pixels: 0, why: 0 };
    for (let i = 0; i < 200; i++) {
      const bytes = Uint8Array.from(originals[i % 3]);
      for (let changes = 1 + below(4); changes > 0; changes--) {
        const [at, length] = [below(bytes.length), 1 + below(8)];
        if (below(2) === 0) bytes[at] = below(256);
        else bytes.copyWithin(at, below(bytes.length), below(bytes.length) + length);
      }
      const cut = below(4) === 0 ? bytes.subarray(0, below(bytes.length)) : bytes;
      const [first, second] = [await decode(cut, [3, 16, 16]), await decode(cut, [3, 16, 16])];
      expect(first.pixels ? first.pixels.length === 3 * 16 * 16 : !!first.why, `change ${i}`).toBe(true);
      expect({ ...second, path: '' }).toEqual({ ...first, path: '' });
      outcomes[first.pixels ? 'pixels' : 'why']++;
    }
    expect(outcomes.pixels).toBeGreaterThan(10);
    expect(outcomes.why).toBeGreaterThan(10);
  });

  test('many files come in the order of their paths, broken ones among them', async () => {
    const paths: string[] = [];
    for (let i = 0; i < 40; i++) {
      const side = i % 7 === 0 ? 300 : 2;
      const bytes = await raw(Buffer.alloc(side * side, i), side, side, 1)
        .toColourspace('b-w')
        .png()
        .toBuffer();
      paths.push(join(folder, `order${i}.png`));
      await writeFile(paths[i], i % 9 === 5 ? 'broken' : bytes);
    }
    paths.push(join(folder, 'missing.png'));
    const seen: string[] = [];
    for await (const { path, pixels, why } of decodeImages(paths, [1, 1, 1])) {
      const i = seen.push(path) - 1;
      if (i === 40) expect(why).toBe('there is no such file');
      else if (i % 9 === 5) expect(why).toContain('none of JPEG');
      else expect(pixels).toEqual(Uint8Array.of(i));
    }
    expect(seen).toEqual(paths);
  });

  test('only a few are worked on ahead, so that memory stays constant', async () => {
    let started = 0;
    let most = 0;
    let taken = 0;
    const results = inOrder(Array(500).keys(), async (i) => {
      started++;
      return i;
    });
    for await (const i of results) {
      expect(i).toBe(taken++);
      most = Math.max(most, started - taken);
    }
    expect(taken).toBe(500);
    expect(most).toBeLessThan(100);
  });

  test.each([[[64]], [[2, 8, 8]], [[3, 0, 8]], [[3, 8, 1.5]]])('a shape %j is refused', async (shape) => {
    expect(await messageOf(() => decodeImages([], shape as unknown as Shape).next())).toContain('[1, height, width]');
  });
});

describe('a PNG of pixels', () => {
  test.each([
    [[3, height, width], planes],
    [[1, height, width], greys],
  ] as const)('%j gives the same pixels back, as stored with as many channels', async (shape, pixels) => {
    const png = await encodePng(pixels, shape);
    expect((await sharp(png).metadata()).channels).toBe(shape[0]);
    expect(await pixelsOf(png, shape)).toEqual([...pixels]);
  });

  test('pixels that do not fit are refused', async () => {
    expect(await messageOf(() => encodePng(greys, [3, height, width]))).toContain('72 bytes for [3, 4, 6]');
  });
});

describe('finding images', () => {
  test('a file, a folder and a pattern', async () => {
    const root = join(folder, 'found');
    await mkdir(join(root, 'b', 'deep'), { recursive: true });
    for (const name of ['b/2.JPG', 'b/deep/3.png', 'a.webp', 'notes.txt', 'Thumbs.db', '.hidden.png', 'b/._2.JPG'])
      await writeFile(join(root, name), 'x');
    const below = (...names: string[]) => names.map((name) => join(root, name));
    expect(await listImages(root)).toEqual(below('a.webp', 'b/2.JPG', 'b/deep/3.png'));
    expect(await listImages(join(root, 'notes.txt'))).toEqual(below('notes.txt'));
    expect(await listImages(join(root, '*'))).toEqual(below('a.webp', 'b/2.JPG', 'b/deep/3.png'));
    expect(await listImages(join(root, '**', '*.{JPG,png}'))).toEqual(below('b/2.JPG', 'b/deep/3.png'));
    expect(await messageOf(() => listImages(join(root, '*.gif')))).toContain('no image matches');
    expect(await messageOf(() => listImages(join(folder, 'fuond', 'b')))).toContain(`did you mean "${root}"?`);
    await mkdir(join(folder, 'nothing'));
    expect(await messageOf(() => listImages(join(folder, 'nothing')))).toContain('there is no image in');
  });
});
