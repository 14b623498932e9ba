import { stat } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import sharp from 'sharp';
import { grouped, sizeOf, WellfitError } from '../../../base/index.ts';
import { checkDataset, type Dataset } from '../../dataset.ts';
import { cacheFile, type DecodedImages, fingerprint, readCache, writeCache } from './cache.ts';
import { decodeFile } from './decode.ts';
import { byName } from './files.ts';
import { type BrokenImage, type Entry, type Layout, readLayout } from './layout.ts';
import { inOrder } from './parallel.ts';
import { checkMemory, chosenSize, givenSize, type Size } from './size.ts';

/** Images of one's own, and what to make of them. */
export interface ImageSource {
  /**
   * A folder with one subfolder for each class (or train, test and perhaps validation with such subfolders), or a table (.csv, .tsv) with a
   * column of paths, relative to the table, and one of labels.
   */
  readonly images: string;
  /** Height and width to which every image is brought, 1 … 1024; a number means a square. Left out: chosen from the images. */
  readonly size?: number | readonly [number, number];
  /** Left out: grey if every image is grey, else color. */
  readonly channels?: 'grey' | 'color';
  /** Columns of the table; left out: found by looking. */
  readonly path?: string;
  readonly label?: string;
}

export interface LoadedImages {
  /** Bytes, [channels, height, width] a row. */
  readonly dataset: Dataset;
  /** Of each row, relative to the folder (or to the table's), with "/" between names. */
  readonly paths: readonly string[];
  /** What could not be used, and why. */
  readonly broken: readonly BrokenImage[];
  /** What was chosen, left out or is worth knowing, in sentences. */
  readonly notes: readonly string[];
}

export interface LoadImagesOptions {
  /** Hears how many images are decoded; not called where the cache has them. */
  onProgress?(done: number, total: number): void;
  /** Stops early, with a WellfitError "interrupted". */
  readonly signal?: AbortSignal;
}

/** With fewer images a class is hardly learned. */
const few = 10;

/**
 * Loads labelled images. They are decoded once and kept in the user's cache folder, where they are found as long as no file, no list of files and no option changes.
 * Classes are sorted by name; rows are sorted by path (as in the table), those of a test folder last.
 *
 * @throws WellfitError if the path, its arrangement or an option is wrong, if no image can be read, if fewer than two classes are left or one
 * has a single image, and "interrupted"
 */
export async function loadImageFolder(source: ImageSource, options: LoadImagesOptions = {}): Promise<LoadedImages> {
  const size = source.size === undefined ? undefined : givenSize(source.size);
  checkChannels(source.channels);
  const layout = await readLayout(source.images, { path: source.path, label: source.label });
  const decoded = await decodedOnce(source, size, layout, options);
  return assemble(layout, decoded);
}

function checkChannels(channels: unknown): void {
  if (channels === undefined || channels === 'grey' || channels === 'color') return;
  throw new WellfitError('option', 'channels: there is no such kind of image', {
    expected: '"grey" or "color"',
    received: JSON.stringify(channels),
  });
}

/** From the cache if it has the images as they are now, else decoded and put there. */
async function decodedOnce(
  source: ImageSource,
  size: Size | undefined,
  layout: Layout,
  options: LoadImagesOptions,
): Promise<DecodedImages> {
  const wanted = { size, channels: source.channels };
  const file = cacheFile({ images: resolve(source.images), ...wanted });
  const files: unknown[] = [];
  const stats = inOrder(layout.entries, ({ path }) => stat(resolve(layout.root, path)).catch(() => undefined));
  for await (const found of stats)
    files.push([layout.entries[files.length].path, found?.size, found?.mtimeMs, found?.ctimeMs]);
  const key = fingerprint({ format: 1, decoder: [sharp.versions.sharp, sharp.versions.vips], ...wanted, files });
  const kept = await readCache(file, key);
  if (kept) return { ...kept, notes: [...kept.notes, `the decoded images come from the cache, ${file}`] };
  const { decoded, fleeting } = await decodeAll(source, size, layout, options);
  // A file that could not be read now may be readable the next time, without a change that shows.
  if (fleeting || decoded.pixels.length === 0) return decoded;
  const written = await writeCache(file, key, decoded);
  return written ? decoded : { ...decoded, notes: [...decoded.notes, `the cache ${file} cannot be written`] };
}

async function decodeAll(
  source: ImageSource,
  given: Size | undefined,
  { root, entries }: Layout,
  { onProgress, signal }: LoadImagesOptions,
): Promise<{ decoded: DecodedImages; fleeting: boolean }> {
  checkSignal(signal, 0, entries.length);
  const paths = entries.map(({ path }) => resolve(root, path));
  const { size, note } = given ? { size: given, note: '' } : await chosenSize(paths, signal);
  const shape = [source.channels === 'grey' ? 1 : 3, ...size] as const;
  checkMemory(entries.length, shape);
  const width = sizeOf(shape);
  const all = new Uint8Array(entries.length * width);
  const broken: { at: number; why: string }[] = [];
  let [at, rows, grey, fleeting] = [0, 0, true, false];
  for await (const image of inOrder(paths, (path) => decodeFile(path, shape))) {
    checkSignal(signal, at, entries.length);
    if (image.pixels) {
      all.set(image.pixels, rows++ * width);
      grey &&= image.grey;
    } else {
      broken.push({ at, why: image.why });
      fleeting ||= image.fleeting;
    }
    at++;
    onProgress?.(at, entries.length);
  }
  const notes = note === '' ? [] : [note];
  const pixels = rows === entries.length ? all : all.slice(0, rows * width);
  if (source.channels !== undefined || !grey || rows === 0)
    return { decoded: { shape, pixels, broken, notes }, fleeting };
  notes.push('every image is grey: one channel instead of three');
  return { decoded: { shape: [1, ...size], pixels: firstPlanes(pixels, rows, width), broken, notes }, fleeting };
}

