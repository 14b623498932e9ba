import { createReadStream } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { WellfitError } from '../../../base/index.ts';
import type { Dialect } from './dialect.ts';
import { mustBeUtf8 } from './encoding.ts';
import type { SourceFile } from './files.ts';

/** Reads a file that DuckDB refused, line by line, until the line that is to blame; nothing happens if none is found. */
export async function findBrokenLine(file: SourceFile, dialect: Dialect | undefined): Promise<void> {
  const scan = dialect ? csvScanner(file, dialect) : jsonScanner(file);
  let line = 1;
  for await (const bytes of wholeLines(file)) {
    mustBeUtf8(file, bytes, line);
    const text = new TextDecoder('utf-8', { ignoreBOM: line > 1 }).decode(bytes);
    scan.lines(text, line);
    for (const byte of bytes) if (byte === 10) line++;
  }
  scan.end();
  if (!dialect && file.format === 'json') await parseWhole(file);
}

async function* wholeLines(file: SourceFile): AsyncGenerator<Uint8Array> {
  let rest: Uint8Array = new Uint8Array(0);
  for await (const chunk of createReadStream(file.path, { highWaterMark: 1 << 20 })) {
    const bytes = rest.length === 0 ? (chunk as Uint8Array) : Buffer.concat([rest, chunk as Uint8Array]);
    const end = bytes.lastIndexOf(10) + 1;
    if (end > 0) yield bytes.subarray(0, end);
    rest = bytes.subarray(end);
  }
  if (rest.length > 0) yield rest;
}

interface Scanner {
  /** Takes whole lines; `first` is the number of the first of them. */
  lines(text: string, first: number): void;
  end(): void;
}

const excerpt = (text: string): string => {
  const line = text.split(/[\r\n]/)[0];
  return line.length > 70 ? `${line.slice(0, 70)}…` : line;
};

function csvScanner(file: SourceFile, { delimiter, names, skip }: Dialect): Scanner {
  let fields = 1;
  let place: 'start' | 'plain' | 'quotes' | 'after' = 'start';
  let line = 1;
  let recordLine = 1;
  let quoteLine = 1;
  let shown = '';
  let lineText = '';

  const endRecord = () => {
    const blank = fields === 1 && place === 'start';
    if (!blank && recordLine > skip && fields !== names.length)
      throw new WellfitError('file', `line ${recordLine} of ${file.shown} has ${count(fields, 'column')}`, {
        expected: `${count(names.length, 'column')}, as in its first line, separated by ${spoken(delimiter)}`,
        received: shown,
        likely: likelyRagged(fields, names.length, recordLine, delimiter),
        fix: 'mend the line, or write the file again with quotes around such texts',
      });
    fields = 1;
    place = 'start';
  };

  return {
    lines(text) {
      let lineStart = 0;
      const remember = (i: number) => {
        lineText = excerpt(text.slice(i, i + 200));
      };
      remember(0);
      if (place === 'start' && fields === 1) [recordLine, shown] = [line, lineText];
      for (let i = 0; i < text.length; i++) {
        const char = text[i];
        const ends = char === '\n' || (char === '\r' && text[i + 1] !== '\n');
        if (place === 'quotes') {
          if (char === '"') {
            if (text[i + 1] === '"') i++;
            else place = 'after';
          }
        } else if (ends) endRecord();
        else if (char === delimiter) {
          fields++;
          place = 'start';
          // A field may still follow, so that the record is not blank.
          if (text[i + 1] === '\n' || text[i + 1] === '\r' || i + 1 === text.length) place = 'plain';
        } else if (char === '"' && place === 'start') {
          place = 'quotes';
          quoteLine = line;
        } else if (place === 'after' && !/\s/.test(char)) {
          throw new WellfitError('file', `line ${line} of ${file.shown} has text behind a closing quote`, {
            expected: `${spoken(delimiter)} or the end of the line after "`,
            received: lineText,
            likely: 'a quote inside a text is not doubled',
            fix: 'write "" for a quote inside quotes',
          });
        } else if (place === 'start' && !/\s/.test(char)) place = 'plain';
        if (ends) {
          line++;
          lineStart = i + 1;
          remember(lineStart);
          if (place === 'start') [recordLine, shown] = [line, lineText];
        }
      }
    },
    end() {
      if (place === 'quotes')
        throw new WellfitError('file', `line ${quoteLine} of ${file.shown} opens a quote that is never closed`, {
          expected: 'a second "',
          received: shown,
          likely: 'a quote inside a text is not doubled, or the file was cut short',
          fix: 'write "" for a quote inside quotes',
        });
      if (fields > 1 || place !== 'start') endRecord();
    },
  };
}

