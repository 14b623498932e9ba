import { mkdtempSync, rmSync } from 'node:fs';
import { availableParallelism, tmpdir } from 'node:os';
import { join } from 'node:path';
import { type DuckDBDataChunk, DuckDBInstance, StatementType } from '@duckdb/node-api';
import { WellfitError } from '../../../base/index.ts';

export type Row = readonly (string | number | boolean | bigint | null)[];

/** A database with a folder of its own, which goes when it is closed or when the process ends. */
export interface Database {
  /** For files that are needed while it is open. */
  readonly folder: string;
  query(sql: string): Promise<Row[]>;
  /** Runs a query and hands over its rows as they come; several may be read at the same time. */
  stream(sql: string): AsyncGenerator<DuckDBDataChunk>;
  /** Whether a text is one query: no second statement, and nothing that writes or changes settings. */
  isOneQuery(sql: string): Promise<boolean>;
  /** Runs a statement on one thread, so that what it gives is in the same order every time. */
  inOrder(sql: string): Promise<void>;
  close(): void;
}

/** What sorting, grouping and reading may keep in memory; what does not fit goes to the folder. */
const memoryLimit = '1GB';
const threads = Math.min(availableParallelism(), 8);

const folders = new Set<string>();
let cleansUp = false;

function makeFolder(): string {
  if (!cleansUp) process.on('exit', () => [...folders].map(removeFolder));
  cleansUp = true;
  const folder = mkdtempSync(join(tmpdir(), 'wellfit-table-'));
  folders.add(folder);
  return folder;
}

function removeFolder(folder: string): void {
  folders.delete(folder);
  rmSync(folder, { recursive: true, force: true, maxRetries: 3 });
}

export async function openDatabase(): Promise<Database> {
  const folder = makeFolder();
  const instance = await DuckDBInstance.create(':memory:', {
    autoinstall_known_extensions: 'false',
    autoload_known_extensions: 'false',
    memory_limit: memoryLimit,
    temp_directory: join(folder, 'spill'),
    threads: String(threads),
  });
  const connection = await instance.connect();
  await connection.run("SET TimeZone = 'UTC'");
  let closed = false;
  const mustBeOpen = () => {
    if (closed) throw new WellfitError('data', 'the table has been closed', { fix: 'open it again' });
  };

  return {
    folder,
    async query(sql) {
      mustBeOpen();
      const result = await connection.run(sql);
      return (await result.getRowsJS()) as unknown as Row[];
    },
    async *stream(sql) {
      mustBeOpen();
      const own = await instance.connect();
      try {
        const result = await own.stream(sql);
        for (;;) {
          mustBeOpen();
          const chunk = await result.fetchChunk();
          if (chunk === null || chunk.rowCount === 0) return;
          yield chunk;
        }
      } finally {
        own.closeSync();
      }
    },
    async isOneQuery(sql) {
      const statements = await connection.extractStatements(sql);
      if (statements.count !== 1) return false;
      const statement = await statements.prepare(0);
      const isQuery = statement.statementType === StatementType.SELECT;
      statement.destroySync();
      return isQuery;
    },
    async inOrder(sql) {
      await connection.run('SET threads = 1');
      try {
        await connection.run(sql);
      } finally {
        await connection.run(`SET threads = ${threads}`);
      }
    },
    close() {
      if (closed) return;
      closed = true;
      connection.closeSync();
      instance.closeSync();
      removeFolder(folder);
    },
  };
}
