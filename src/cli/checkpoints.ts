import { existsSync } from 'node:fs';
import { readdir, readFile, stat } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import { forShell, suggest, WellfitError } from '../base/index.ts';
import { type Checkpoint, decodeCheckpoint, encodeCheckpoint } from '../train/index.ts';
import type { Io } from './command.ts';
import { type Output, runsFolder } from './output.ts';

const checkpointFile = 'checkpoint.safetensors';

/** Writes the checkpoints of a run into its folder. */
export interface Keeper {
  /** Whether there is one to continue from. */
  readonly kept: boolean;
  take(checkpoint: Checkpoint): Promise<void>;
  /** Marks the run as finished, once all else is written: what is not marked can be continued. */
  finish(): Promise<void>;
}

/** Where a checkpoint cannot be written, that is said once and training goes on; the one before stays whole. */
export function checkpointKeeper(output: Output, io: Io, already: boolean): Keeper {
  let kept = already;
  let said = false;
  let last: Checkpoint | undefined;
  const write = async (checkpoint: Checkpoint) => {
    try {
      await output.write(checkpointFile, encodeCheckpoint(checkpoint));
      kept = true;
    } catch (error) {
      const [what] = (error as Error).message.split('\n');
      const before = kept ? 'with the checkpoint before it' : 'without a checkpoint';
      if (!said) io.say(`note: ${what}; the run goes on ${before}`);
      said = true;
    }
  };
  return {
    get kept() {
      return kept;
    },
    async take(checkpoint) {
      if (checkpoint.finished) last = checkpoint;
      else await write(checkpoint);
    },
    async finish() {
      if (last) await write(last);
    },
  };
}

/**
 * The folder of a run: a path, the name of a run in .wellfit/runs, or "last" for the one with the latest checkpoint there.
 * @throws WellfitError where it has no checkpoint
 */
export async function findRun(run: string): Promise<string> {
  const names = await readdir(runsFolder).catch(() => [] as string[]);
  const known = names.filter((name) => existsSync(join(runsFolder, name, checkpointFile)));
  if (run === 'last' && known.length > 0) {
    const times = await Promise.all(
      known.map(async (name) => ({ name, time: (await stat(join(runsFolder, name, checkpointFile))).mtimeMs })),
    );
    return join(runsFolder, times.reduce((a, b) => (b.time > a.time ? b : a)).name);
  }
  const folder = basename(run) === checkpointFile ? dirname(run) : run;
  const found = [folder, join(runsFolder, run)].find((path) => existsSync(join(path, checkpointFile)));
  if (found) return found;
  const begun = [folder, join(runsFolder, run)].find((path) => existsSync(path));
  throw new WellfitError('option', begun ? `${begun} holds no checkpoint` : `there is no run "${run}"`, {
    expected: `a folder with a ${checkpointFile}, the name of a run in ${runsFolder}, or "last"`,
    ...(begun && { likely: 'the run ended before its first checkpoint, or this is no folder of a run' }),
    fix: known.length > 0 ? suggest(run, known) : `start a run: wellfit train --dataset digits`,
  });
}

/** @throws WellfitError where it is damaged, or cannot be read */
export async function readCheckpoint(folder: string): Promise<Checkpoint> {
  const path = join(folder, checkpointFile);
  try {
    return decodeCheckpoint(await readFile(path));
  } catch (error) {
    const { message, facts } = error instanceof WellfitError ? error : { message: (error as Error).message, facts: {} };
    throw new WellfitError('file', `${path}: ${message.split('\n')[0]}`, facts);
  }
}

/** What a person types to go on with an interrupted run. */
export function resumeCommand({ folder }: Output, { engine, threads }: Readonly<Record<string, unknown>>): string {
  const named = resolve(dirname(folder)) === resolve(runsFolder) ? basename(folder) : folder;
  return [
    'wellfit train --resume',
    forShell(named),
    ...(engine === 'cpu' ? [] : [`--engine ${engine}`]),
    ...(threads === 0 ? [] : [`--threads ${threads}`]),
  ].join(' ');
}
