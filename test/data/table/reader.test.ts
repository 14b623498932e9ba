import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync, zstdCompressSync } from 'node:zlib';
import { afterAll, describe, expect, test } from 'vitest';
import { openTable } from '../../../src/data/readers/table/index.ts';
import { temporaryFolder } from '../support.ts';
import { kindsOf, numbersOf, runSql, textsOf, valuesOf, withTable, write } from './readerSupport.ts';

const folder = await temporaryFolder();
afterAll(() => rmSync(folder, { recursive: true }));

let written = 0;
const csv = (text: string | Uint8Array, ending = 'csv') => write(folder, `${written++}.${ending}`, text);
/** One column of a CSV file with these cells. */
const column = (...cells: string[]) => csv(`x,row\n${cells.map((cell, i) => `${cell},${i}`).join('\n')}\n`);

describe('what columns hold', () => {
  test.each<[string, string[], string, number[]]>([
    ['whole numbers', ['1', '-2', '+3'], 'integer', [1, -2, 3]],
    ['a point without digits on one side', ['.28', '-.5', '2.'], 'number', [0.28, -0.5, 2]],
    ['whole numbers with a point', ['1.0', '2.0'], 'integer', [1, 2]],
    ['exponents', ['1e3', '2.5E-1'], 'number', [1000, 0.25]],
    ['blanks around', [' 1', '2 ', '"\t3 "'], 'integer', [1, 2, 3]],
    ['booleans', ['true', 'False', 'TRUE'], 'boolean', [1, 0, 1]],
    ['dates', ['1970-01-02', '2020/02/29'], 'date', [1, 18321]],
    ['moments', ['1970-01-01 12:00:00', '1970-01-02T06:00'], 'date', [0.5, 1.25]],
    ['moments with zones', ['1970-01-01T12:00:00Z', '1970-01-01T12:00:00+06:00'], 'date', [0.5, 0.25]],
    ['dates with the day first', ['13.01.1970', '02.01.1970'], 'date', [12, 1]],
    ['infinite numbers are missing', ['1', 'inf', '-Infinity'], 'integer', [1, Number.NaN, Number.NaN]],
  ])('%s', async (_, cells, holds, expected) => {
    await withTable({ table: column(...cells) }, async (table) => {
      expect(table.columns[0].holds).toBe(holds);
      expect(await numbersOf(table, 'x')).toEqual(expected);
    });
  });

  test.each<[string, string[]]>([
    ['one word among numbers', ['1', 'two', '3']],
    ['codes with leading zeros', ['007', '123']],
    ['digits in groups', ['1_000', '2_000']],
    ['yes and no', ['yes', 'no']],
    ['times of day', ['12:30', '08:15:00']],
    ['dates of which another file could tell day and month otherwise', ['2/1/1970', '13/1/1970']],
    ['words that DuckDB takes for dates', ['epoch', '2020-01-01']],
    ['lists', ['"[1, 2]"', '"[3]"']],
    ['hexadecimal numbers', ['0x1F', '0x20']],
  ])('%s are texts', async (_, cells) => {
    await withTable({ table: column(...cells) }, async (table) => {
      expect(table.columns[0].holds).toBe('text');
      expect(await textsOf(table, 'x')).toEqual(cells.map((cell) => cell.replaceAll('"', '')));
    });
  });

  test.each(['', 'NA', 'N/A', 'n/a', '#N/A', 'NaN', 'nan', 'null', 'NULL', 'None', '?', '-', ' NA ', '"  "', '" ? "'])(
    '%j is missing among numbers, dates, booleans and texts',
    async (word) => {
      const path = csv(`n,d,b,t\n1.5,2020-01-01,true,a b\n${word},${word},${word},${word}\n`);
      await withTable({ table: path }, async (table) => {
        expect(kindsOf(table)).toEqual({ n: 'number', d: 'date', b: 'boolean', t: 'text' });
        expect(table.columns.map(({ missing }) => missing)).toEqual([1, 1, 1, 1]);
        expect(await numbersOf(table, 'n')).toEqual([1.5, Number.NaN]);
        expect(await textsOf(table, 't')).toEqual(['a b', null]);
      });
    },
  );

  test('a text in the last of many rows makes the column a text', async () => {
    const rows = Array.from({ length: 30_000 }, (_, i) => `${i},${i}`);
    await withTable({ table: csv(`a,b\n${rows.join('\n')}\nx,1\n`) }, async (table) => {
      expect(kindsOf(table)).toEqual({ a: 'text', b: 'integer' });
      expect((await textsOf(table, 'a')).at(-1)).toBe('x');
    });
  });

  test('a column that is missing in the first thousand rows is understood by the rest', async () => {
    const path = csv(`d,n,e\n${'NA,,\n'.repeat(1000)}2020-01-01,1.5,\n`);
    await withTable({ table: path }, (table) => {
      expect(kindsOf(table)).toEqual({ d: 'date', n: 'number', e: 'text' });
      expect(table.columns[2]).toMatchObject({ missing: 1001, distinct: 0, top: [] });
    });
  });

  test('whole numbers above 2^53 keep all digits as texts', async () => {
    const cells = ['9007199254740993', '123456789012345678901234567890'];
    await withTable({ table: column(...cells) }, async (table) => {
      expect(table.columns[0]).toMatchObject({ holds: 'integer', distinct: 2 });
      expect(await textsOf(table, 'x')).toEqual(cells);
      expect(await numbersOf(table, 'x')).toEqual(cells.map(Number));
    });
  });

  test('a decimal comma is read where fields are separated by semicolons', async () => {
    await withTable({ table: csv('a;b\n1,5;x\n-2;y\n') }, async (table) => {
      expect(await numbersOf(table, 'a')).toEqual([1.5, -2]);
    });
  });

  test('columns named in texts stay as they are written', async () => {
    const source = { table: csv('a,b\n1.0,2020-1-1\n2.50,2020-1-2\n'), texts: ['a', 'b'] };
    await withTable(source, async (table) => {
      expect(kindsOf(table)).toEqual({ a: 'text', b: 'text' });
      expect(await textsOf(table, 'a')).toEqual(['1.0', '2.50']);
    });
  });

  test('a column of texts read as numbers is NaN where there is no number', async () => {
    await withTable({ table: column('1', 'two', '') }, async (table) => {
      expect(await numbersOf(table, 'x')).toEqual([1, Number.NaN, Number.NaN]);
    });
  });
});