function likelyRagged(fields: number, expected: number, line: number, delimiter: string): string {
  if (expected === 1) return 'a title stands above the names of the columns';
  if (line === 2 && fields === expected + 1) return 'the first line has no name for the column with the row names';
  return fields > expected
    ? `a text with ${spoken(delimiter)} in it has no quotes around it`
    : 'the line was cut, or the file was';
}

const count = (n: number, what: string): string => `${n} ${what}${n === 1 ? '' : 's'}`;

const spoken = (delimiter: string): string =>
  ({ ',': 'a comma', ';': 'a semicolon', '\t': 'a tab', '|': 'a bar' })[delimiter] ?? delimiter;

function jsonScanner(file: SourceFile): Scanner {
  let isLines: boolean | undefined = file.format === 'jsonl' ? true : undefined;
  return {
    lines(text, first) {
      // A .json file may be lines of objects, or one array.
      isLines ??= /^\s*\{.*\}\s*\n\s*\{/.test(text);
      if (!isLines) return;
      for (const [i, line] of text.split('\n').entries()) {
        if (line.trim() === '') continue;
        let value: unknown;
        try {
          value = JSON.parse(line);
        } catch {
          throw new WellfitError('file', `line ${first + i} of ${file.shown} is not JSON`, {
            expected: 'one object on each line, such as {"age": 39}',
            received: excerpt(line.trim()),
            likely: 'the line was cut short, or written by hand',
          });
        }
        if (typeof value !== 'object' || value === null || Array.isArray(value))
          throw new WellfitError('file', `line ${first + i} of ${file.shown} is no object`, {
            expected: 'one object on each line, such as {"age": 39}',
            received: excerpt(line.trim()),
          });
      }
    },
    end() {},
  };
}

/** Largest JSON array that is parsed only to say where it is broken, in bytes. */
const largestParsed = 1 << 28;

async function parseWhole(file: SourceFile): Promise<void> {
  if (file.bytes > largestParsed) return;
  const text = await readFile(file.path, 'utf8');
  let value: unknown;
  try {
    value = JSON.parse(text.replace(/^\ufeff/, ''));
  } catch (error) {
    const { message } = error as Error;
    const at = /position (\d+)/.exec(message)?.[1];
    const line = at === undefined ? undefined : text.slice(0, Number(at)).split('\n').length;
    throw new WellfitError('file', `${line === undefined ? '' : `line ${line} of `}${file.shown} is not JSON`, {
      expected: 'an array of objects, or one object on each line',
      received: message.replace(/\s+/g, ' ').slice(0, 120),
      likely: 'the file was cut short, or written by hand',
    });
  }
  const rows = Array.isArray(value) ? value : [value];
  const odd = rows.findIndex((row) => typeof row !== 'object' || row === null || Array.isArray(row));
  if (odd >= 0 || rows.length === 0)
    throw new WellfitError('file', `${file.shown} is no array of objects`, {
      expected: 'an array of objects, such as [{"age": 39}]',
      received: rows.length === 0 ? 'an empty array' : `item ${odd + 1} is ${excerpt(JSON.stringify(rows[odd]))}`,
    });
}
