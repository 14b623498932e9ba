import { existsSync } from 'node:fs';
import { open, rename, rm, stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import { WellfitError } from '../../base/index.ts';

/** Bytes that are written at once. */
const block = 1 << 20;

/** @throws WellfitError where the folder of `out` is not there */
export async function checkFolder(out: string): Promise<void> {
  const folder = await stat(dirname(out)).catch(() => undefined);
  if (folder?.isDirectory()) return;
  throw new WellfitError('file', `the folder of --out is not there: ${dirname(out)}`, {
    received: out,
    fix: 'make the folder, or name a file in another one',
  });
}

/** @throws WellfitError where `out` is there already */
export function checkFree(out: string): void {
  if (!existsSync(out)) return;
  throw new WellfitError('file', `${out} is there already`, {
    fix: 'remove it, or name another place with --out',
  });
}

/** What `fill` writes to the path that it is given appears at `out`, whole or not at all; resolves to what `fill` does. */
export async function writeWhole<T>(out: string, fill: (partial: string) => Promise<T>): Promise<T> {
  const partial = `${out}.${process.pid}.part`;
  try {
    const filled = await fill(partial);
    await rename(partial, out);
    return filled;
  } catch (error) {
    await rm(partial, { recursive: true, force: true }).catch(() => {});
    throw new WellfitError('file', `${out} cannot be written`, {
      received: (error as Error).message,
      fix: 'name another file with --out',
    });
  }
}

/** Writes pieces one after the other; resolves to the bytes they have. */
export async function writePieces(path: string, pieces: Iterable<Uint8Array | string>): Promise<number> {
  const file = await open(path, 'w');
  try {
    let bytes = 0;
    let waiting: Uint8Array[] = [];
    let length = 0;
    for (const piece of pieces) {
      const data = typeof piece === 'string' ? Buffer.from(piece) : piece;
      bytes += data.length;
      length += data.length;
      waiting.push(data);
      if (length < block) continue;
      await file.writeFile(Buffer.concat(waiting));
      waiting = [];
      length = 0;
    }
    await file.writeFile(Buffer.concat(waiting));
    return bytes;
  } finally {
    await file.close();
  }
}
