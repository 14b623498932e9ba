import { WellfitError } from '../../../base/index.ts';
import { mustBeText } from './encoding.ts';
import type { SourceFile } from './files.ts';
import { headOf } from './unpack.ts';

export interface Dialect {
  readonly delimiter: string;
  readonly names: readonly string[];
  /** Lines before the header: blank ones, and one where a spreadsheet has written "sep=;". */
  readonly skip: number;
}

const headBytes = 1 << 18;
const recordsLooked = 50;
const delimiters = [',', ';', '\t', '|'];

/** How the fields of a CSV file are separated, and the names in its header. Quotes are `"`, doubled inside quotes. */
export async function dialectOf(file: SourceFile): Promise<Dialect> {
  const head = await headOf(file, headBytes);
  mustBeText(file, head);
  let text = new TextDecoder().decode(head);
  const said = /^sep=([,;\t|])\r?\n/.exec(text);
  if (said) text = text.slice(said[0].length);
  const whole = head.length < headBytes;
  const blank = /^(?:[ \t]*(?:\r\n|\n|\r))+/.exec(text)?.[0] ?? '';
  const delimiter = said?.[1] ?? separator(text, whole, file.tabs);
  const [header] = records(text, delimiter, whole, 1);
  if (header === undefined)
    throw new WellfitError('file', `${file.shown} has no line that is not blank`, {
      expected: 'a line with the names of the columns, and rows',
    });
  return { delimiter, names: columnNames(file, header), skip: (said ? 1 : 0) + blank.split(/\r\n|\n|\r/).length - 1 };
}

/** The separator that gives every record the same number of fields; of several, the one with most. */
function separator(text: string, whole: boolean, tabs: boolean): string {
  const order = tabs ? ['\t', ',', ';', '|'] : delimiters;
  const found = order.map((delimiter) => {
    const counts = records(text, delimiter, whole, recordsLooked).map(({ length }) => length);
    const even = (list: number[]) => list.every((n) => n === list[0]);
    // A title above a table has one field where the rows have several.
    const titled = counts.length > 2 && counts[0] === 1 && counts[1] > 1 && even(counts.slice(1));
    return { delimiter, header: counts[0] ?? 1, even: even(counts), titled };
  });
  const most = (list: typeof found) => list.reduce((a, b) => (b.header > a.header ? b : a));
  const even = found.filter((one) => one.even && one.header > 1);
  if (even.length > 0) return most(even).delimiter;
  const titled = found.find((one) => one.titled);
  const ragged = most(found);
  if (ragged.header > 1) return ragged.delimiter;
  return (titled ?? found.find((one) => one.even) ?? found[0]).delimiter;
}

/** Up to `most` records of the start of a CSV text, blank lines left out; one that is cut at the end is not counted. */
function records(text: string, delimiter: string, whole: boolean, most: number): string[][] {
  const found: string[][] = [];
  let record: string[] = [];
  let field = '';
  let inQuotes = false;
  const endRecord = () => {
    record.push(field);
    if (record.length > 1 || field.trim() !== '') found.push(record);
    record = [];
    field = '';
  };
  for (let i = 0; i < text.length && found.length < most; i++) {
    const char = text[i];
    if (inQuotes) {
      if (char !== '"') field += char;
      else if (text[i + 1] === '"') field += text[i++];
      else inQuotes = false;
    } else if (char === '"' && field === '') inQuotes = true;
    else if (char === delimiter) {
      record.push(field);
      field = '';
    } else if (char === '\n' || char === '\r') endRecord();
    else field += char;
  }
  if (found.length < most && (whole || found.length === 0)) endRecord();
  return found;
}

function columnNames(file: SourceFile, header: readonly string[]): string[] {
  const given = header.map((name) => name.trim());
  const filled = given.filter((name) => name !== '');
  if (filled.length > 0 && filled.every((name) => Number.isFinite(Number(name))))
    throw new WellfitError('file', `${file.shown} seems to have no header`, {
      expected: 'the names of the columns in the first line',
      received: header.join(' ').slice(0, 80),
      likely: 'the file starts with its first row of values',
      fix: 'put a line with names before it',
    });
  const twice = given.findIndex((name, i) => name !== '' && given.indexOf(name) < i);
  if (twice >= 0)
    throw new WellfitError('file', `${file.shown} has two columns with one name`, {
      expected: 'a name of its own for every column',
      received: `"${given[twice]}" is column ${given.indexOf(given[twice]) + 1} and column ${twice + 1}`,
      fix: 'rename one of them in the first line',
    });
  // A column without a name is called by its place.
  return given.map((name, i) => {
    let own = name || `column${i + 1}`;
    while (name === '' && given.includes(own)) own += '_';
    return own;
  });
}
