import { existsSync, statSync } from 'node:fs';
import { readdir, readFile } from 'node:fs/promises';
import { basename, dirname, extname, join } from 'node:path';
import { nearest, WellfitError } from '../../base/index.ts';
import { readMetadata } from '../../onnx/index.ts';

/** What a run calls its model. */
export const modelName = 'model.onnx';

/** The file of a model: the path of an ONNX file, a folder with a model.onnx in it, or the name of such a folder inside `runs`, or "last" there. */
export async function findModel(given: string, runs?: string): Promise<string> {
  const inRuns = runs === undefined ? [] : await modelsIn(runs);
  if (given === 'last' && inRuns.length > 0 && !existsSync(given))
    return latest(inRuns.map((run) => fileIn(runs!, run)));
  const candidates = [given, join(given, modelName), ...(inRuns.includes(given) ? [fileIn(runs!, given)] : [])];
  const found = candidates.find((path) => existsSync(path) && statSync(path).isFile());
  if (found) return found;
  const isFolder = existsSync(given) && statSync(given).isDirectory();
  const folder = isFolder ? given : dirname(given);
  const files = await readdir(folder).catch(() => undefined);
  const models = (files ?? []).filter((name) => extname(name) === '.onnx').map((name) => join(folder, name));
  throw new WellfitError('option', isFolder ? `there is no ${modelName} in ${given}` : `there is no model ${given}`, {
    expected: `an .onnx file${runs === undefined ? ', or a folder with a model.onnx' : `, the folder of a run, or its name in ${runs}`}`,
    ...(files === undefined && { received: `a path in a folder that is not there, ${folder}` }),
    ...(isFolder && { likely: 'the run was interrupted before it wrote its model, or this is no folder of a run' }),
    fix: fixFor(given, isFolder, models, inRuns, files ?? []),
  });
}

const fileIn = (runs: string, run: string): string => join(runs, run, modelName);

const modelsIn = async (runs: string): Promise<string[]> =>
  (await readdir(runs).catch(() => [] as string[])).filter((run) => existsSync(fileIn(runs, run))).sort();

const latest = (paths: readonly string[]): string =>
  paths.map((path) => ({ path, time: statSync(path).mtimeMs })).reduce((a, b) => (b.time > a.time ? b : a)).path;

function fixFor(
  given: string,
  isFolder: boolean,
  models: readonly string[],
  runs: readonly string[],
  files: readonly string[],
): string {
  if (isFolder && models.length > 0) return `name the file: ${models.slice(0, 5).join(', ')}`;
  const near = nearest(basename(given), [...files, ...runs]);
  if (near !== undefined) return `did you mean "${runs.includes(near) ? near : join(dirname(given), near)}"?`;
  if (models.length > 0) return `one of: ${models.slice(0, 5).join(', ')}`;
  return runs.length > 0
    ? `one of the runs: ${runs.slice(-5).join(', ')}`
    : 'train one: wellfit train customers.csv --target churned';
}

/**
 * What an experiment says of the model that it goes on from, with the path of the file and its bytes.
 * @throws WellfitError where there is no such file, or it is no ONNX model
 */
export async function readFromModel(
  from: unknown,
  runs?: string,
): Promise<{ model: string; bytes: Uint8Array } | undefined> {
  if (from === undefined) return undefined;
  const asked = typeof from === 'string' ? { model: from } : (from as { model?: unknown; bytes?: unknown } | null);
  if (typeof asked?.model !== 'string')
    throw new WellfitError('option', 'from: the experiment does not say from which model', {
      expected: '"from": { "model": "model.onnx" }',
      received: JSON.stringify(from),
    });
  if (asked.bytes instanceof Uint8Array) return asked as { model: string; bytes: Uint8Array };
  const { path, bytes } = await readModel(asked.model, runs);
  try {
    readMetadata(bytes);
  } catch (error) {
    if (!(error instanceof WellfitError)) throw error;
    throw new WellfitError('file', `${path} is no ONNX model, or a damaged one`, error.facts);
  }
  // The path, as "last" is another run tomorrow.
  return { ...asked, model: path, bytes };
}

/**
 * The bytes of a model file.
 * @throws WellfitError where there is none, with near names, or it cannot be read
 */
export async function readModel(given: string, runs?: string): Promise<{ path: string; bytes: Uint8Array }> {
  const path = await findModel(given, runs);
  const bytes = await readFile(path).catch((error: Error) => {
    throw new WellfitError('file', `${path} cannot be read`, { received: error.message });
  });
  return { path, bytes };
}