describe('profiles', () => {
  test('numbers, texts and dates', async () => {
    const rows = ['1.5,one two,2020-01-01', '2,one  two\tthree,2020-01-02', ',ä,', '2.0,ä,2020-01-02'];
    await withTable({ table: csv(`n,t,d\n${rows.join('\n')}\n`) }, (table) => {
      expect(table.rows).toBe(4);
      expect(table.columns).toEqual([
        {
          name: 'n',
          holds: 'number',
          missing: 1,
          distinct: 2,
          lowest: 1.5,
          highest: 2,
          top: [
            { value: '2', count: 2 },
            { value: '1.5', count: 1 },
          ],
        },
        {
          name: 't',
          holds: 'text',
          missing: 0,
          distinct: 3,
          meanLength: (7 + 14 + 1 + 1) / 4,
          meanWords: (2 + 3 + 1 + 1) / 4,
          top: [
            { value: 'ä', count: 2 },
            { value: 'one  two\tthree', count: 1 },
            { value: 'one two', count: 1 },
          ],
        },
        {
          name: 'd',
          holds: 'date',
          missing: 1,
          distinct: 2,
          lowest: 18262,
          highest: 18263,
          top: [
            { value: '2020-01-02', count: 2 },
            { value: '2020-01-01', count: 1 },
          ],
        },
      ]);
    });
  });

  test('the 30 most frequent values, equally frequent ones in order of the text', async () => {
    const cells = Array.from({ length: 50 }, (_, i) => `v${String(i).padStart(2, '0')}`);
    await withTable({ table: column(...cells, 'v49', 'v48', 'v49') }, (table) => {
      const { distinct, top } = table.columns[0];
      expect(distinct).toBe(50);
      expect(top.map(({ value }) => value)).toEqual(['v49', 'v48', ...cells.slice(0, 28)]);
      expect(top.slice(0, 3).map(({ count }) => count)).toEqual([3, 2, 1]);
    });
  });
});

