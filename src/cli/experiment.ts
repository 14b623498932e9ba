import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { extname, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { grouped, WellfitError } from '../base/index.ts';
import { readData } from '../data/index.ts';
import { type LoadedData, loadData, missingTarget, readFromModel } from '../data/readers/index.ts';
import { type Engine, onnxRuntimeEngine, referenceEngine } from '../engine/index.ts';
import type { Io } from './command.ts';
import { runsFolder } from './output.ts';
import { bar } from './terminal/bar.ts';

/** Reads an experiment: JSON, or TypeScript/JavaScript with a default export. */
export async function readExperiment(path: string): Promise<Record<string, unknown>> {
  const kind = extname(path);
  if (!existsSync(path))
    throw new WellfitError('option', `there is no file or folder ${path}`, {
      fix: 'check the path; a table (.csv, .parquet …), a folder of images or an experiment file (.json, .ts) may stand here',
    });
  try {
    if (['.ts', '.mts', '.js', '.mjs'].includes(kind)) {
      const module = (await import(pathToFileURL(resolve(path)).href)) as { default?: unknown };
      return asObject(module.default, path, 'a default export with the experiment');
    }
    return asObject(JSON.parse(await readFile(path, 'utf8')), path, 'one JSON object');
  } catch (error) {
    throw describeReadError(error, path);
  }
}

function asObject(value: unknown, path: string, expected: string): Record<string, unknown> {
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return { ...value };
  throw new WellfitError('option', `${path} holds no experiment`, {
    expected,
    received: value === undefined ? 'nothing' : (JSON.stringify(value) ?? String(value)).slice(0, 80),
  });
}

function describeReadError(error: unknown, path: string): unknown {
  if (error instanceof WellfitError) return error;
  return new WellfitError('option', `${path} cannot be read as an experiment`, {
    received: error instanceof Error ? error.message : String(error),
    fix: 'see docs/experiments.md for the format',
  });
}

/** Data, and the experiment with what was found of them and with the bytes of the model that it goes on from. */
export interface LoadedExperiment extends LoadedData {
  readonly experiment: Record<string, unknown>;
}

/** Loads the data that an experiment names, showing how far reading or downloading is. */
export async function loadFor(experiment: Record<string, unknown>, io: Io): Promise<LoadedExperiment> {
  if (experiment.data === undefined)
    throw new WellfitError('option', 'no data was named', {
      fix: 'name some, as in: wellfit train customers.csv --target churned, wellfit train photos/, wellfit train --dataset digits, or give an experiment file',
    });
  const { table, target } = (experiment.data ?? {}) as { table?: string; target?: string };
  if (table !== undefined && target === undefined) throw await missingTarget({ table });
  const data = readData(experiment.data);
  const from = await readFromModel(experiment.from, runsFolder);
  const loaded = await loadData(data, {
    from: from?.bytes,
    // Whoever asks for the signal has to hear Ctrl-C; a download ends at once without.
    ...('images' in data && { signal: io.signal }),
    onProgress: (words, done) => io.redraw(done === undefined ? words : `${words} ${bar(done)}`),
    progress: ({ file, done, total }) =>
      io.redraw(
        `downloading ${file} ${bar(done / total)} ${grouped(Math.round(done / 1e3))} of ${grouped(Math.round(total / 1e3))} kB`,
      ),
  });
  io.redraw('');
  return { ...loaded, experiment: { ...experiment, data: loaded.data, ...(from && { from }) } };
}

const engines = ['cpu', 'webgpu', 'cuda', 'reference'] as const;

export function chooseEngine(name: string, threads: number): Engine {
  if (!engines.includes(name as 'cpu'))
    throw new WellfitError('option', `unknown engine "${name}"`, { fix: `one of: ${engines.join(', ')}` });
  if (!Number.isInteger(threads) || threads < 0)
    throw new WellfitError('option', '--threads must be a whole number, 0 for one a core', {
      received: String(threads),
    });
  return name === 'reference' ? referenceEngine : onnxRuntimeEngine({ device: name as 'cpu', threads });
}
