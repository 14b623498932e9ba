import { mkdir, open, readdir, rename, rm, rmdir, writeFile } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import { WellfitError } from '../base/index.ts';
import { toJson } from './io.ts';
import { lockFolder } from './lock.ts';

/** Where the runs are that were given no folder. */
export const runsFolder = join('.wellfit', 'runs');

/** The folder of one run. */
export interface Output {
  readonly name: string;
  readonly folder: string;
  /** Writes bytes, or a value as JSON, whole or not at all; returns the path. */
  write(file: string, content: Uint8Array | object): Promise<string>;
  /** Lets other processes work in the folder. */
  close(): Promise<void>;
  /** The same, and removes the folder again if this run made it and nothing is in it. */
  discard(): Promise<void>;
}

/** By which a run is known that was given no name: when it began, and on what. */
export const runName = (dataset: string): string =>
  `${new Date().toISOString().slice(0, 19).replace(/[:T]/g, '-')}-${dataset.replace(/[^\w-]+/g, '-').replace(/-+$/, '')}`;

/** Makes the folder and proves that it can be written to, before any work is done. */
export async function openOutput(folder: string | undefined, dataset: string): Promise<Output> {
  const name = runName(dataset);
  const path = folder ?? (await freshFolder(join(runsFolder, name)));
  let made: string | undefined;
  try {
    made = folder === undefined ? path : await mkdir(path, { recursive: true });
    const probe = join(path, `.probe-${process.pid}`);
    await writeFile(probe, '');
    await rm(probe);
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    throw new WellfitError('file', `the output folder "${path}" cannot be written to`, {
      received: code === 'ENOTDIR' || code === 'EEXIST' ? 'a file stands in the way' : message,
      fix: 'name another folder with --out',
    });
  }
  return lockedOutput(folder === undefined ? basename(path) : name, path, made);
}

/** The folder of a run that goes on. What a killed process left half written is removed. */
export async function reopenOutput(folder: string): Promise<Output> {
  const output = await lockedOutput(basename(resolve(folder)), folder);
  for (const file of await readdir(folder))
    if (/\.\d+\.part$/.test(file)) await rm(join(folder, file), { force: true });
  return output;
}

/** `made`: the outermost folder that this process made for it. */
async function lockedOutput(name: string, path: string, made?: string): Promise<Output> {
  const release = await lockFolder(path);
  return {
    name,
    folder: path,
    async write(file, content) {
      const target = join(path, file);
      const partial = `${target}.${process.pid}.part`;
      try {
        await writeDown(partial, content instanceof Uint8Array ? content : toJson(content));
        await rename(partial, target);
      } catch (error) {
        await rm(partial, { force: true }).catch(() => {});
        const { message } = error as NodeJS.ErrnoException;
        throw new WellfitError('file', `${target} could not be written: ${message}`, {
          fix: 'make room on the disk, and check that the folder may be written to',
        });
      }
      return target;
    },
    close: release,
    async discard() {
      await release();
      // Folders that this run made and that are still empty, from the inside out.
      for (let inner = resolve(path); made && inner.startsWith(resolve(made)); inner = dirname(inner))
        await rmdir(inner).catch(() => {});
    },
  };
}

/** Writes a file down to the disk, not only into its cache. */
async function writeDown(path: string, content: Uint8Array | string): Promise<void> {
  const file = await open(path, 'w');
  try {
    await file.writeFile(content);
    await file.sync();
  } finally {
    await file.close();
  }
}

/** Two runs that start in the same second get two folders. */
async function freshFolder(path: string): Promise<string> {
  await mkdir(join(path, '..'), { recursive: true }).catch(() => {});
  for (let i = 1; ; i++) {
    const candidate = i === 1 ? path : `${path}-${i}`;
    try {
      await mkdir(candidate);
      return candidate;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') return candidate;
    }
  }
}
