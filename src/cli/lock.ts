import { open, readFile, rename, rm, stat } from 'node:fs/promises';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { WellfitError } from '../base/index.ts';

interface Holder {
  readonly pid: number;
  readonly host: string;
}

/**
 * Keeps a folder for this process until the returned function is called; a lock whose process has died is taken over.
 * @throws WellfitError where another process holds it
 */
export async function lockFolder(folder: string): Promise<() => Promise<void>> {
  const file = join(folder, 'lock');
  const own = JSON.stringify({ pid: process.pid, host: hostname() } satisfies Holder);
  for (;;) {
    if (await create(file, own)) return () => releaseLock(file, own);
    const seen = await contentOf(file);
    const holder = seen === undefined ? undefined : read(seen);
    if (holder && isAlive(holder))
      throw new WellfitError('file', `another process works in "${folder}"`, {
        received: `a lock of process ${holder.pid}${holder.host === hostname() ? '' : ` on ${holder.host}`}`,
        fix: `wait until it ends; if no such training goes on any more, remove ${file}`,
      });
    if (seen !== undefined) await takeAway(file, seen);
  }
}

/** Whether the file was not there and now is. */
async function create(path: string, content: string): Promise<boolean> {
  const file = await open(path, 'wx').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'EEXIST') return undefined;
    throw unwritable(path, error);
  });
  if (!file) return false;
  try {
    await file.writeFile(content);
  } catch (error) {
    await rm(path, { force: true });
    throw unwritable(path, error as Error);
  } finally {
    await file.close();
  }
  return true;
}

const unwritable = (path: string, { message }: Error): WellfitError =>
  new WellfitError('file', `${path} cannot be written`, {
    received: message,
    fix: 'make room on the disk, and check that the folder may be written to',
  });

/** What the lock says; undefined if it is gone. Its process may be just about to write it. */
async function contentOf(file: string): Promise<string | undefined> {
  for (let tries = 0; ; tries++) {
    const text = await readFile(file, 'utf8').catch(() => undefined);
    if (text === undefined || read(text) || tries === 20) return text;
    await wait(10);
  }
}

function read(text: string): Holder | undefined {
  try {
    const holder = JSON.parse(text) as Holder;
    return Number.isInteger(holder.pid) ? holder : undefined;
  } catch {
    return undefined;
  }
}

function isAlive({ pid, host }: Holder): boolean {
  // Of another machine nothing can be known; this process holds one lock at most, and not this one yet.
  if (host !== hostname()) return true;
  if (pid === process.pid) return false;
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

/** Removes a dead lock, but not one that another process has put in its place meanwhile. */
async function takeAway(file: string, seen: string): Promise<void> {
  const aside = `${file}.${process.pid}`;
  try {
    await rename(file, aside);
  } catch {
    if (await stat(file).catch(() => undefined)) throw new WellfitError('file', `the lock ${file} cannot be removed`);
    return;
  }
  const taken = await readFile(aside, 'utf8');
  if (taken !== seen) await create(file, taken);
  await rm(aside);
}

async function releaseLock(file: string, own: string): Promise<void> {
  if ((await readFile(file, 'utf8').catch(() => '')) === own) await rm(file, { force: true });
}
