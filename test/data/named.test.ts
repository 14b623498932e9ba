import { mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import type { Dataset } from '../../src/data/index.ts';
import { cacheFolder, datasetFolders } from '../../src/data/readers/folders.ts';
import { loadDataset } from '../../src/data/readers/index.ts';
import { cifar, idx, messageOf, serve, temporaryFolder, wellBehaved } from './support.ts';

const realData = process.env.WELLFIT_DATA;
/** Nothing listens on the port for "tcpmux". */
const offline = { source: 'http://127.0.0.1:1' };
let home: string;

beforeEach(async () => {
  home = await temporaryFolder();
  // All that decides where the cache is, on any platform.
  for (const name of ['HOME', 'XDG_CACHE_HOME', 'LOCALAPPDATA']) vi.stubEnv(name, home);
  vi.stubEnv('WELLFIT_DATA', undefined);
});

afterEach(async () => {
  vi.unstubAllEnvs();
  await rm(home, { recursive: true });
});

/** Files in a folder, which is made. */
async function fill(folder: string, files: Record<string, Uint8Array>): Promise<void> {
  await mkdir(folder, { recursive: true });
  for (const [name, bytes] of Object.entries(files)) await writeFile(join(folder, name), bytes);
}

const tinyMnist = {
  'train-images-idx3-ubyte': idx([3, 2, 2], [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12]),
  'train-labels-idx1-ubyte.gz': gzipSync(idx([3], [9, 0, 1])),
  't10k-images-idx3-ubyte.gz': gzipSync(idx([1, 2, 2], [20, 21, 22, 23])),
  't10k-labels-idx1-ubyte': idx([1], [5]),
};

const labelsOf = (dataset: Dataset): number[] => [...dataset.targets.data];

describe('a data set by name', () => {
  test('that is unknown: the nearest name is suggested', async () => {
    const message = await messageOf(() => loadDataset('minst'));
    expect(message).toContain('no data set named "minst"');
    expect(message).toContain('did you mean "mnist"?');
  });

  test.each(['constructor', '__proto__', ''])('%j is unknown too', async (name) => {
    expect(await messageOf(() => loadDataset(name))).toContain('digits, iris, mnist, fashion-mnist, cifar-10');
  });

  test.each(['mnist', 'fashion-mnist'])('%s: files plain or compressed, test rows last', async (name) => {
    vi.stubEnv('WELLFIT_DATA', home);
    await fill(join(home, name), tinyMnist);
    const dataset = await loadDataset(name, offline);
    expect(dataset).toMatchObject({ name, rows: 4, shape: [1, 2, 2], testRows: 1 });
    expect(dataset.features).toEqual(Uint8Array.of(1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 20, 21, 22, 23));
    expect(labelsOf(dataset)).toEqual([9, 0, 1, 5]);
  });

  test('is found in the cache where WELLFIT_DATA lacks it', async () => {
    vi.stubEnv('WELLFIT_DATA', join(home, 'elsewhere'));
    await fill(datasetFolders('mnist').cache, tinyMnist);
    expect((await loadDataset('mnist', offline)).rows).toBe(4);
  });

  test('cifar-10 from the training files there are: its name says how many rows', async () => {
    vi.stubEnv('WELLFIT_DATA', home);
    await fill(join(home, 'cifar-10'), {
      'test_batch.bin': cifar([6]),
      'data_batch_3.bin.gz': gzipSync(cifar([3, 4])),
      'data_batch_1.bin': cifar([1, 2]),
    });
    const dataset = await loadDataset('cifar-10', offline);
    expect(dataset).toMatchObject({ name: 'cifar-10 (4 training rows)', rows: 5, shape: [3, 32, 32], testRows: 1 });
    expect(labelsOf(dataset)).toEqual([1, 2, 3, 4, 6]);
  });

  test('cifar-10 from all its files is just that', async () => {
    vi.stubEnv('WELLFIT_DATA', home);
    const batches = [1, 2, 3, 4, 5].map((i) => [`data_batch_${i}.bin`, cifar([i])]);
    await fill(join(home, 'cifar-10'), { ...Object.fromEntries(batches), 'test_batch.bin': cifar([6]) });
    expect(await loadDataset('cifar-10', offline)).toMatchObject({ name: 'cifar-10', rows: 6, testRows: 1 });
  });

  test('with a damaged file: the file is named, nothing is downloaded in its place', async () => {
    vi.stubEnv('WELLFIT_DATA', home);
    await fill(join(home, 'mnist'), { ...tinyMnist, 't10k-labels-idx1-ubyte': idx([2], [5]) });
    const message = await messageOf(() => loadDataset('mnist', offline));
    expect(message).toContain(`${join(home, 'mnist', 't10k-labels-idx1-ubyte')} ends at byte 9, 1 bytes early`);
  });
});

describe('a data set that cannot be had', () => {
  test('offline: one message says which files to put where', async () => {
    const { cache } = datasetFolders('mnist');
    const message = await messageOf(() => loadDataset('mnist', offline));
    expect(message).toContain('"mnist" is not on this machine, and downloading http://127.0.0.1:1/train-images');
    expect(message).toContain('ECONNREFUSED');
    expect(message).toContain('WELLFIT_DATA is not set');
    for (const name of Object.keys(tinyMnist)) expect(message).toContain(name.replace('.gz', ''));
    expect(message).toContain(`into ${cache}, or into mnist/ of a folder that you name in WELLFIT_DATA`);
  });

  test('WELLFIT_DATA has a part of it: what it lacks is named', async () => {
    vi.stubEnv('WELLFIT_DATA', home);
    const { 't10k-labels-idx1-ubyte': _, ...some } = tinyMnist;
    await fill(join(home, 'mnist'), some);
    const message = await messageOf(() => loadDataset('mnist', offline));
    expect(message).toContain(`${join(home, 'mnist')} lacks t10k-labels-idx1-ubyte;`);
    expect(message).toContain(`WELLFIT_DATA is ${home}`);
  });

  test('no test set, no training set', async () => {
    vi.stubEnv('WELLFIT_DATA', home);
    await fill(join(home, 'cifar-10'), { 'data_batch_2.bin': cifar([1]) });
    expect(await messageOf(() => loadDataset('cifar-10', offline))).toContain('cifar-10 lacks test_batch.bin;');
    await fill(datasetFolders('cifar-10').cache, { 'test_batch.bin': cifar([1]) });
    expect(await messageOf(() => loadDataset('cifar-10', offline))).toContain('cifar-10 lacks data_batch_1.bin (');
  });

  test('the source is no URL', async () => {
    const message = await messageOf(() => loadDataset('mnist', { source: 'my mirror' }));
    expect(message).toContain('the source of the data set is not a URL');
    expect(message).toContain('my mirror');
  });

  test('the source holds another file', async () => {
    const server = await serve({ 'train-images-idx3-ubyte.gz': Uint8Array.of(1, 2, 3) }, wellBehaved);
    const message = await messageOf(() => loadDataset('mnist', { source: server.base }));
    await server.close();
    expect(message).toContain('train-images-idx3-ubyte.gz is not the file it should be');
    expect(message).toContain('9,912,422 bytes');
  });
});

test('the cache is where the operating system wants it', () => {
  expect(cacheFolder('linux', {}, '/home/ada')).toBe(join('/home/ada', '.cache'));
  expect(cacheFolder('linux', { XDG_CACHE_HOME: '/cache' }, '/home/ada')).toBe('/cache');
  expect(cacheFolder('darwin', { XDG_CACHE_HOME: '/cache' }, '/Users/ada')).toBe(
    join('/Users/ada', 'Library', 'Caches'),
  );
  expect(cacheFolder('win32', { LOCALAPPDATA: 'C:\\Local' }, 'C:\\ada')).toBe('C:\\Local');
});

const why = realData ? '' : ' (skipped: WELLFIT_DATA is not set)';

describe.skipIf(!realData)(`real data sets from WELLFIT_DATA${why}`, () => {
  beforeEach(() => {
    vi.stubEnv('WELLFIT_DATA', realData);
  });

  const countsOf = (labels: number[]): number[] => {
    const counts = new Array<number>(10).fill(0);
    for (const label of labels) counts[label]++;
    return counts;
  };

  test.each([
    {
      name: 'mnist',
      train: [5923, 6742, 5958, 6131, 5842, 5421, 5918, 6265, 5851, 5949],
      held: [980, 1135, 1032, 1010, 982, 892, 958, 1028, 974, 1009],
      first: '0',
    },
    {
      name: 'fashion-mnist',
      train: new Array<number>(10).fill(6000),
      held: new Array<number>(10).fill(1000),
      first: 'T-shirt/top',
    },
  ])('$name', async ({ name, train, held, first }) => {
    const dataset = await loadDataset(name, offline);
    expect(dataset).toMatchObject({ name, rows: 70_000, shape: [1, 28, 28], testRows: 10_000 });
    expect(dataset.features).toBeInstanceOf(Uint8Array);
    expect(dataset.features.length).toBe(70_000 * 784);
    expect(countsOf(labelsOf(dataset).slice(0, 60_000))).toEqual(train);
    expect(countsOf(labelsOf(dataset).slice(60_000))).toEqual(held);
    expect(dataset.targets).toHaveProperty(['classes', 0], first);
  });

  test('cifar-10, its first training file and its test set', async () => {
    const dataset = await loadDataset('cifar-10', offline);
    expect(dataset).toMatchObject({ shape: [3, 32, 32], testRows: 10_000 });
    const labels = labelsOf(dataset);
    expect(countsOf(labels.slice(0, 10_000))).toEqual([1005, 974, 1032, 1016, 999, 937, 1030, 1001, 1025, 981]);
    expect(countsOf(labels.slice(-10_000))).toEqual(new Array<number>(10).fill(1000));
    expect(dataset.features.length).toBe(dataset.rows * 3072);
  });

  test('mnist, downloaded into the cache and read from there the next time', async () => {
    const names = (await readdir(join(realData!, 'mnist'))).filter((name) => name.endsWith('.gz'));
    const contents = await Promise.all(
      names.map(async (name) => [name, await readFile(join(realData!, 'mnist', name))]),
    );
    vi.stubEnv('WELLFIT_DATA', undefined);
    const server = await serve(Object.fromEntries(contents), wellBehaved);
    const files = new Set<string>();
    const options = { source: server.base, progress: ({ file }: { file: string }) => files.add(file) };
    const downloaded = await loadDataset('mnist', options);
    await server.close();
    expect(downloaded.rows).toBe(70_000);
    expect([...files].toSorted()).toEqual(names.toSorted());
    expect((await readdir(datasetFolders('mnist').cache)).toSorted()).toEqual(names.toSorted());
    expect((await loadDataset('mnist', offline)).rows).toBe(70_000);
  });
});
