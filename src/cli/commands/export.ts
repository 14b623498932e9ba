import { existsSync } from 'node:fs';
import { readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import { grouped, lookUp, WellfitError } from '../../base/index.ts';
import { onnxRuntimeEngine } from '../../engine/index.ts';
import { trainEnsemble } from '../../ensemble/index.ts';
import { modelFile } from '../../export/index.ts';
import { type Checkpoint, trainOn } from '../../train/index.ts';
import { findRun, readCheckpoint } from '../checkpoints.ts';
import type { Command, Io } from '../command.ts';
import { type LoadedExperiment, loadFor } from '../experiment.ts';
import { jsonOption } from '../options.ts';
import { runsFolder } from '../output.ts';
import { weightsFile } from '../predictions/weights.ts';

const formats = { onnx: 'onnx', safetensors: 'safetensors' } as const;
const modelName = 'model.onnx';

const exportRun: Command = {
  summary: 'write the model of a run as ONNX or its weights as safetensors, also of one that was interrupted',
  examples: ['wellfit export last --out churn.onnx', 'wellfit export models/churn --format safetensors'],
  define: (parser) =>
    jsonOption(
      parser
        .argument('<run>', 'the folder of a run, its name in .wellfit/runs, or "last"')
        .option('--format <name>', Object.keys(formats).join(' or '), 'onnx')
        .option('--out <file>', 'default: <run>.<format> in this folder'),
    ),

  async run([given], options, io) {
    const format = lookUp(formats, options.format as string, '--format', 'format');
    const folder = await folderOf(given);
    const out = (options.out as string | undefined) ?? `${basename(resolve(folder))}.${format}`;
    await checkFolder(out);
    const { bytes, how } = format === 'onnx' ? await onnxOf(folder, io) : await weightsOf(folder);
    await write(out, bytes);
    io.say(`${out}: ${grouped(bytes.length)} bytes, ${how}`);
    io.result({ run: folder, format, out, bytes: bytes.length, from: how });
    return 0;
  },
};

// A variable cannot have this name.
export { exportRun as export };

/** A folder with a model or a checkpoint; `findRun` knows what to say where there is none. */
async function folderOf(run: string): Promise<string> {
  const found = [run, join(runsFolder, run)].find((folder) => existsSync(join(folder, modelName)));
  return found ?? findRun(run);
}

async function onnxOf(folder: string, io: Io): Promise<{ bytes: Uint8Array; how: string }> {
  const file = join(folder, modelName);
  if (existsSync(file)) return { bytes: await readFile(file), how: `a copy of ${file}` };
  const checkpoint = await readCheckpoint(folder);
  const settings = checkpoint.settings as unknown as Record<string, unknown>;
  const loaded = await loadFor(settings, io);
  const engine = onnxRuntimeEngine();
  const run = await remade(checkpoint, () => io.redraw('making the model again'), engine, loaded);
  io.redraw('');
  return { bytes: modelFile(run), how: `made of the best weights of its checkpoint` };
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

async function weightsOf(folder: string): Promise<{ bytes: Uint8Array; how: string }> {
  return { bytes: weightsFile(await readCheckpoint(await findRun(folder))), how: 'the weights of its checkpoint' };
}

async function checkFolder(out: string): Promise<void> {
  const folder = await stat(dirname(out)).catch(() => undefined);
  if (folder?.isDirectory()) return;
  throw new WellfitError('file', `the folder of --out is not there: ${dirname(out)}`, {
    received: out,
    fix: 'make the folder, or name a file in another one',
  });
}

async function write(out: string, bytes: Uint8Array): Promise<void> {
  const partial = `${out}.${process.pid}.part`;
  try {
    await writeFile(partial, bytes);
    await rename(partial, out);
  } catch (error) {
    await rm(partial, { force: true }).catch(() => {});
    throw new WellfitError('file', `${out} cannot be written`, {
      received: (error as Error).message,
      fix: 'name another file with --out',
    });
  }
}
