import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, afterEach, describe, expect, test } from 'vitest';
import { openTable, type TableSource } from '../../../src/data/readers/table/index.ts';
import { messageOf } from '../support.ts';
import { leftBehind, numbersOf, ownTemporaryFolder, runSql, valuesOf, withTable, write } from './readerSupport.ts';

const folder = await ownTemporaryFolder();
afterAll(() => rmSync(folder, { recursive: true }));
afterEach(() => expect(leftBehind(), 'temporary folders').toEqual([]));

/** The message of a table that cannot be opened; it never holds DuckDB's advice or a path inside the temporary folder of a table. */
async function refused(source: TableSource): Promise<string> {
  const message = await messageOf(async () => (await openTable(source)).close());
  expect(message).not.toMatch(/wellfit-table-|Possible|ignore_errors|null_padding|Try setting|\n\s+at /);
  return message;
}

async function expectParts(source: TableSource, parts: readonly string[]): Promise<void> {
  const message = await refused(source);
  for (const part of parts) expect(message).toContain(part);
}

let written = 0;
const table = (content: string | Uint8Array, ending: string) => write(folder, `bad${written++}.${ending}`, content);

describe('files that are not there', () => {
  write(folder, 'some/customers.csv', 'a\n1\n');
  write(folder, 'some/notes.md', 'x');
  mkdirSync(join(folder, 'empty'));

  test.each<[string, string, string[]]>([
    ['a name with a slip', 'some/custmers.csv', ['there is no file', 'did you mean "customers.csv"?']],
    ['another name', 'some/x.parquet', ['in ', 'customers.csv']],
    ['no such folder', 'nowhere/x.csv', ['there is no folder']],
    ['a glob without a match', 'some/*.tsv', ['no file matches', 'customers.csv']],
    ['a folder', 'some', ['is a folder', 'customers.csv', '/*.csv']],
    ['a folder without tables', 'empty', ['is a folder', 'no table']],
    ['another ending', 'some/notes.md', ['no ending that says how to read it', '.csv']],
  ])('%s', (_, path, parts) => expectParts({ table: join(folder, path) }, parts));

  test.each(['https://example.org/a.csv', 's3://bucket/a.parquet', 'http://example.org/a.csv'])(
    '%s is not fetched',
    (address) => expectParts({ table: address }, ['is an address, not a file', 'download it first']),
  );

  test('no path at all', async () => {
    await expectParts({ table: [] }, ['no file is named']);
    await expectParts({ table: ' ' }, ['a path is empty']);
  });

  test('a spreadsheet', () => expectParts({ table: table('PK', 'xlsx') }, ['spreadsheet', 'save it as CSV']));
});

