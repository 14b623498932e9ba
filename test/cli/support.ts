import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, vi } from 'vitest';

// A process takes half a second, and several on a busy machine.
vi.setConfig({ testTimeout: 30_000, hookTimeout: 30_000 });

const bin = fileURLToPath(new URL('../../bin/wellfit.js', import.meta.url));

export interface Finished {
  /** Exit code; null if a signal ended the process. */
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface Running {
  readonly child: ChildProcess;
  readonly finished: Promise<Finished>;
  /** Resolves once stdout and stderr together match. */
  until(pattern: RegExp): Promise<void>;
}

/** An empty folder for a run, with these files in it. */
export async function folderWith(files: Readonly<Record<string, string>> = {}): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'wellfit-cli-'));
  for (const [name, text] of Object.entries(files)) await writeFile(join(folder, name), text);
  return folder;
}

/** Starts the command line as a process of its own; it is killed after `seconds`. */
export function start(cwd: string, args: readonly string[], seconds = 30): Running {
  const child = spawn(process.execPath, [bin, ...args], { cwd, stdio: ['ignore', 'pipe', 'pipe'] });
  const heard = { stdout: '', stderr: '' };
  const waiting = new Set<() => void>();
  for (const name of ['stdout', 'stderr'] as const)
    child[name].setEncoding('utf8').on('data', (text: string) => {
      heard[name] += text;
      for (const look of waiting) look();
    });
  const timer = setTimeout(() => child.kill('SIGKILL'), 1000 * seconds);
  const finished = new Promise<Finished>((resolve) => {
    child.on('close', (code, signal) => {
      clearTimeout(timer);
      resolve({ code, signal, ...heard });
    });
  });
  const until = (pattern: RegExp) =>
    new Promise<void>((resolve, reject) => {
      const look = () => {
        if (!pattern.test(heard.stdout + heard.stderr)) return;
        waiting.delete(look);
        resolve();
      };
      waiting.add(look);
      child.on('close', () => reject(new Error(`ended before it said ${pattern}: ${heard.stdout}${heard.stderr}`)));
      look();
    });
  return { child, finished, until };
}

export const wellfit = (cwd: string, ...args: string[]): Promise<Finished> => start(cwd, args).finished;

/** A line of a JavaScript stack trace. */
export const stackTrace = /^ {4}at .*(file|node):/m;

/** A user's mistake ends with a message for people: exit code 2 and no stack trace. */
export function expectRefusal({ code, stderr }: Finished, ...says: string[]): void {
  expect(stderr).not.toMatch(stackTrace);
  for (const part of says) expect(stderr).toContain(part);
  expect(code).toBe(2);
}

/** The one object on stdout. */
// biome-ignore lint/suspicious/noExplicitAny: tests look into it freely
export function jsonOf({ stdout, stderr }: Finished): any {
  try {
    return JSON.parse(stdout);
  } catch {
    return expect.fail(`stdout is not one JSON object:\n${stdout}\nstderr:\n${stderr}`);
  }
}
