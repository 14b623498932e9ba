import { isUtf8 } from 'node:buffer';
import { WellfitError } from '../../../base/index.ts';
import { looksLike } from '../bytes.ts';
import type { SourceFile } from './files.ts';

const convert = (from: string) => `convert it: iconv -f ${from} -t UTF-8 old.csv > new.csv`;

/**
 * Refuses what is no text at all, or text in an encoding that its first bytes give away.
 *
 * @param head first bytes of the file
 */
export function mustBeText(file: SourceFile, head: Uint8Array): void {
  const [a, b] = head;
  const bom = (a === 0xff && b === 0xfe) || (a === 0xfe && b === 0xff);
  if (bom || zeroEverySecond(head))
    throw new WellfitError('file', `${file.shown} is not UTF-8`, {
      expected: 'text in UTF-8',
      received: `the bytes ${looksLike(head)}`,
      likely: 'it is UTF-16, which spreadsheets call "Unicode text"',
      fix: `save it as UTF-8, or ${convert('UTF-16')}`,
    });
  const what = looksLike(head);
  if (/gzip|zip archive|web page|Git LFS/.test(what) || head.includes(0) || isBinary(head))
    throw new WellfitError('file', `${file.shown} is no text`, {
      expected: file.format === 'csv' ? 'lines of fields' : 'JSON',
      received: what.includes('(') ? `${what.replace(' (text)', '')}` : `${what} and other bytes that no text has`,
      likely: /zip archive/.test(what) ? 'it is a spreadsheet or an archive with another name' : undefined,
      fix: /zip archive/.test(what)
        ? 'save the spreadsheet as CSV (UTF-8), or unpack the archive'
        : /gzip/.test(what)
          ? 'add .gz to its name'
          : 'get the file again, or name another one',
    });
  // A character may be cut at the end of the head.
  const lineEnd = head.lastIndexOf(10);
  mustBeUtf8(file, lineEnd < 0 ? head.subarray(0, Math.max(0, head.length - 4)) : head.subarray(0, lineEnd), 1);
}

/** @param first number of the first line of the bytes, which are whole lines */
export function mustBeUtf8(file: SourceFile, bytes: Uint8Array, first: number): void {
  if (isUtf8(bytes)) return;
  let line = first;
  let start = 0;
  for (;;) {
    const next = bytes.indexOf(10, start);
    const end = next < 0 ? bytes.length : next;
    if (!isUtf8(bytes.subarray(start, end)) || next < 0) break;
    start = next + 1;
    line++;
  }
  const text = new TextDecoder('latin1').decode(bytes.subarray(start, start + 60)).split(/[\r\n]/)[0];
  throw new WellfitError('file', `line ${line} of ${file.shown} is not UTF-8`, {
    expected: 'text in UTF-8',
    received: `read as Latin-1: ${text}`,
    likely: 'it is Latin-1 or Windows-1252, as older spreadsheets write it',
    fix: `save it as UTF-8, or ${convert('WINDOWS-1252')}`,
  });
}

/** Letters of the first 127 characters in UTF-16 have a zero in every second byte. */
function zeroEverySecond(head: Uint8Array): boolean {
  const half = head.length >> 1;
  if (half < 2) return false;
  const zeros = [0, 0];
  for (let i = 0; i < 2 * half; i++) if (head[i] === 0) zeros[i & 1]++;
  return Math.max(...zeros) > 0.4 * half && Math.min(...zeros) < 0.1 * half;
}

/** Control characters in number; a stray one may stand in a text. */
function isBinary(head: Uint8Array): boolean {
  let odd = 0;
  for (const byte of head) if (byte < 32 && !(byte >= 9 && byte <= 13) && byte !== 27) odd++;
  return odd > 0.02 * head.length;
}
