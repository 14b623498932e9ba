import { mkdir, rename, rm, rmdir, writeFile } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { WellfitError } from '../base/index.ts';
import { toJson } from './io.ts';

/** The folder of one run. */
export interface Output {
  readonly name: string;
  readonly folder: string;
  /** Writes bytes, or a value as JSON, whole or not at all; returns the path. */
  write(file: string, content: Uint8Array | object): Promise<string>;
  /** Removes the folder again if this run made it and nothing is in it. */
  discard(): Promise<void>;
}

/** Makes the folder and proves that it can be written to, before any work is done. */
export async function openOutput(folder: string | undefined, dataset: string): Promise<Output> {
  const name = `${new Date().toISOString().slice(0, 19).replace(/[:T]/g, '-')}-${dataset.replace(/[^\w-]+/g, '-').replace(/-+$/, '')}`;
  const path = folder ?? (await freshFolder(join('.wellfit', 'runs', name)));
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
  return {
    name: folder === undefined ? path.split(/[\\/]/).pop()! : name,
    folder: path,
    async write(file, content) {
      const target = join(path, file);
      const partial = `${target}.${process.pid}.part`;
      await writeFile(partial, content instanceof Uint8Array ? content : toJson(content));
      await rename(partial, target);
      return target;
    },
    async discard() {
      // Folders that this run made and that are still empty, from the inside out.
      for (let inner = resolve(path); made && inner.startsWith(resolve(made)); inner = dirname(inner))
        await rmdir(inner).catch(() => {});
    },
  };
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
