import { WellfitError } from '../../base/index.ts';
import { readModel } from '../../data/readers/index.ts';
import { loadModel, type Model } from '../../predict/index.ts';
import { runsFolder } from '../output.ts';

/**
 * Opens the model that a command names: a file, the folder of a run, its name in .wellfit/runs, or "last".
 * @throws WellfitError that names the file
 */
export async function openModelFile(given: string): Promise<{ path: string; bytes: Uint8Array; model: Model }> {
  const { path, bytes } = await readModel(given, runsFolder);
  return { path, bytes, model: await named(path, () => loadModel(bytes)) };
}

/** Does something with a file; an error says which file it was. */
export async function named<T>(path: string, work: () => T | Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (!(error instanceof WellfitError)) throw error;
    throw new WellfitError(error.kind, `${path}: ${error.message.split('\n')[0]}`, error.facts);
  }
}
