import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { basename, join, resolve } from 'node:path';
import { WellfitError } from '../../base/index.ts';
import { onnxRuntimeEngine } from '../../engine/index.ts';
import { trainEnsemble } from '../../ensemble/index.ts';
import { modelFile } from '../../export/index.ts';
import { type Checkpoint, trainOn } from '../../train/index.ts';
import { findRun, readCheckpoint } from '../checkpoints.ts';
import type { Io } from '../command.ts';
import { type LoadedExperiment, loadFor } from '../experiment.ts';
import { runsFolder } from '../output.ts';
import { weightsFile } from '../predictions/weights.ts';
import type { Exporter } from './exporter.ts';
import { checkFolder, writePieces, writeWhole } from './write.ts';

const modelName = 'model.onnx';

interface Made {
  readonly bytes: Uint8Array;
  readonly from: string;
}

const exporter =
  (extension: string, make: (folder: string, io: Io) => Promise<Made>): Exporter =>
  async (given, { out }, io) => {
    const run = await folderOf(given);
    const path = out ?? `${basename(resolve(run))}.${extension}`;
    await checkFolder(path);
    const { bytes, from } = await make(run, io);
    await writeWhole(path, (partial) => writePieces(partial, [bytes]));
    return { run, out: path, bytes: bytes.length, from };
  };

/** The model of a run, made again of its checkpoint where there is none. */
export const onnx = exporter('onnx', onnxOf);

/** The weights of a run by name. */
export const safetensors = exporter('safetensors', async (folder) => ({
  bytes: weightsFile(await readCheckpoint(await findRun(folder))),
  from: 'the weights of its checkpoint',
}));

/** A folder with a model or a checkpoint; `findRun` knows what to say where there is none. */
async function folderOf(run: string): Promise<string> {
  const found = [run, join(runsFolder, run)].find((folder) => existsSync(join(folder, modelName)));
  return found ?? findRun(run);
}

async function onnxOf(folder: string, io: Io): Promise<Made> {
  const file = join(folder, modelName);
  if (existsSync(file)) return { bytes: await readFile(file), from: `a copy of ${file}` };
  const checkpoint = await readCheckpoint(folder);
  const settings = checkpoint.settings as unknown as Record<string, unknown>;
  const loaded = await loadFor(settings, io);
  const engine = onnxRuntimeEngine();
  const run = await remade(checkpoint, () => io.redraw('making the model again'), engine, loaded);
  io.redraw('');
  return { bytes: modelFile(run), from: 'made of the best weights of its checkpoint' };
}

/** The run as far as its checkpoint goes, without another update. */
async function remade(
  checkpoint: Checkpoint,
  onEvent: () => void,
  engine: ReturnType<typeof onnxRuntimeEngine>,
  { dataset, experiment }: LoadedExperiment,
) {
  const { settings, finished } = checkpoint;
  const stopped = { engine, onEvent, signal: AbortSignal.abort() };
  if (!finished) return trainEnsemble(dataset, experiment, { ...stopped, resume: checkpoint });
  if (!settings.ensemble) return trainOn(dataset, experiment, { ...stopped, resume: checkpoint });
  if ('members' in settings.ensemble)
    return trainEnsemble(dataset, experiment, { ...stopped, resume: { ...checkpoint, finished: undefined } });
  throw new WellfitError('data', 'the model of an ensemble of snapshots cannot be made again', {
    likely: `${modelName} was removed from the folder of the run`,
    fix: 'export its weights with --format safetensors, or train it again',
  });
}
