import { stat } from 'node:fs/promises';
import { basename, join, resolve } from 'node:path';
import { grouped, WellfitError } from '../../../base/index.ts';
import { contentOf, type FolderContent, imageFacts, imagesBelow, notThere } from './files.ts';
import { readLabels } from './labels.ts';

export interface BrokenImage {
  readonly path: string;
  readonly why: string;
}

/** An image that has a label, not yet opened. */
export interface Entry {
  /** Relative to the folder (or to the table's), with "/" between names. */
  readonly path: string;
  readonly label: string;
  readonly test: boolean;
}

/** What a folder or a table says of its images. Rows of the test set come last. */
export interface Layout {
  readonly name: string;
  /** What the paths are relative to, absolute. */
  readonly root: string;
  readonly entries: readonly Entry[];
  /** Labels that have no image at all. */
  readonly broken: readonly BrokenImage[];
  readonly notes: readonly string[];
}

/** Names of folders that are no classes when they stand beside each other. */
const splits = new Map(
  Object.entries({
    train: 'train',
    training: 'train',
    val: 'validation',
    valid: 'validation',
    validation: 'validation',
    test: 'test',
    testing: 'test',
  }),
);

const arrange =
  'put the images of each class into a subfolder named like the class (photos/cat/1.jpg, photos/dog/2.jpg), or name a table (.csv, .tsv) with a column of paths and one of labels';

/**
 * Finds images and their labels without opening them: subfolders as classes, the same below train and test (and validation), or a table.
 *
 * @throws WellfitError if the path is missing, has no images, or does not tell their classes
 */
export async function readLayout(images: string, columns: { path?: string; label?: string }): Promise<Layout> {
  const found = await stat(images).catch(() => undefined);
  if (!found) throw await notThere(images);
  if (!found.isDirectory()) return readLabels(images, columns);
  const named = Object.entries(columns).find(([, column]) => column !== undefined);
  if (named)
    throw new WellfitError('option', `"${named[0]}" names a column of a table, but ${images} is a folder`, {
      fix: `leave it out, or give the table as "images"`,
    });
  const root = resolve(images);
  const content = await contentOf(root);
  if (content.folders.length === 0) throw noClasses(images, content);
  const plan = await splitFolders(root, content.folders);
  const notes = [...plan.notes];
  if (content.images.length > 0) notes.push(leftOut(content.images.length, images));
  const entries: Entry[] = [];
  for (const { folder, split } of plan.folders) {
    const { folders, images: loose } = await contentOf(join(root, folder));
    if (loose.length > 0) notes.push(leftOut(loose.length, join(images, folder)));
    for (const label of folders) entries.push(...(await entriesOf(root, folder, label, split === 'test')));
    if (split === 'validation')
      notes.push(`the images in ${folder} join the training images; a new validation set is drawn`);
  }
  if (plan.folders.length === 0)
    for (const label of content.folders) {
      const inside = await entriesOf(root, '', label, false);
      if (inside.length === 0) notes.push(`the folder ${label} has no images; it is no class`);
      entries.push(...inside);
    }
  if (entries.length === 0) throw new WellfitError('file', `there is no image in ${images}`, imageFacts);
  return { name: basename(root), root, entries, broken: [], notes };
}

const counted = (images: number): string => `${grouped(images)} ${images === 1 ? 'image' : 'images'}`;

const leftOut = (images: number, folder: string): string =>
  `${counted(images)} directly in ${folder} ${images === 1 ? 'is' : 'are'} in no folder of a class and left out`;

async function entriesOf(root: string, above: string, label: string, test: boolean): Promise<Entry[]> {
  const folder = above === '' ? label : `${above}/${label}`;
  return (await imagesBelow(join(root, folder))).map((image) => ({ path: `${folder}/${image}`, label, test }));
}

/** The folders train, validation and test, in this order, if the folder is divided so; else none. */
async function splitFolders(
  root: string,
  names: readonly string[],
): Promise<{ folders: { folder: string; split?: string }[]; notes: string[] }> {
  const order = ['train', 'validation', 'test'];
  const all = names.map((folder) => ({ folder, split: splits.get(folder.toLowerCase()) }));
  if (!all.every(({ split }) => split) || !all.some(({ split }) => split === 'train'))
    return { folders: [], notes: [] };
  const folders: { folder: string; split?: string }[] = [];
  const notes: string[] = [];
  for (const part of all.sort((a, b) => order.indexOf(a.split!) - order.indexOf(b.split!))) {
    const { folders: classes, images } = await contentOf(join(root, part.folder));
    if (classes.length > 0) folders.push(part);
    else if (part.split === 'train')
      throw new WellfitError('data', `the classes of the images in ${join(root, part.folder)} are not known`, {
        expected: 'one subfolder for each class',
        received: `${counted(images.length)} and no subfolder, beside ${names.join(', ')}`,
        fix: arrange,
      });
    else notes.push(leftOut(images.length, part.folder));
  }
  return { folders, notes };
}

function noClasses(folder: string, { images }: FolderContent): WellfitError {
  if (images.length === 0)
    return new WellfitError('file', `there is no image in ${folder}`, { ...imageFacts, fix: arrange });
  return new WellfitError('data', `the classes of the images in ${folder} are not known`, {
    expected: 'one subfolder for each class',
    received: `${counted(images.length)} (${images[0]}, …) and no subfolder`,
    fix: arrange,
  });
}