describe('broken files', () => {
  const long = Array.from({ length: 5000 }, (_, i) => `${i},x`).join('\n');
  const utf16 = (text: string) => Buffer.from(`\ufeff${text}`, 'utf16le');
  const packed = gzipSync(`a,b\n${long}\n`);
  const flipped = Uint8Array.from(packed, (byte, i) => (i === packed.length - 6 ? byte ^ 255 : byte));

  test.each<[string, string, string | Uint8Array, string[]]>([
    ['empty', 'csv', '', ['is empty', '0 bytes']],
    ['blank', 'csv', '\n \n', ['no line that is not blank']],
    ['header alone', 'csv', 'a,b\n', ['has no rows']],
    ['no header', 'csv', '1,2\n3,4\n', ['seems to have no header', 'put a line with names before it']],
    ['a name twice', 'csv', 'a,b,a\n1,2,3\n', ['two columns with one name', '"a" is column 1 and column 3']],
    ['too many fields', 'csv', 'a,b\n1,2\n3,4,5\n', ['line 3 of', 'has 3 columns', '2 columns', '3,4,5']],
    ['too few fields', 'csv', 'a,b\n1,2\n\n3\n', ['line 4 of', 'has 1 column', '2 columns']],
    ['too many fields late', 'csv', `a,b\n${long}\n1,2,3\n`, ['line 5002 of', 'has 3 columns']],
    ['after a field of two lines', 'csv', 'a,b\n1,"x\ny"\n3\n', ['line 4 of', 'has 1 column']],
    ['names of rows without a header', 'csv', 'a,b\nx,1,2\ny,3,4\n', ['line 2 of', 'row names']],
    ['a title above', 'csv', 'My table\na,b\n1,2\n3,4\n', ['line 2 of', 'a title']],
    ['an open quote', 'csv', 'a,b\n1,2\n3,"x\n5,6\n', ['line 3 of', 'never closed', '3,"x']],
    ['text behind a quote', 'csv', 'a,b\n1,"x"y\n', ['line 2 of', 'behind a closing quote', '""']],
    ['UTF-16', 'csv', utf16('a,b\n1,2\n'), ['is not UTF-8', 'UTF-16', 'iconv -f UTF-16']],
    ['UTF-16 without a mark', 'csv', utf16('a,b\n1,2\n').subarray(2), ['is not UTF-8', 'UTF-16']],
    ['Latin-1', 'csv', Buffer.from('a,b\n1,x\n2,é\n', 'latin1'), ['line 3 of', 'not UTF-8', '2,é', 'WINDOWS-1252']],
    ['Latin-1 late', 'csv', Buffer.from(`a,b\n${long.repeat(9)}\n2,é\n`, 'latin1'), ['not UTF-8', 'Latin-1']],
    ['bytes', 'csv', Uint8Array.from({ length: 999 }, (_, i) => (i * 7919) >> 3), ['is no text']],
    ['gzip by another name', 'csv', packed, ['is no text', 'gzip', 'add .gz to its name']],
    ['a web page', 'csv', '<!doctype html><p>not found', ['is no text', 'a web page']],
    ['plain text named .gz', 'csv.gz', 'a,b\n1,2\n', ['is not a gzip file', '(text)']],
    ['gzip cut short', 'csv.gz', packed.subarray(0, 2000), ['cannot be decompressed', 'cut short']],
    ['gzip damaged', 'csv.gz', flipped, ['cannot be decompressed', 'incorrect data check']],
    ['gzip of nothing', 'csv.gz', gzipSync(''), ['is empty']],
    ['a broken line inside gzip', 'csv.gz', gzipSync('a,b\n1\n'), ['line 2 of', '.csv.gz has 1 column']],
    ['a broken line', 'jsonl', '{"a":1}\n{"a":\n{"a":3}\n', ['line 2 of', 'is not JSON', '{"a":']],
    ['a line that is no object', 'jsonl', '{"a":1}\n[2]\n', ['line 2 of', 'is no object', '[2]']],
    ['numbers alone', 'jsonl', '1\n2\n', ['line 1 of', 'is no object']],
    ['a broken array', 'json', '[{"a":1},\n{"a":]', ['is not JSON']],
    ['an array cut short', 'json', `[\n${'{"a":1},\n'.repeat(9)}{"a"`, ['line 11 of', 'is not JSON']],
    ['an array of numbers', 'json', '[1, 2]', ['no array of objects', 'item 1 is 1']],
    ['an empty array', 'json', '[]', ['no array of objects']],
    ['a name twice in an object', 'jsonl', '{"a":1,"a":2}\n', ['the same name twice']],
    ['capital letters alone', 'jsonl', '{"a":1,"A":2}\n', ['differ only in capital letters']],
    ['UTF-16 JSON', 'jsonl', utf16('{"a":1}\n'), ['is not UTF-8', 'UTF-16']],
    ['no Parquet', 'parquet', 'a,b\n1,2\n', ['is not a Parquet file', 'PAR1']],
    ['Parquet cut short', 'parquet', 'PAR1abcdefgh', ['cannot be read', 'intact Parquet file']],
  ])('%s .%s', (_, ending, content, parts) => expectParts({ table: table(content, ending) }, parts));

  test('a Parquet file with a damaged middle', async () => {
    const path = join(folder, 'whole.parquet');
    await runSql(`COPY (SELECT i, 'x' || i AS t FROM range(20000) r(i)) TO '${path}'`);
    const bytes = (await import('node:fs')).readFileSync(path);
    writeFileSync(path, bytes.fill(0x55, 100, bytes.length >> 1));
    await expectParts({ table: path }, ['whole.parquet cannot be read', 'intact Parquet file']);
  });
});