describe('CSV', () => {
  test.each<[string, string | Uint8Array, string]>([
    ['semicolons', 'a;b\n1;x\n2;y\n', 'csv'],
    ['tabs', 'a\tb\n1\tx\n2\ty\n', 'tsv'],
    ['bars', 'a|b\n1|x\n2|y\n', 'txt'],
    ['a byte order mark', '\ufeffa,b\n1,x\n2,y\n', 'csv'],
    ['CRLF', 'a,b\r\n1,x\r\n2,y\r\n', 'csv'],
    ['CR', 'a,b\r1,x\r2,y\r', 'csv'],
    ['mixed line ends', 'a,b\r\n1,x\n2,y\r\n', 'csv'],
    ['no line end at the end', 'a,b\n1,x\n2,y', 'csv'],
    ['blank lines', '\n\na,b\n\n1,x\n\n2,y\n\n', 'csv'],
    ['quotes', '"a","b"\n"1","x"\n2,"y"\n', 'csv'],
    ['"sep=;"', 'sep=;\r\na;b\r\n1;x\r\n2;y\r\n', 'csv'],
    ['capital letters in the ending', 'a,b\n1,x\n2,y\n', 'CSV'],
    ['gzip', gzipSync('a,b\n1,x\n2,y\n'), 'csv.gz'],
    ['gzip in two parts', Buffer.concat([gzipSync('a,b\n1,x\n'), gzipSync('2,y\n')]), 'csv.gz'],
    ['Zstandard', zstdCompressSync(Buffer.from('a,b\n1,x\n2,y\n')), 'csv.zst'],
  ])('%s', async (_, content, ending) => {
    await withTable({ table: csv(content, ending) }, async (table) => {
      const requests = [{ name: 'a', as: 'numbers' } as const, { name: 'b', as: 'texts' } as const];
      expect(await valuesOf(table, requests)).toEqual({ a: [1, 2], b: ['x', 'y'] });
    });
  });

  test('quotes, separators and line ends inside quotes', async () => {
    await withTable({ table: csv('a,"b\nc"\n"x, ""y""","1\r\n2"\n') }, async (table) => {
      expect(await table.rowsAt([0])).toEqual([{ a: 'x, "y"', 'b\nc': '1\r\n2' }]);
    });
  });

  test('one column, with the separators of others in its texts', async () => {
    await withTable({ table: csv('text\nHello, world\nGood day\na, b, c\n') }, async (table) => {
      expect(await textsOf(table, 'text')).toEqual(['Hello, world', 'Good day', 'a, b, c']);
    });
  });

  test('a column without a name is called by its place', async () => {
    await withTable({ table: csv(',a,,column3\n1,2,3,4\n') }, (table) => {
      expect(Object.keys(kindsOf(table))).toEqual(['column1', 'a', 'column3_', 'column3']);
    });
  });

  test('any name works: quotes, blanks, other alphabets, words of SQL, capital letters alone, __proto__', async () => {
    const names = ['select', 'a`b"c', "it's", 'größe', 'группа', 'rowid', 'A', 'a', 'c0', 'data', '__proto__', 'a.b'];
    const header = names.map((name) => `"${name.replaceAll('"', '""')}"`).join(',');
    await withTable({ table: csv(`${header}\n${names.map((_, i) => i).join(',')}\n`) }, async (table) => {
      expect(table.columns.map(({ name }) => name)).toEqual(names);
      for (const [i, name] of names.entries()) expect(await numbersOf(table, name)).toEqual([i]);
      const [row] = await table.rowsAt([0]);
      for (const [i, name] of names.entries()) expect(Object.entries(row)[i]).toEqual([name, String(i)]);
    });
  });

  test('a condition on columns with such names', async () => {
    const source = {
      table: csv('größe,"a b",select\n1,x,2\n3,y,4\n'),
      where: `"a b" = 'y' AND größe > 1 AND "select" = 4`,
    };
    await withTable(source, async (table) =>
      expect(await table.rowsAt([0])).toEqual([{ größe: '3', 'a b': 'y', select: '4' }]),
    );
  });

  test('very many columns', { timeout: 60_000 }, async () => {
    const names = Array.from({ length: 500 }, (_, i) => `x${i}`);
    const path = csv(`${names.join(',')}\n${`${names.map((_, i) => i / 2).join(',')}\n`.repeat(3)}`);
    await withTable({ table: path }, async (table) => {
      expect(table.columns).toHaveLength(500);
      expect(await numbersOf(table, 'x499')).toEqual([249.5, 249.5, 249.5]);
    });
  });
});

