import { WellfitError } from '../../base/index.ts';

const block = 512;

/**
 * The plain files of a tar archive (POSIX.1-1988 ustar) by their name without folders, as views of `bytes`.
 *
 * @param file named in the errors
 * @throws WellfitError naming the byte of a header whose checksum is wrong and of a file that is cut
 */
export function parseTar(bytes: Uint8Array, file: string): Map<string, Uint8Array> {
  const files = new Map<string, Uint8Array>();
  for (let at = 0; at + block <= bytes.length && bytes[at] !== 0; ) {
    const header = bytes.subarray(at, at + block);
    const size = octal(header, 124, 12);
    const start = at + block;
    if (checksum(header) !== octal(header, 148, 8) || start + size > bytes.length)
      throw new WellfitError('file', `${file} is damaged at byte ${at}`, {
        expected: 'the header of a file in a tar archive, and the file',
        received: start + size > bytes.length ? 'the end of the archive' : 'a header with a wrong checksum',
        likely: 'the archive was cut short or damaged',
        fix: 'delete it and run again',
      });
    const isPlainFile = header[156] === 0x30 || header[156] === 0;
    if (isPlainFile) files.set(text(header, 0, 100).split('/').pop()!, bytes.subarray(start, start + size));
    at = start + Math.ceil(size / block) * block;
  }
  return files;
}

const text = (header: Uint8Array, start: number, length: number): string =>
  new TextDecoder().decode(header.subarray(start, start + length)).split('\0')[0];

const octal = (header: Uint8Array, start: number, length: number): number =>
  Number.parseInt(text(header, start, length).trim(), 8);

/** The sum of the bytes of a header, its checksum field counted as blanks. */
const checksum = (header: Uint8Array): number =>
  header.reduce((sum, byte, i) => sum + (i >= 148 && i < 156 ? 0x20 : byte), 0);
