// Reads a large CSV file into one Float32Array, as training does, and prints how long it takes and how much memory. --rows 5000000 --columns 20
import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { DuckDBInstance } from '@duckdb/node-api';
import { duration, grouped } from '../src/base/index.ts';
import { openTable } from '../src/data/readers/table/index.ts';
import { machine } from './machine.ts';

const { values } = parseArgs({
  options: { rows: { type: 'string', default: '5000000' }, columns: { type: 'string', default: '20' } },
});
const [rows, width] = [Number(values.rows), Number(values.columns)];

/** A fifth of whole numbers, the rest with four digits behind the point, one in fifty missing. */
async function writeCsv(path: string): Promise<void> {
  const columns = Array.from({ length: width }, (_, i) => {
    const value = i % 5 === 0 ? '(random() * 1000)::INTEGER' : 'round(random() * 100, 4)';
    return `CASE WHEN random() < 0.98 THEN ${value} END AS "x ${i}"`;
  });
  const instance = await DuckDBInstance.create(':memory:', { memory_limit: '500MB' });
  const connection = await instance.connect();
  await connection.run(`COPY (SELECT ${columns.join(', ')} FROM range(${rows})) TO '${path}' (HEADER)`);
  connection.closeSync();
  instance.closeSync();
}

const megabytes = (bytes: number): string => `${grouped(Math.round(bytes / 1e6))} MB`;

const folder = mkdtempSync(join(tmpdir(), 'wellfit-bench-'));
try {
  const path = join(folder, 'table.csv');
  await writeCsv(path);
  const start = performance.now();
  const table = await openTable({ table: path });
  const opened = performance.now();

  const requests = table.columns.map(({ name }) => ({ name, as: 'numbers' }) as const);
  const all = new Float32Array(table.rows * width);
  for await (const block of table.blocks(requests))
    for (const [i, column] of block.columns.entries()) {
      let at = block.first * width + i;
      for (const number of column as Float64Array) {
        all[at] = number;
        at += width;
      }
    }
  const end = performance.now();
  await table.close();

  const { cpu, cores, node } = machine();
  console.log(
    `${grouped(rows)} rows of ${width} columns, CSV of ${megabytes(statSync(path).size)}; ${cpu}, ${cores} cores, Node ${node}`,
  );
  const line = (what: string, seconds: number) =>
    console.log(`| ${what} | ${duration(seconds)} | ${grouped(Math.round(rows / seconds))} rows a second |`);
  line('open (types and profile of every column)', (opened - start) / 1000);
  line('read into one Float32Array', (end - opened) / 1000);
  line('both', (end - start) / 1000);
  console.log(
    `| most memory, ${megabytes(all.byteLength)} of it the array | ${megabytes(process.resourceUsage().maxRSS * 1024)} |`,
  );
} finally {
  rmSync(folder, { recursive: true });
}
