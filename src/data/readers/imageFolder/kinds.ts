import { looksLike } from '../bytes.ts';

type Kind = readonly [name: string, matches: (start: string) => boolean];

const brand = (start: string, brands: RegExp): boolean =>
  start.slice(4, 8) === 'ftyp' && brands.test(start.slice(8, 40));

/** What can be decoded, by the first bytes (as latin1) and not by the name of the file. */
const readable: readonly Kind[] = [
  ['JPEG', (start) => start.startsWith('\xff\xd8\xff')],
  ['PNG', (start) => start.startsWith('\x89PNG\r\n\x1a\n')],
  ['WebP', (start) => start.startsWith('RIFF') && start.slice(8, 12) === 'WEBP'],
  ['TIFF', (start) => ['II*\0', 'MM\0*', 'II+\0', 'MM\0+'].includes(start.slice(0, 4))],
  ['GIF', (start) => start.startsWith('GIF87a') || start.startsWith('GIF89a')],
  ['AVIF', (start) => brand(start, /avi[fs]/)],
];

/** What else may stand in a file with the name of an image. */
const unreadable: readonly Kind[] = [
  ['BMP', (start) => start.startsWith('BM') && start.slice(6, 10) === '\0\0\0\0'],
  ['HEIC', (start) => brand(start, /^(?:hei|hev|mif1|msf1)/)],
  ['SVG', (start) => /^\s*(?:<\?xml.*)?<svg/s.test(start)],
  ['JPEG XL', (start) => start.startsWith('\xff\x0a') || start.startsWith('\0\0\0\x0cJXL ')],
  ['JPEG 2000', (start) => start.startsWith('\0\0\0\x0cjP  ') || start.startsWith('\xff\x4f\xff\x51')],
  ['PNM', (start) => /^P[1-7]\s/.test(start)],
];

/** What kind of image the bytes are as far as their start tells, or why they cannot be decoded. */
export function kindOf(bytes: Uint8Array): { readonly kind: string; readonly why?: string } {
  if (bytes.length === 0) return { kind: 'nothing', why: 'the file is empty' };
  const start = Buffer.from(bytes.buffer, bytes.byteOffset, Math.min(bytes.length, 256)).toString('latin1');
  const [kind] = readable.find(([, matches]) => matches(start)) ?? [];
  if (kind) return { kind };
  const [other] = unreadable.find(([, matches]) => matches(start)) ?? [];
  if (other) return { kind: other, why: `${other} images are not read; convert it to PNG or JPEG` };
  const known = readable.map(([name]) => name).join(', ');
  return { kind: 'unknown', why: `it is none of ${known}: it starts with ${looksLike(bytes)}` };
}