describe('JSON', () => {
  const objects = [
    { a: 1, b: 'x', c: [1, 2], d: { e: null }, f: true },
    { a: 'NA', b: 'ä"', f: false },
    { a: 2.5, b: null, g: '2020-01-01' },
  ];
  test.each([
    ['jsonl', objects.map((object) => JSON.stringify(object)).join('\n')],
    ['ndjson', objects.map((object) => `${JSON.stringify(object)}\r\n`).join('\n')],
    ['json', JSON.stringify(objects)],
    ['json', JSON.stringify(objects, undefined, 2)],
    ['json', objects.map((object) => JSON.stringify(object)).join('\n')],
  ])('.%s', async (ending, text) => {
    await withTable({ table: csv(text, ending) }, async (table) => {
      expect(kindsOf(table)).toEqual({ a: 'number', b: 'text', c: 'text', d: 'text', f: 'boolean', g: 'date' });
      expect(await numbersOf(table, 'a')).toEqual([1, Number.NaN, 2.5]);
      expect(await textsOf(table, 'b')).toEqual(['x', 'ä"', null]);
      expect(await textsOf(table, 'c')).toEqual(['[1,2]', null, null]);
      expect(await textsOf(table, 'f')).toEqual(['true', 'false', null]);
    });
  });

  test('whole numbers keep all digits', async () => {
    await withTable({ table: csv('{"id": 9007199254740993}\n', 'jsonl') }, async (table) => {
      expect(await textsOf(table, 'id')).toEqual(['9007199254740993']);
    });
  });
});

describe('Parquet', () => {
  test('the types of the file', async () => {
    const path = join(folder, 'types.parquet');
    await runSql(
      "CREATE TYPE mood AS ENUM ('sad', 'ok')",
      `COPY (SELECT 1::TINYINT i, 18446744073709551615::UBIGINT h, 1.50::DECIMAL(9, 2) c, 0.5::FLOAT f, 'nan'::DOUBLE n,
        DATE '1970-01-03' d, TIMESTAMP '1970-01-01 18:00:00' s, TIMESTAMPTZ '1970-01-01 18:00:00+06' z, TIME '12:30:00' t,
        'ok'::mood m, true b, [1, NULL] l, {'a': 1} o, ' NA ' x, '7' v) TO '${path}'`,
    );
    await withTable({ table: path }, async (table) => {
      expect(kindsOf(table)).toEqual({
        ...{ i: 'integer', h: 'integer', c: 'number', f: 'number', n: 'text', d: 'date', s: 'date', z: 'date' },
        ...{ t: 'text', m: 'text', b: 'boolean', l: 'text', o: 'text', x: 'text', v: 'text' },
      });
      expect(await table.rowsAt([0])).toEqual([
        {
          ...{
            i: '1',
            h: '18446744073709551615',
            c: '1.5',
            f: '0.5',
            n: null,
            d: '1970-01-03',
            t: '12:30:00',
            m: 'ok',
          },
          ...{
            s: '1970-01-01 18:00:00',
            z: '1970-01-01 12:00:00',
            b: 'true',
            l: '[1,null]',
            o: '{"a":1}',
            x: null,
            v: '7',
          },
        },
      ]);
      expect(await numbersOf(table, 'd')).toEqual([2]);
      expect(await numbersOf(table, 's')).toEqual([0.75]);
      expect(await numbersOf(table, 'z')).toEqual([0.5]);
      expect(await numbersOf(table, 'h')).toEqual([2 ** 64]);
    });
  });
});

