import { createReadStream, createWriteStream } from 'node:fs';
import { open, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
// Not by name: older versions of Node have no Zstandard.
import zlib from 'node:zlib';
import { WellfitError } from '../../../base/index.ts';
import { looksLike } from '../bytes.ts';
import type { SourceFile } from './files.ts';

/**
 * The file itself, or its decompressed copy in the folder. Node does it because DuckDB neither checks the sum at the end nor reads past
 * the first of several joined archives.
 */
export async function unpacked(file: SourceFile, folder: string, index: number): Promise<SourceFile> {
  if (file.packed === undefined) return file;
  const name = file.packed === 'gz' ? 'gzip' : 'Zstandard';
  const expected = file.packed === 'gz' ? [0x1f, 0x8b] : [0x28, 0xb5, 0x2f, 0xfd];
  const start = await headOf(file, 256);
  if (!expected.every((byte, i) => start[i] === byte))
    throw new WellfitError('file', `${file.shown} is not a ${name} file`, {
      expected: `the bytes ${expected.map((byte) => byte.toString(16)).join(' ')} at byte 0`,
      received: looksLike(start),
      likely: 'the file was decompressed and kept its name, or the download brought something else',
      fix: `take .${file.packed} off its name if it is decompressed, or get the file again`,
    });
  if (file.packed === 'zst' && typeof zlib.createZstdDecompress !== 'function')
    throw new WellfitError('file', `${file.shown}: this version of Node cannot read Zstandard`, {
      expected: 'Node 22.15 or newer',
      received: process.version,
      fix: 'decompress the file, or use .gz',
    });
  const path = join(folder, `${index}.${file.format}`);
  const decompress = file.packed === 'gz' ? zlib.createGunzip() : zlib.createZstdDecompress();
  try {
    await pipeline(createReadStream(file.path), decompress, createWriteStream(path));
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    if (code === 'ENOSPC')
      throw new WellfitError('file', `there is no room to decompress ${file.shown}`, {
        received: message,
        fix: 'make room in the folder for temporary files, or name another one in the variable TMPDIR',
      });
    throw new WellfitError('file', `${file.shown} cannot be decompressed`, {
      expected: `an intact ${name} file`,
      received: `${file.bytes} bytes of ${name}: ${message}`,
      likely: 'the download or the copy was cut short or damaged',
      fix: 'get the file again',
    });
  }
  const { size } = await stat(path);
  if (size === 0) throw new WellfitError('file', `${file.shown} is empty`, { received: `a ${name} file of 0 bytes` });
  return { ...file, path, bytes: size };
}

/** A copy of a text file in which every line ends in a line feed. */
export async function withEvenLineEnds(file: SourceFile, folder: string, index: number): Promise<SourceFile> {
  const path = join(folder, `${index}.even.${file.format}`);
  async function* even(chunks: AsyncIterable<string>): AsyncGenerator<string> {
    let held = '';
    for await (const chunk of chunks) {
      const text = held + chunk;
      // A line may end between two chunks.
      held = text.endsWith('\r') ? '\r' : '';
      yield text.slice(0, text.length - held.length).replace(/\r\n?/g, '\n');
    }
    yield held;
  }
  await pipeline(createReadStream(file.path, 'utf8'), even, createWriteStream(path));
  return { ...file, path };
}

/** The first bytes of a file. */
export async function headOf(file: SourceFile, bytes: number): Promise<Uint8Array> {
  try {
    const handle = await open(file.path);
    try {
      const { buffer, bytesRead } = await handle.read(new Uint8Array(bytes), 0, bytes, 0);
      return buffer.subarray(0, bytesRead);
    } finally {
      await handle.close();
    }
  } catch (error) {
    throw new WellfitError('file', `${file.shown} cannot be read`, { received: (error as Error).message });
  }
}
