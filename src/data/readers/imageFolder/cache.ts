import { createHash } from 'node:crypto';
import { type FileHandle, mkdir, open, rename, rm } from 'node:fs/promises';
import { homedir } from 'node:os';
import { dirname, join } from 'node:path';
import { type Shape, sizeOf } from '../../../base/index.ts';
import { cacheFolder } from '../folders.ts';

/** What decoding the images of a folder gave. */
export interface DecodedImages {
  readonly shape: Shape;
  /** Those that could be decoded, in order, x shape. */
  readonly pixels: Uint8Array;
  /** Positions of those that could not, ascending, and why. */
  readonly broken: readonly { readonly at: number; readonly why: string }[];
  /** What was chosen, in sentences. */
  readonly notes: readonly string[];
}

type Header = Omit<DecodedImages, 'pixels'> & { readonly key: string };

export const fingerprint = (value: unknown): string => createHash('sha256').update(JSON.stringify(value)).digest('hex');

/** Where the pixels of a folder, read with certain options, are kept. */
export const cacheFile = (source: unknown): string =>
  join(
    cacheFolder(process.platform, process.env, homedir()),
    'wellfit',
    'images',
    `${fingerprint(source).slice(0, 32)}.pixels`,
  );

/** The first line: SHA-256 of all that follows it, and the length of the header, which is JSON; then the pixels. */
const firstLine = 64 + 1 + 12 + 1;
/** Node reads and hashes less than 2 GiB at once. */
const most = 2 ** 30;

/** What was kept under the key; undefined where nothing was, other images were, or the file is damaged. */
export async function readCache(file: string, key: string): Promise<DecodedImages | undefined> {
  const handle = await open(file).catch(() => undefined);
  if (!handle) return undefined;
  try {
    const { size } = await handle.stat();
    const first = (await readAll(handle, 0, firstLine)).toString('latin1');
    const [sum, length] = [first.slice(0, 64), Number(first.slice(64))];
    if (!(firstLine + length <= size)) return undefined;
    const head = await readAll(handle, firstLine, length);
    const { key: kept, ...header } = JSON.parse(head.toString()) as Header;
    const at = firstLine + head.length;
    if (kept !== key || (size - at) % sizeOf(header.shape) !== 0) return undefined;
    const pixels = await readAll(handle, at, size - at);
    return checksum(head, pixels) === sum ? { ...header, pixels: new Uint8Array(pixels.buffer) } : undefined;
  } catch {
    return undefined;
  } finally {
    await handle.close();
  }
}

/** Keeps what was decoded; the file appears whole or not at all. Returns whether it could be written. */
export async function writeCache(file: string, key: string, { pixels, ...rest }: DecodedImages): Promise<boolean> {
  const partial = `${file}.${process.pid}.part`;
  const head = Buffer.from(JSON.stringify({ key, ...rest } satisfies Header));
  try {
    await mkdir(dirname(file), { recursive: true });
    const handle = await open(partial, 'w');
    try {
      await handle.writeFile(`${checksum(head, pixels)} ${String(head.length).padStart(12)}\n`);
      await handle.writeFile(head);
      await handle.writeFile(pixels);
    } finally {
      await handle.close();
    }
    await rename(partial, file);
    return true;
  } catch {
    await rm(partial, { force: true }).catch(() => {});
    return false;
  }
}

/** A buffer with memory of its own. @throws Error if the file ends before */
async function readAll(handle: FileHandle, start: number, length: number): Promise<Buffer<ArrayBuffer>> {
  const bytes = Buffer.from(new ArrayBuffer(length));
  for (let at = 0; at < length; ) {
    const { bytesRead } = await handle.read(bytes, at, Math.min(most, length - at), start + at);
    if (bytesRead === 0) throw new Error('the file ends early');
    at += bytesRead;
  }
  return bytes;
}

function checksum(head: Uint8Array, pixels: Uint8Array): string {
  const hash = createHash('sha256').update(head);
  for (let at = 0; at < pixels.length; at += most) hash.update(pixels.subarray(at, at + most));
  return hash.digest('hex');
}
