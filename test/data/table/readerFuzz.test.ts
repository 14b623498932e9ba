import { readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, expect, test } from 'vitest';
import { Random, WellfitError } from '../../../src/base/index.ts';
import { openTable } from '../../../src/data/readers/table/index.ts';
import { leftBehind, ownTemporaryFolder, runSql, write } from './readerSupport.ts';

const folder = await ownTemporaryFolder();
afterAll(() => rmSync(folder, { recursive: true }));

const ascii = (text: string): Uint8Array => new TextEncoder().encode(text);
const rows = Array.from({ length: 40 }, (_, i) => [
  i,
  i / 3,
  ['x', 'y, "z"', 'ä', '?'][i % 4],
  `2020-01-${10 + (i % 20)}`,
]);
const csvText = `a,b,c,d\n${rows.map((row) => row.map((cell) => `"${String(cell).replaceAll('"', '""')}"`).join(',')).join('\n')}\n`;
const plainCsv = `a;b\r\n${rows.map(([a, b]) => `${a};${b}`).join('\r\n')}\r\n`;
const jsonText = rows.map(([a, b, c, d]) => JSON.stringify({ a, b, c: { c }, d: [d] })).join('\n');
const array = JSON.stringify(rows.map(([a, , c]) => ({ a, c })));

/** Bytes that mean something to one of the formats. */
const special = [...ascii(',;\t|"\'\n\r{}[]:\\ 0-.eNa?'), 0, 0xff, 0xfe, 0xe4, 0xc3, 0x80, 0x1f, 0x8b];

function mutated(bytes: Uint8Array, random: Random): Uint8Array {
  let result = [...bytes];
  for (let changes = 1 + random.below(4); changes > 0; changes--) {
    const at = random.below(result.length + 1);
    const byte = random.below(2) ? special[random.below(special.length)] : random.below(256);
    const kind = random.below(6);
    if (kind === 0) result.splice(at, 1);
    else if (kind === 1) result.splice(at, 0, byte);
    else if (kind === 2) result[Math.min(at, result.length - 1)] = byte;
    else if (kind === 3) result = result.slice(0, at);
    else if (kind === 4) result.splice(at, random.below(40));
    else result.splice(at, 0, ...result.slice(random.below(result.length + 1)).slice(0, random.below(60)));
  }
  return Uint8Array.from(result);
}

test('a damaged file is a table or an error with a reason, and leaves nothing behind', {
  timeout: 300_000,
}, async () => {
  const parquet = join(folder, 'seed.parquet');
  await runSql(`COPY (SELECT i AS a, i / 3 AS b, 'x' || i AS c FROM range(500) r(i)) TO '${parquet}'`);
  const seeds: [string, Uint8Array][] = [
    ['csv', ascii(csvText)],
    ['csv', ascii(plainCsv)],
    ['jsonl', ascii(jsonText)],
    ['json', ascii(array)],
    ['csv.gz', gzipSync(plainCsv)],
    ['parquet', readFileSync(parquet)],
  ];
  const random = new Random(20);
  const outcomes = { table: 0, error: 0 };
  for (let i = 0; i < 240; i++) {
    const [ending, seed] = seeds[i % seeds.length];
    const bytes = mutated(seed, random);
    const path = write(folder, `case.${ending}`, bytes);
    try {
      const table = await openTable({ table: path });
      let read = 0;
      const requests = table.columns.map(({ name }) => ({ name, as: 'texts' }) as const);
      for await (const block of table.blocks(requests)) read += block.rows;
      expect(read).toBe(table.rows);
      await table.rowsAt([table.rows - 1]);
      await table.close();
      outcomes.table++;
    } catch (error) {
      if (!(error instanceof WellfitError))
        throw new Error(`case ${i} .${ending}: ${Buffer.from(bytes).toString('base64')}`, { cause: error });
      outcomes.error++;
    }
  }
  expect(leftBehind()).toEqual([]);
  expect(outcomes.table).toBeGreaterThan(30);
  expect(outcomes.error).toBeGreaterThan(30);
});
