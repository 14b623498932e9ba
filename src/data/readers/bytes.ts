import { readFile } from 'node:fs/promises';
import { promisify } from 'node:util';
import { gunzip } from 'node:zlib';
import { WellfitError } from '../../base/index.ts';

const decompress = promisify(gunzip);

/**
 * The bytes of a file, decompressed if its name ends in .gz.
 *
 * @throws WellfitError if the file cannot be read or is no intact gzip file
 */
export async function readBytes(path: string): Promise<Uint8Array> {
  const bytes = await readFile(path).catch((error: Error) => {
    throw new WellfitError('file', `cannot read ${path}`, { received: error.message });
  });
  if (!path.endsWith('.gz')) return bytes;
  if (!isGzip(bytes))
    throw new WellfitError('file', `${path} is not a gzip file`, {
      expected: 'the bytes 1f 8b at byte 0',
      received: looksLike(bytes),
      likely: 'the file was decompressed and kept its name, or the download brought something else',
      fix: 'take .gz off its name if it is decompressed, or get the file again',
    });
  return decompress(bytes).catch((error: Error) => {
    throw new WellfitError('file', `${path} cannot be decompressed`, {
      expected: 'an intact gzip file',
      received: `${bytes.length} bytes of gzip: ${error.message}`,
      likely: 'the download or the copy was cut short or damaged',
      fix: 'get the file again',
    });
  });
}

const isGzip = (bytes: Uint8Array): boolean => bytes[0] === 0x1f && bytes[1] === 0x8b;

/** What the first bytes of a file say it is, for an error message. */
export function looksLike(bytes: Uint8Array): string {
  if (bytes.length === 0) return 'an empty file';
  const hex = Array.from(bytes.subarray(0, 4), (byte) => byte.toString(16).padStart(2, '0')).join(' ');
  const start = new TextDecoder('latin1').decode(bytes.subarray(0, 256));
  if (isGzip(bytes)) return `${hex} (gzip)`;
  if (/^\s*(<!doctype|<html|<\?xml)/i.test(start)) return `${hex} (a web page)`;
  if (start.startsWith('PK')) return `${hex} (a zip archive)`;
  if (start.startsWith('version https://git-lfs')) return `${hex} (a Git LFS pointer)`;
  return /^[\s\x20-\x7e]+$/.test(start) ? `${hex} (text)` : hex;
}