function checkSignal(signal: AbortSignal | undefined, done: number, total: number): void {
  if (!signal?.aborted) return;
  throw new WellfitError('interrupted', `interrupted after ${grouped(done)} of ${grouped(total)} images`);
}

/** One plane of each image; in a grey image all three are the same. */
function firstPlanes(pixels: Uint8Array, rows: number, width: number): Uint8Array {
  const planes = new Uint8Array((rows * width) / 3);
  for (let row = 0; row < rows; row++)
    planes.set(pixels.subarray(row * width, row * width + width / 3), (row * width) / 3);
  return planes;
}

function assemble(layout: Layout, { shape, pixels, broken: failed, notes: chosen }: DecodedImages): LoadedImages {
  const { name, entries } = layout;
  const reasons = new Map(failed.map(({ at, why }) => [at, why]));
  const broken = [...layout.broken, ...failed.map(({ at, why }) => ({ path: entries[at].path, why }))];
  const good = entries.filter((_, at) => !reasons.has(at));
  if (good.length === 0)
    throw new WellfitError('data', `none of the ${grouped(entries.length)} images of "${name}" can be read`, {
      received: `${join(layout.root, broken[0].path)}: ${broken[0].why}`,
      likely: 'the files were copied or downloaded badly, or are of another kind than their names say',
    });
  const classes = [...new Set(good.map(({ label }) => label))].sort(byName);
  const notes = [...layout.notes, ...chosen, ...notesOnClasses(entries, good, classes)];
  if (broken.length > 0)
    notes.push(
      `${grouped(broken.length)} of ${grouped(entries.length + layout.broken.length)} images are left out, as ${broken[0].path}: ${broken[0].why}`,
    );
  const indexOf = new Map(classes.map((label, index) => [label, index]));
  const targets = {
    kind: 'classes',
    data: Int32Array.from(good, ({ label }) => indexOf.get(label)!),
    classes,
  } as const;
  const testRows = good.filter(({ test }) => test).length;
  const dataset: Dataset = {
    name,
    rows: good.length,
    shape,
    features: pixels,
    targets,
    ...(testRows > 0 ? { testRows } : {}),
  };
  checkDataset(dataset);
  return { dataset, paths: good.map(({ path }) => path), broken, notes };
}

/** What is worth knowing of the classes. @throws WellfitError if they cannot be learned */
function notesOnClasses(entries: readonly Entry[], good: readonly Entry[], classes: readonly string[]): string[] {
  const count = (some: readonly Entry[]) => Map.groupBy(some, ({ label }) => label);
  const of = count(good);
  const images = (label: string) => of.get(label)!.length;
  if (classes.length === 1)
    throw new WellfitError('data', 'there is only one class of images', {
      expected: 'two classes or more',
      received: `"${classes[0]}" with ${grouped(good.length)} images`,
      likely: 'the folder above the one with the classes is needed, or the images of the other classes cannot be read',
    });
  const single = classes.filter((label) => images(label) === 1);
  if (single.length > 0)
    throw new WellfitError(
      'data',
      `${single.length === 1 ? 'a class has' : `${grouped(single.length)} classes have`} only one image that can be read`,
      {
        expected: 'two images or more in every class, to train on one and validate on another',
        received: single
          .slice(0, 5)
          .map((label) => `"${label}": ${good.find((entry) => entry.label === label)!.path}`)
          .join(', '),
        likely:
          single.length > classes.length / 2
            ? 'what was taken for classes are names or numbers of single images'
            : undefined,
        fix: 'add images, or take the class out',
      },
    );
  const named = (labels: readonly string[]) =>
    labels
      .slice(0, 5)
      .map((label) => `"${label}"`)
      .join(', ') + (labels.length > 5 ? ', …' : '');
  const notes: string[] = [];
  const lost = [...count(entries).keys()].filter((label) => !of.has(label)).sort(byName);
  if (lost.length > 0) notes.push(`no image of ${named(lost)} can be read; it is no class`);
  const small = classes.filter((label) => images(label) < few);
  if (small.length > 0)
    notes.push(`fewer than ${few} images in ${named(small)}: expect little of ${small.length === 1 ? 'it' : 'them'}`);
  const learned = count(good.filter(({ test }) => !test));
  const unseen = classes.filter((label) => !learned.has(label));
  if (unseen.length > 0) notes.push(`${named(unseen)} has images only in the test folder and cannot be learned`);
  return notes;
}