describe('several files', () => {
  const first = write(folder, 'many/1.csv', 'age,city\n1,x\n');
  test.each<[string, string, string, string[]]>([
    [
      'another name',
      '2.csv',
      'agee,city\n1,x\n',
      ['2.csv has other columns than', 'it lacks age', 'rename "agee" to "age"'],
    ],
    ['one more', '3.csv', 'age,city,zip\n1,x,2\n', ['3.csv has other columns', 'it has zip besides']],
    ['another order', '4.csv', 'city,age\nx,1\n', ['the same columns in another order']],
    ['another separator', '5.csv', 'age;city\n1;x\n', ['separates its fields otherwise']],
    ['another format', '6.jsonl', '{"age":1}\n', ['different formats', '6.jsonl']],
    ['a broken line in the second', '7.csv', 'age,city\n1\n', ['line 2 of', '7.csv has 1 column']],
  ])('%s', (_, name, text, parts) => expectParts({ table: [first, write(folder, `many/${name}`, text)] }, parts));

  test('Parquet files with different columns', async () => {
    const [one, two] = ['p1.parquet', 'p2.parquet'].map((name) => join(folder, name));
    await runSql(`COPY (SELECT 1 AS age) TO '${one}'`, `COPY (SELECT 1 AS name) TO '${two}'`);
    await expectParts({ table: [one, two] }, ['p2.parquet has other columns than', 'it lacks age']);
  });
});

describe('conditions and queries', () => {
  const path = write(folder, 'query.csv', 'age,"home town"\n39,x\n20,y\n');
  test.each<[string, Omit<TableSource, 'table'>, string[]]>([
    ['an unknown column', { where: 'aeg > 1' }, ['where cannot be run', 'did you mean "age"?', 'home town']],
    ['no condition', { where: 'age >' }, ['where cannot be run', 'syntax error', '"age", "home town"']],
    ['two statements', { where: '1 = 1); DROP TABLE rows; SELECT (1' }, ['where is no condition']],
    ['no row left', { where: 'age > 100' }, ['no row of', 'is left', 'age > 100']],
    ['text compared', { where: 'age = 12 AND "home town" > 3' }, ['where cannot be run']],
    ['an unknown table', { sql: 'SELECT * FROM dta' }, ['sql cannot be run', 'the files are the table data']],
    ['an unknown function', { sql: 'SELECT foo(age) FROM data' }, ['sql cannot be run', 'foo']],
    ['something that writes', { sql: `COPY data TO '${folder}/out.csv'` }, ['sql is not one query', 'one SELECT']],
    ['a setting', { sql: 'SET autoload_known_extensions = true' }, ['sql is not one query']],
    ['an extension', { sql: 'INSTALL httpfs' }, ['sql is not one query']],
    ['nothing', { sql: ' ' }, ['sql is not one query']],
    ['the network', { sql: "SELECT * FROM read_csv('https://127.0.0.1:9/a.csv')" }, ['sql cannot be run']],
    [
      'a value that does not convert',
      { sql: 'SELECT "home town"::INTEGER AS n FROM data' },
      ['sql cannot be run', 'x'],
    ],
    ['both', { where: 'age > 1', sql: 'SELECT * FROM data' }, ['a condition and a query are both given']],
  ])('%s', (_, query, parts) => expectParts({ table: path, ...query }, parts));

  test('a column asked for that is not there', async () => {
    await withTable({ table: path }, async (opened) => {
      const message = await messageOf(() => valuesOf(opened, [{ name: 'Age', as: 'numbers' }]));
      expect(message).toContain('there is no column "Age"');
      expect(message).toContain('did you mean "age"?');
    });
  });

  test('a row that is not there', async () => {
    await withTable({ table: path }, async (opened) => {
      for (const row of [2, -1, 0.5]) expect(await messageOf(() => opened.rowsAt([row]))).toContain(`no row ${row}`);
    });
  });

  test('reading a closed table', async () => {
    const opened = await openTable({ table: path });
    await opened.close();
    await opened.close();
    expect(await messageOf(() => numbersOf(opened, 'age'))).toContain('the table has been closed');
    expect(await messageOf(() => opened.rowsAt([0]))).toContain('the table has been closed');
  });

  test('closing a table while it is read', async () => {
    const big = write(folder, 'big.csv', `a\n${Array.from({ length: 50_000 }, (_, i) => i).join('\n')}\n`);
    const opened = await openTable({ table: big });
    const message = await messageOf(async () => {
      for await (const block of opened.blocks([{ name: 'a', as: 'numbers' }]))
        if (block.first > 0) await opened.close();
    });
    expect(message).toContain('the table has been closed');
  });
});
