import { glob, readdir, realpath, stat } from 'node:fs/promises';
import { basename, dirname, extname, join, sep } from 'node:path';
import { nearest, WellfitError } from '../../../base/index.ts';

/** Endings of names that people give to images, also those that cannot be read: these are to be told of, not passed over. */
const endings = new Set(
  (
    '.jpg .jpeg .jpe .jfif .png .webp .tif .tiff .gif .avif ' + '.bmp .heic .heif .svg .jxl .jp2 .ppm .pgm .pbm .pnm'
  ).split(' '),
);

/** Whether a file is meant as an image. Hidden files are not: macOS puts ._photo.jpg beside photo.jpg. */
export const isImageName = (path: string): boolean =>
  !basename(path).startsWith('.') && endings.has(extname(path).toLowerCase());

/** By code units: the same order on every machine, whatever its language. */
export const byName = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);

export interface FolderContent {
  /** Names, sorted, without hidden ones. */
  readonly folders: readonly string[];
  readonly images: readonly string[];
}

/** What stands in a folder; links are followed, dead ones passed over. */
export async function contentOf(folder: string): Promise<FolderContent> {
  const folders: string[] = [];
  const images: string[] = [];
  const entries = await readdir(folder, { withFileTypes: true }).catch((error: Error) => {
    throw new WellfitError('file', `the folder ${folder} cannot be read`, { received: error.message });
  });
  for (const entry of entries) {
    const { name } = entry;
    if (name.startsWith('.') || name === '__MACOSX') continue;
    const kind = entry.isSymbolicLink() ? await stat(join(folder, name)).catch(() => undefined) : entry;
    if (kind?.isDirectory()) folders.push(name);
    else if (kind?.isFile() && isImageName(name)) images.push(name);
  }
  return { folders: folders.sort(byName), images: images.sort(byName) };
}

/** Images anywhere below a folder, sorted, as paths relative to it with "/" between names. */
export async function imagesBelow(folder: string): Promise<string[]> {
  const found: string[] = [];
  const walk = async (path: string, prefix: string, above: readonly string[]): Promise<void> => {
    // A link to a folder above would never end.
    const real = await realpath(path);
    if (above.includes(real)) return;
    const { folders, images } = await contentOf(path);
    for (const name of images) found.push(prefix + name);
    for (const name of folders) await walk(join(path, name), `${prefix}${name}/`, [...above, real]);
  };
  await walk(folder, '', []);
  return found.sort(byName);
}

/**
 * The images that a person means by a path: a file (whatever its name), a folder (all below it, sorted by name) or a pattern such as
 * "photos/*.jpg". Hidden files and files not named like images are left out of folders and patterns.
 *
 * @returns paths that start as the given one
 * @throws WellfitError if there is no such file or folder (with the nearest name), or no image in it
 */
export async function listImages(path: string): Promise<string[]> {
  const found = await stat(path).catch(() => undefined);
  if (found?.isFile()) return [path];
  if (!found && /[*?[\]{}]/.test(path)) return listMatching(path);
  if (!found) throw await notThere(path);
  const images = await imagesBelow(path);
  if (images.length === 0) throw new WellfitError('file', `there is no image in ${path}`, imageFacts);
  return images.map((image) => join(path, image));
}

async function listMatching(pattern: string): Promise<string[]> {
  const images: string[] = [];
  for await (const path of glob(pattern)) {
    const found = await stat(path).catch(() => undefined);
    if (found?.isDirectory()) images.push(...(await imagesBelow(path)).map((image) => join(path, image)));
    else if (found && isImageName(path)) images.push(path);
  }
  if (images.length === 0) throw new WellfitError('file', `no image matches ${pattern}`, imageFacts);
  return [...new Set(images)].sort(byName);
}

export const imageFacts = {
  expected: 'files named .jpg, .jpeg, .png, .webp, .tif, .tiff, .gif or .avif (others and hidden ones are passed over)',
};

/** An error for a path that does not exist, with the nearest name that does. */
export async function notThere(path: string): Promise<WellfitError> {
  const parts = path.split(sep === '/' ? '/' : /[\\/]/);
  // The first part that is missing is the one that was mistyped.
  let missing = path;
  for (let i = parts.length - 1; i > 0; i--) {
    const above = parts.slice(0, i).join(sep) || sep;
    if (await stat(above).catch(() => undefined)) break;
    missing = above;
  }
  const names = await readdir(dirname(missing)).catch(() => [] as string[]);
  const near = nearest(basename(missing), names);
  const expected = 'a folder with one subfolder of images for each class, or a table (.csv, .tsv) of paths and labels';
  return new WellfitError('file', `there is no file or folder ${path}`, {
    expected,
    received: missing === path ? undefined : `a path that already ends at ${missing}, which is not there`,
    fix: near === undefined ? undefined : `did you mean "${join(dirname(missing), near)}"?`,
  });
}
