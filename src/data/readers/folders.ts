import { access } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join } from 'node:path';

type Environment = Readonly<Record<string, string | undefined>>;

/** Where the operating system wants files that can be had again. */
export function cacheFolder(platform: NodeJS.Platform, environment: Environment, home: string): string {
  if (platform === 'win32') return environment.LOCALAPPDATA || join(home, 'AppData', 'Local');
  if (platform === 'darwin') return join(home, 'Library', 'Caches');
  return environment.XDG_CACHE_HOME || join(home, '.cache');
}

/** The folders that may hold a data set: the user's own (WELLFIT_DATA) if there is one, and the cache. */
export function datasetFolders(name: string): { own?: string; cache: string } {
  const data = process.env.WELLFIT_DATA;
  return {
    own: data ? join(data, name) : undefined,
    cache: join(cacheFolder(process.platform, process.env, homedir()), 'wellfit', 'datasets', name),
  };
}

/** The paths of those of the files that the folder has, plain or with .gz. */
export async function findFiles(folder: string, names: readonly string[]): Promise<Map<string, string>> {
  const found = new Map<string, string>();
  for (const name of names)
    for (const path of [join(folder, `${name}.gz`), join(folder, name)])
      await access(path).then(
        () => found.set(name, path),
        () => {},
      );
  return found;
}
