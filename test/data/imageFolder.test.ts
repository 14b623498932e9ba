import { mkdir, readdir, readFile, rm, symlink, truncate, utimes, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import sharp from 'sharp';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import type { Dataset } from '../../src/data/index.ts';
import { decodeImages, loadImageFolder } from '../../src/data/readers/imageFolder/index.ts';
import { messageOf, temporaryFolder } from './support.ts';

let home: string;
let photos: string;

beforeEach(async () => {
  home = await temporaryFolder();
  photos = join(home, 'photos');
  for (const name of ['HOME', 'XDG_CACHE_HOME', 'LOCALAPPDATA']) vi.stubEnv(name, join(home, 'cache'));
});
afterEach(async () => {
  vi.unstubAllEnvs();
  await rm(home, { recursive: true });
});

type Color = readonly [number, number, number];
const red: Color = [250, 0, 0];

/** A PNG of one colour. */
const png = ([r, g, b]: Color, height = 4, width = height): Promise<Uint8Array> =>
  sharp({ create: { width, height, channels: 3, background: { r, g, b } } })
    .png()
    .toBuffer();
const grey = (value: number, height?: number, width?: number) => png([value, value, value], height, width);

async function put(files: Record<string, Uint8Array | string | Promise<Uint8Array>>): Promise<void> {
  for (const [name, bytes] of Object.entries(files)) {
    await mkdir(dirname(join(photos, name)), { recursive: true });
    await writeFile(join(photos, name), await bytes);
  }
}

const labelsOf = ({ targets }: Dataset): string[] =>
  targets.kind === 'classes' ? Array.from(targets.data, (label) => targets.classes[label]) : [];

/** The first byte of each row: tells apart images of one colour. */
const firsts = ({ rows, features }: Dataset): number[] =>
  Array.from({ length: rows }, (_, row) => features[(row * features.length) / rows]);

/** Two classes of two images. */
const small = () => ({ 'cat/1.png': grey(1), 'cat/2.png': grey(2), 'dog/1.png': grey(3), 'dog/2.png': png(red) });

describe('a folder of classes', () => {
  test('rows by path, classes by name, whatever lies deeper in a class', async () => {
    await put({
      'żółw/1.png': grey(50),
      'żółw/2.png': grey(51),
      'a b/2.PNG': grey(12),
      'a b/deep/er/1.jpeg': grey(11),
      'Zebra/x.png': grey(1),
      'Zebra/y.png': grey(2),
    });
    const { dataset, paths, broken } = await loadImageFolder({ images: photos });
    expect(dataset).toMatchObject({
      name: 'photos',
      rows: 6,
      shape: [1, 4, 4],
      targets: { classes: ['Zebra', 'a b', 'żółw'] },
    });
    expect(dataset.testRows).toBeUndefined();
    expect(paths).toEqual([
      'Zebra/x.png',
      'Zebra/y.png',
      'a b/2.PNG',
      'a b/deep/er/1.jpeg',
      'żółw/1.png',
      'żółw/2.png',
    ]);
    expect(firsts(dataset)).toEqual([1, 2, 12, 11, 50, 51]);
    expect(labelsOf(dataset)).toEqual(['Zebra', 'Zebra', 'a b', 'a b', 'żółw', 'żółw']);
    expect(broken).toEqual([]);
  });

  test('what is no image is passed over, what is broken is listed', async () => {
    await put({
      ...small(),
      'cat/.DS_Store': 'x',
      'cat/._1.png': 'x',
      'cat/Thumbs.db': 'x',
      'cat/notes.txt': 'x',
      '.git/a.png': grey(9),
      '__MACOSX/cat/a.png': grey(9),
      'dog/0.png': '',
      'dog/text.jpg': 'hello',
      'cat/cut.png': (await png(red, 40)).subarray(0, 90),
      'cat/old.bmp': 'BM\x10\x00\x00\x00\x00\x00\x00\x00',
      'lost/1.png': 'x',
      'none/readme.md': 'x',
      'loose.png': grey(8),
    });
    const { dataset, paths, broken, notes } = await loadImageFolder({ images: photos });
    expect(paths).toEqual(['cat/1.png', 'cat/2.png', 'dog/1.png', 'dog/2.png']);
    expect(firsts(dataset)).toEqual([1, 2, 3, 250]);
    expect(broken.map(({ path }) => path)).toEqual([
      'cat/cut.png',
      'cat/old.bmp',
      'dog/0.png',
      'dog/text.jpg',
      'lost/1.png',
    ]);
    expect(broken[0].why).toContain('cut short');
    expect(broken[1].why).toContain('BMP images are not read');
    expect(broken[2].why).toBe('the file is empty');
    expect(dataset.targets).toMatchObject({ classes: ['cat', 'dog'] });
    const told = notes.join('\n');
    expect(told).toContain('1 image directly in');
    expect(told).toContain('the folder none has no images');
    expect(told).toContain('no image of "lost" can be read');
    expect(told).toContain('5 of 9 images are left out');
    expect(told).toContain('fewer than 10 images in "cat", "dog"');
  });

  test('links are followed, in circles too', async () => {
    await put(small());
    await symlink(photos, join(photos, 'cat', 'all'));
    await symlink(join(photos, 'dog'), join(photos, 'wolf'));
    await symlink(join(photos, 'nowhere'), join(photos, 'dog', 'dead.png'));
    const { paths } = await loadImageFolder({ images: photos });
    expect(paths).toContain('wolf/2.png');
    expect(paths).toContain('cat/all/dog/1.png');
    expect(paths.filter((path) => path.includes('all/cat/all'))).toEqual([]);
  });

  test('train, validation and test: test rows last, validation joins train', async () => {
    await put({
      'Train/b/1.png': grey(1),
      'Train/a/1.png': grey(2),
      'valid/a/1.png': grey(3),
      'test/a/1.png': grey(4),
      'test/b/1.png': grey(5),
      'test/new/1.png': grey(6),
      'test/new/2.png': grey(7),
    });
    const { dataset, notes } = await loadImageFolder({ images: photos });
    expect(firsts(dataset)).toEqual([2, 1, 3, 4, 5, 6, 7]);
    expect(labelsOf(dataset)).toEqual(['a', 'b', 'a', 'a', 'b', 'new', 'new']);
    expect(dataset.testRows).toBe(4);
    expect(notes.join('\n')).toMatch(/the images in valid join the training images/);
    expect(notes.join('\n')).toMatch(/"new" has images only in the test folder/);
  });

  test('test images without classes are left out; other names beside train make all of them classes', async () => {
    await put({
      'train/a/1.png': grey(1),
      'train/a/2.png': grey(2),
      'train/b/1.png': grey(3),
      'train/b/2.png': grey(4),
      'test/9.png': grey(5),
    });
    const { dataset, notes } = await loadImageFolder({ images: photos });
    expect(firsts(dataset)).toEqual([1, 2, 3, 4]);
    expect(dataset.testRows).toBeUndefined();
    expect(notes.join('\n')).toContain('1 image directly in test is in no folder of a class');
    await put({ 'test/10.png': grey(6), 'constructor/1.png': grey(7), 'constructor/2.png': grey(8) });
    const other = await loadImageFolder({ images: photos });
    expect(other.dataset.targets).toMatchObject({ classes: ['constructor', 'test', 'train'] });
  });
});

describe('size and channels', () => {
  test.each([
    [
      'all alike and small',
      [
        [20, 30],
        [20, 30],
      ],
      [20, 30],
      'the size that they have',
    ],
    [
      'all alike and large',
      [
        [300, 400],
        [300, 400],
      ],
      [48, 64],
      'they have 300 x 400',
    ],
    [
      'all alike and very long',
      [
        [10, 1000],
        [10, 1000],
      ],
      [8, 64],
      'at most 64',
    ],
    [
      'different and large',
      [
        [200, 300],
        [500, 100],
        [90, 90],
      ],
      [64, 64],
      'the shorter side is 100 in the median',
    ],
    [
      'different and middling',
      [
        [40, 90],
        [50, 41],
      ],
      [32, 32],
      'they differ in size',
    ],
    [
      'different and tiny',
      [
        [3, 5],
        [5, 3],
      ],
      [8, 8],
      'they differ in size',
    ],
  ] as const)('left out, %s: %j -> %j', async (_, sizes, expected, why) => {
    const images = sizes.flatMap(([height, width], i) =>
      ['a', 'b'].map((label) => [`${label}/${i}.png`, grey(9, height, width)]),
    );
    await put(Object.fromEntries(images));
    const { dataset, notes } = await loadImageFolder({ images: photos });
    expect(dataset.shape).toEqual([1, ...expected]);
    expect(notes.join('\n')).toContain(why);
  });

  test('as asked for', async () => {
    await put(small());
    expect((await loadImageFolder({ images: photos, size: 7 })).dataset.shape).toEqual([3, 7, 7]);
    expect((await loadImageFolder({ images: photos, size: [5, 9], channels: 'grey' })).dataset.shape).toEqual([
      1, 5, 9,
    ]);
    const { dataset } = await loadImageFolder({ images: photos, channels: 'color' });
    expect([...dataset.features.slice(-48)]).toEqual([...Array(16).fill(250), ...Array(32).fill(0)]);
  });

  test('grey images can be had in color', async () => {
    await put({ ...small(), 'dog/2.png': grey(4) });
    expect((await loadImageFolder({ images: photos })).dataset.shape).toEqual([1, 4, 4]);
    const { dataset } = await loadImageFolder({ images: photos, channels: 'color' });
    expect(dataset.shape).toEqual([3, 4, 4]);
    expect([...dataset.features.slice(0, 48)]).toEqual(Array(48).fill(1));
  });

  test.each([0, -3, 10_000, 2.5, [8], [8, 0], [8, 8, 8], '32'])('the size %j is refused', async (size) => {
    await put(small());
    expect(await messageOf(() => loadImageFolder({ images: photos, size: size as number }))).toContain(
      'from 1 to 1,024',
    );
  });

  test('channels of another name are refused', async () => {
    await put(small());
    expect(await messageOf(() => loadImageFolder({ images: photos, channels: 'rgb' as 'color' }))).toContain(
      '"grey" or "color"',
    );
  });

  test('more than fits into memory is refused before anything is decoded', async () => {
    const one = await grey(1);
    const many = Array.from({ length: 1400 }, (_, i) => [`${i % 2 ? 'a' : 'b'}/${i}.png`, one]);
    await put(Object.fromEntries(many));
    expect(await messageOf(() => loadImageFolder({ images: photos, size: 1024 }))).toContain('do not fit into memory');
  });
});

describe('the same file gives the same bytes', () => {
  test('for training and for predictions', async () => {
    const noise = (height: number, width: number, seed: number) =>
      sharp(
        Uint8Array.from({ length: height * width * 3 }, (_, i) => (i * i * seed) % 251),
        { raw: { height, width, channels: 3 } },
      );
    await put({
      'a/1.jpg': noise(90, 120, 3).jpeg().toBuffer(),
      'a/2.webp': noise(50, 33, 5).webp().toBuffer(),
      'b/1.png': noise(41, 77, 7).png().toBuffer(),
      'b/2.tiff': noise(20, 20, 9).withMetadata({ orientation: 6 }).tiff().toBuffer(),
    });
    for (const channels of ['grey', 'color'] as const) {
      const { dataset, paths } = await loadImageFolder({ images: photos, size: [24, 32], channels });
      const width = dataset.features.length / dataset.rows;
      let row = 0;
      const shape = dataset.shape as readonly number[] as [number, number, number];
      for await (const { pixels } of decodeImages(
        paths.map((path) => join(photos, path)),
        shape,
      )) {
        expect(pixels).toEqual(dataset.features.subarray(row * width, (row + 1) * width));
        row++;
      }
      expect(row).toBe(4);
    }
  });
});

describe('the cache', () => {
  const cached = async () => {
    const folder = join(home, 'cache', 'wellfit', 'images');
    return (await readdir(folder)).map((name) => join(folder, name));
  };
  const load = async (more: object = {}) => {
    let decoded = 0;
    const loaded = await loadImageFolder({ images: photos, ...more }, { onProgress: () => decoded++ });
    return { ...loaded, decoded };
  };

  beforeEach(() => {
    // Where the cache is on Linux and Windows; macOS has its own place below HOME.
    vi.spyOn(process, 'platform', 'get').mockReturnValue('linux');
    return put({ ...small(), 'dog/broken.png': 'x' });
  });
  afterEach(() => vi.restoreAllMocks());

  test('gives the same the second time, without decoding', async () => {
    const first = await load();
    const second = await load();
    expect([first.decoded, second.decoded]).toEqual([5, 0]);
    expect(second.dataset).toEqual(first.dataset);
    expect(second.paths).toEqual(first.paths);
    expect(second.broken).toEqual(first.broken);
    expect(second.notes.join()).toContain('come from the cache');
    expect(await cached()).toHaveLength(1);
  });

  test('notices an image that was changed, added, removed or mended', async () => {
    await load();
    await put({ 'cat/1.png': grey(77) });
    const changed = await load();
    expect([changed.decoded, firsts(changed.dataset)[0]]).toEqual([5, 77]);
    await put({ 'cat/3.png': grey(78) });
    expect(firsts((await load()).dataset)).toEqual([77, 2, 78, 3, 250]);
    await rm(join(photos, 'cat', '1.png'));
    expect(firsts((await load()).dataset)).toEqual([2, 78, 3, 250]);
    await put({ 'dog/broken.png': grey(79) });
    expect(firsts((await load()).dataset)).toEqual([2, 78, 3, 250, 79]);
    expect(await cached()).toHaveLength(1);
  });

  test('notices a change of the same size that kept the time', async () => {
    await load();
    const file = join(photos, 'dog', 'broken.png');
    await writeFile(file, 'y');
    await utimes(file, 1, 1);
    await load();
    await writeFile(file, 'z');
    await utimes(file, 1, 1);
    expect((await load()).decoded).toBe(5);
  });

  test('keeps what other options gave', async () => {
    await load();
    expect((await load({ size: 6 })).decoded).toBe(5);
    expect((await load({ size: 6, channels: 'grey' })).decoded).toBe(5);
    expect((await load()).decoded).toBe(0);
    expect((await load({ size: 6 })).dataset.shape).toEqual([3, 6, 6]);
    expect(await cached()).toHaveLength(3);
  });

  test('is made anew where it is damaged, in any place', async () => {
    const { dataset } = await load();
    const [file] = await cached();
    const good = await readFile(file);
    for (const at of [0, 70, 90, 200, good.length - 1]) {
      const bad = Buffer.from(good);
      bad[at] ^= 1;
      await writeFile(file, bad);
      const again = await load();
      expect([at, again.decoded]).toEqual([at, 5]);
      expect(again.dataset).toEqual(dataset);
      expect(await readFile(file)).toEqual(good);
    }
    for (const length of [0, 10, 78, good.length - 1]) {
      await truncate(file, length);
      expect((await load()).decoded).toBe(5);
    }
    expect((await load()).decoded).toBe(0);
  });

  test('does not keep what a file that could not be read left behind', async () => {
    await mkdir(join(photos, 'cat', 'folder.png'));
    await put({ 'x.csv': 'path,label\ncat/1.png,a\ncat/2.png,a\ndog/1.png,b\ndog/2.png,b\ncat/folder.png,b\n' });
    for (let time = 0; time < 2; time++) {
      const { decoded, broken } = await load({ images: join(photos, 'x.csv') });
      expect(decoded).toBe(5);
      expect(broken).toEqual([{ path: 'cat/folder.png', why: 'it is a folder' }]);
    }
  });

  test('that cannot be written is told of, and that is all', async () => {
    await mkdir(join(home, 'cache'));
    await writeFile(join(home, 'cache', 'wellfit'), 'in the way');
    const { dataset, notes } = await load();
    expect(dataset.rows).toBe(4);
    expect(notes.join('\n')).toContain('cannot be written');
  });
});

describe('a table of paths and labels', () => {
  const load = async (text: string, more: object = {}, name = 'labels.csv') => {
    await put({ ...small(), [name]: text });
    return loadImageFolder({ images: join(photos, name), ...more });
  };

  test('rows as in the table; missing files, missing labels and repeated paths are listed', async () => {
    const { dataset, paths, broken } = await load(
      'file,kind\ndog/1.png,loud\ncat/1.png,"quiet, mostly"\ncat/9.png,loud\ndog/2.png,\ncat/2.png,loud\n,loud\ndog/1.png,"quiet, mostly"\ndog/2.png,"quiet, mostly"\n',
    );
    expect(paths).toEqual(['dog/1.png', 'cat/1.png', 'cat/2.png', 'dog/2.png']);
    expect(labelsOf(dataset)).toEqual(['loud', 'quiet, mostly', 'loud', 'quiet, mostly']);
    expect(firsts(dataset)).toEqual([3, 1, 2, 250]);
    expect(dataset.name).toBe('labels');
    expect(broken).toEqual([
      { path: 'cat/9.png', why: 'there is no such file (row 3 of labels.csv)' },
      { path: 'dog/2.png', why: 'the label is missing (row 4 of labels.csv)' },
      { path: 'row 6 of labels.csv', why: 'the path is missing' },
      { path: 'dog/1.png', why: 'row 7 of labels.csv repeats the path of row 1' },
    ]);
  });

  test.each([
    ['tabs', 'x.tsv', 'path\tlabel\ncat/1.png\ta\ncat/2.png\ta\ndog/1.png\tb\ndog/2.png\tb'],
    [
      'semicolons, byte order mark, CRLF',
      'x.csv',
      '\ufeffpath;label\r\ncat/1.png;a\r\ncat/2.png;a\r\n\r\ndog/1.png;b\r\ndog/2.png;b\r\n',
    ],
    [
      'quotes after a byte order mark',
      'x.csv',
      '\ufeff"path","label"\n"cat/1.png","a"\n"cat/2.png",a\n"dog/1.png",b\ndog/2.png,"b"\n',
    ],
    ['separators of Windows', 'x.csv', 'path,label\ncat\\1.png,a\ncat\\2.png,a\ndog\\1.png,b\ndog\\2.png,b\n'],
    [
      'more columns',
      'x.csv',
      'id,label,path,note\n1,a,cat/1.png,x\n2,a,cat/2.png,x\n3,b,dog/1.png,x\n4,b,dog/2.png,x\n',
    ],
  ])('with %s', async (_, name, text) => {
    const { dataset, broken, paths } = await load(text, { path: 'path' }, name);
    expect(paths).toEqual(['cat/1.png', 'cat/2.png', 'dog/1.png', 'dog/2.png']);
    expect(labelsOf(dataset)).toEqual(['a', 'a', 'b', 'b']);
    expect(broken).toEqual([]);
  });

  test('columns as named', async () => {
    const text = 'a.png,b,c\ncat/1.png,x,1\ncat/2.png,x,2\ndog/1.png,y,1\ndog/2.png,y,2\n';
    expect(labelsOf((await load(text, { label: 'b' })).dataset)).toEqual(['x', 'x', 'y', 'y']);
    expect(labelsOf((await load(text, { label: 'c', path: 'a.png' })).dataset)).toEqual(['1', '2', '1', '2']);
  });

  test('quotes within quotes and line breaks within fields', async () => {
    const text = 'path,label\ncat/1.png,"a ""b""\nc"\ncat/2.png,"a ""b""\nc"\ndog/1.png,d\ndog/2.png,d';
    expect(labelsOf((await load(text)).dataset)).toEqual(['a "b"\nc', 'a "b"\nc', 'd', 'd']);
  });

  test('other labels need no other decoding', async () => {
    await load('path,label\ncat/1.png,a\ncat/2.png,a\ndog/1.png,b\ndog/2.png,b\n');
    const { dataset, notes } = await load('path,label\ncat/1.png,a\ncat/2.png,b\ndog/1.png,a\ndog/2.png,b\n');
    expect(labelsOf(dataset)).toEqual(['a', 'b', 'a', 'b']);
    expect(notes.join()).not.toContain('cannot be written');
  });

  test.each([
    ['path,label\n', {}, ['has no rows']],
    ['', {}, ['has no rows']],
    ['id,label\ncat1,a\ncat2,b\n', {}, ['no column of', 'holds paths of images', 'the columns id, label']],
    ['a,b,label\ncat/1.png,cat/2.png,a\n', {}, ['several columns', 'a, b', '"path"']],
    ['path,a,b\ncat/1.png,x,y\n', {}, ['which column', 'the columns a, b', '"label"']],
    ['path\ncat/1.png\n', {}, ['which column', 'only a column of paths']],
    ['path,species\ncat/1.png,x\n', { label: 'spezies' }, ['has no column "spezies"', 'did you mean "species"?']],
    ['path,species\ncat/1.png,x\n', { path: 'pfad' }, ['has no column "pfad"']],
    ['path,x,x\ncat/1.png,1,1\n', { label: 'x' }, ['more than one column "x"']],
    ['path,x\ncat/1.png,1\n', { label: 'path' }, ['cannot be both']],
    ['path,x\nqat/1.png,1\n', {}, ['no row of', 'there is no such file (row 1', 'put the table beside the images']],
    ['path,x\ncat/1.png,1\ncat/2.png,2\ndog/1.png,3\n', {}, ['3 classes have only one image', 'single images']],
  ])('case %#: %j is refused', async (text, more, parts) => {
    const message = await messageOf(() => load(text, more));
    for (const part of parts) expect(message).toContain(part);
  });
});

describe('mistakes', () => {
  const refused = async (files: Parameters<typeof put>[0], ...parts: string[]) => {
    await mkdir(photos);
    await put(files);
    const message = await messageOf(() => loadImageFolder({ images: photos }));
    for (const part of parts) expect(message).toContain(part);
  };

  test('a path that is not there: the nearest name', async () => {
    await put(small());
    const wrong = join(home, 'fotos', 'cat');
    expect(await messageOf(() => loadImageFolder({ images: wrong }))).toContain(`did you mean "${photos}"?`);
  });
  test('an empty folder', () => refused({}, 'there is no image in', 'photos/cat/1.jpg'));
  test('subfolders without images', () => refused({ 'cat/a.txt': 'x', 'dog/b.txt': 'x' }, 'there is no image in'));
  test('images without subfolders', () =>
    refused({ '1.png': 'x', '2.png': 'x' }, '2 images', 'no subfolder', 'photos/cat/1.jpg', '.csv'));
  test('train and test without classes', () =>
    refused({ 'train/1.png': 'x', 'test/1.png': 'x' }, 'not known', 'one subfolder for each class'));
  test('one class', () =>
    refused({ 'cat/1.png': grey(1), 'cat/2.png': grey(2) }, 'only one class', '"cat" with 2 images'));
  test('a class with one image', () =>
    refused({ ...small(), 'fox/1.png': grey(1) }, 'a class has only one image that can be read', '"fox": fox/1.png'));
  test('no image that can be read', () =>
    refused({ 'cat/1.png': '', 'dog/1.png': 'x' }, 'none of the 2 images', 'cat/1.png', 'the file is empty'));
  test('a column named for a folder', async () => {
    await put(small());
    expect(await messageOf(() => loadImageFolder({ images: photos, label: 'x' }))).toContain('is a folder');
  });
  test('one image', async () => {
    await put(small());
    expect(await messageOf(() => loadImageFolder({ images: join(photos, 'cat', '1.png') }))).toContain('one image');
  });
});

describe('while loading', () => {
  test('progress tells of every image', async () => {
    await put(small());
    const told: number[][] = [];
    await loadImageFolder({ images: photos }, { onProgress: (...numbers) => told.push(numbers) });
    expect(told).toEqual([1, 2, 3, 4].map((done) => [done, 4]));
  });

  test('the signal stops it, before and in between, and nothing is kept', async () => {
    await put(small());
    const stopped = messageOf(() => loadImageFolder({ images: photos }, { signal: AbortSignal.abort() }));
    expect(await stopped).toContain('interrupted after 0 of 4 images');
    const abort = new AbortController();
    const onProgress = (done: number) => done === 2 && abort.abort();
    await expect(loadImageFolder({ images: photos }, { onProgress, signal: abort.signal })).rejects.toMatchObject({
      kind: 'interrupted',
      message: 'interrupted after 2 of 4 images',
    });
    const again = await loadImageFolder({ images: photos });
    expect(again.notes.join()).not.toContain('cache');
  });
});