describe('rows', () => {
  const many = Array.from({ length: 60_000 }, (_, i) => i);

  test('keep the order of the file at every read, also at once and after a read that was left early', async () => {
    await withTable({ table: csv(`i,t\n${many.map((i) => `${i},t${i % 7}`).join('\n')}\n`) }, async (table) => {
      expect(table.rows).toBe(many.length);
      const early = [];
      for await (const block of table.blocks([{ name: 'i', as: 'numbers' }])) {
        early.push(block.first, block.rows);
        if (early.length > 2) break;
      }
      expect(early[2]).toBe(early[1]);
      const [one, two] = await Promise.all([numbersOf(table, 'i'), textsOf(table, 'i')]);
      expect(one).toEqual(many);
      expect(two).toEqual(many.map(String));
    });
  });

  test('rowsAt gives rows in the order asked for, also twice', async () => {
    await withTable({ table: csv('a,b\n1,x\n2,\n3,z\n') }, async (table) => {
      expect(await table.rowsAt([2, 0, 1, 2])).toEqual([
        { a: '3', b: 'z' },
        { a: '1', b: 'x' },
        { a: '2', b: null },
        { a: '3', b: 'z' },
      ]);
      expect(await table.rowsAt([])).toEqual([]);
    });
  });

  test('several files come one after the other, those of a glob by name', async () => {
    const [b, a] = [write(folder, 'parts/b.csv', 'n\n3\n4\n'), write(folder, 'parts/a.csv', 'n\n1\n2\n')];
    const glob = join(folder, 'parts', '*.csv');
    for (const [table, expected] of [
      [
        [b, a],
        [3, 4, 1, 2],
      ],
      [glob, [1, 2, 3, 4]],
      [
        [glob, a],
        [1, 2, 3, 4],
      ],
    ] as const)
      await withTable({ table }, async (opened) => expect(await numbersOf(opened, 'n')).toEqual(expected));
  });

  test('a query without an order gives the same rows every time it is opened', async () => {
    const table = csv(`i,g\n${many.map((i) => `${i},${(i * 7919) % 1000}`).join('\n')}\n`);
    const source = { table, sql: 'SELECT g, count(*) AS n, avg(i) AS m FROM data GROUP BY g; -- by group' };
    const read = () =>
      withTable(source, async (opened) => [await numbersOf(opened, 'g'), await numbersOf(opened, 'm')]);
    const first = await read();
    expect(first[0]).toHaveLength(1000);
    expect(await read()).toEqual(first);
  });

  test('a query keeps its own order, names and types', async () => {
    const source = {
      table: csv('a,b\n1,x\n2,y\n3,x\n'),
      sql: `SELECT a * 1.5 AS "a x", upper(b) AS b FROM data ORDER BY a DESC`,
    };
    await withTable(source, async (table) => {
      expect(kindsOf(table)).toEqual({ 'a x': 'number', b: 'text' });
      expect(await numbersOf(table, 'a x')).toEqual([4.5, 3, 1.5]);
    });
  });

  test('a condition keeps the order, and what is left is profiled', async () => {
    await withTable({ table: csv('a,b\n1.5,x\n2,y\n3,\n'), where: 'a >= 2 -- the rest' }, async (table) => {
      expect(await numbersOf(table, 'a')).toEqual([2, 3]);
      expect(table.columns[0]).toMatchObject({ holds: 'integer', lowest: 2 });
    });
  });

  test.each([
    "a'b.csv",
    'a b.csv',
    'a[1].csv',
    'größe.csv',
    'a*b.csv',
    'x=1/part.csv',
    '-a.csv',
    'a%20b.csv',
    'a\\b.csv',
  ])('a file named %s', async (name) => {
    write(folder, `odd/${name}`, 'a\n1\n');
    write(folder, 'odd/a1.csv', 'b\n2\n');
    await withTable({ table: join(folder, 'odd', name) }, (table) => expect(kindsOf(table)).toEqual({ a: 'integer' }));
  });

  test('the table is named after its first file', async () => {
    const path = write(folder, 'customers.eu.csv.gz', gzipSync('a\n1\n'));
    await withTable({ table: path }, (table) => expect(table.name).toBe('customers'));
  });

  test('what goes on is told', async () => {
    const told: string[] = [];
    const path = csv(gzipSync('a\n1\n'), 'csv.gz');
    await (await openTable({ table: path }, { onProgress: (words) => told.push(words) })).close();
    expect(told[0]).toBe(`decompressing ${path}`);
  });
});
