import { sql } from 'kysely';
import { afterAll, afterEach, describe, expect, test, vi } from 'vitest';
import { openRun, openStore, type Store } from '../../src/runs/store/index.ts';
import { epochOf, event, facts, freshFile, startServer, times, updatesFrom } from './support.ts';

vi.setConfig({ testTimeout: 30_000, hookTimeout: 30_000 });

const server = await startServer();
const open: Store[] = [];
const opened = async (target: string) => {
  const store = await openStore(target);
  open.push(store);
  return store;
};
afterEach(async () => {
  await Promise.all(open.splice(0).map((store) => store.close()));
});
afterAll(async () => {
  if (typeof server !== 'string') await server.stop();
});
const silent = (words: string) => expect.fail(words);
const special = {
  a: Number.NaN,
  b: [-0, Number.NEGATIVE_INFINITY],
  text: 'ä"\\\'\0\n{}',
  $: '$$',
  n: 0.1 + 0.2,
  none: null,
};

describe.skipIf(typeof server === 'string')('on PostgreSQL', () =>
  promises(() => (server as { fresh(): Promise<string> }).fresh()),
);
if (typeof server === 'string') test.skip(server);
describe('in SQLite', () => promises(freshFile));

function promises(fresh: () => Promise<string>): void {
  test('events come back as they were, in order, from where and of what kind one asks', async () => {
    const store = await opened(await fresh());
    const run = await openRun(store, facts('first'), silent);
    const events = times(1500, (i) =>
      event(i % 3 ? 'updates' : 'log', { i, ...special }, 1e12 + i + 0.25, i % 2 ? i : undefined),
    );
    for (const each of events) run.write(each);
    await run.finish('finished');
    const all = await store.events(run.id);
    expect(all).toStrictEqual(events.map((each, seq) => ({ seq, ...each })));
    expect(await store.events(run.id, { after: 1497 })).toStrictEqual(all.slice(1498));
    expect(await store.events(run.id, { kinds: ['log'], limit: 2 })).toStrictEqual([all[0], all[3]]);
    expect(await store.events('another')).toEqual([]);
  });

  test('runs are listed newest first, with what is known of them', async () => {
    const store = await opened(await fresh());
    for (const name of ['a', 'b', 'c']) {
      const run = await openRun(store, facts(name), silent);
      run.write(event('start', { settings: { metric: 'rmse', lr: Number.NaN } }));
      run.write(epochOf(1, 0.5));
      await run.finish(name === 'b' ? 'interrupted' : 'finished', { test: { loss: Number.POSITIVE_INFINITY } });
      // Ids tell milliseconds apart.
      await new Promise((resolve) => setTimeout(resolve, 2));
    }
    const runs = await store.runs();
    expect(runs.map(({ name, state }) => `${name} ${state}`)).toEqual(['c finished', 'b interrupted', 'a finished']);
    expect(runs[0]).toMatchObject({
      dataset: 'digits',
      folder: '/runs/c',
      lost: 0,
      settings: { metric: 'rmse', lr: Number.NaN },
      summary: { metric: 'rmse', members: [{ epochs: 1, best: { loss: 0.5, metric: 0.5 } }] },
      results: { test: { loss: Number.POSITIVE_INFINITY } },
    });
    expect(runs[0].finished).toBeGreaterThanOrEqual(runs[0].started);
    expect((await store.runs(2)).map(({ name }) => name)).toEqual(['c', 'b']);
    expect(await store.run(runs[1].id)).toEqual(runs[1]);
    expect(await store.run('none')).toBeUndefined();
  });

  test('events are written while the run goes on', async () => {
    const store = await opened(await fresh());
    const run = await openRun(store, facts('live'), silent);
    run.write(epochOf(1, 0.5));
    await vi.waitFor(async () => expect(await store.events(run.id)).toHaveLength(1), { timeout: 5000 });
    expect(await store.run(run.id)).toMatchObject({ state: 'running', summary: { members: [{ epochs: 1 }] } });
    await run.finish('finished');
  });

  test('several processes may make the same store at once', async () => {
    const target = await fresh();
    const stores = await Promise.all(times(4, () => opened(target)));
    const runs = await Promise.all(stores.map((store, i) => openRun(store, facts(`r${i}`), silent)));
    for (let i = 1; i <= 1200; i++) for (const run of runs) run.write(updatesFrom(i, [1 / i]));
    await Promise.all(runs.map((run) => run.finish('finished')));
    for (const { id } of runs)
      expect((await stores[0].events(id)).map(({ seq }) => seq)).toEqual(times(1200, (i) => i));
  });

  test('a run that was interrupted goes on as the same run', async () => {
    const store = await opened(await fresh());
    const first = await openRun(store, facts('long'), silent);
    first.write(event('start', { settings: { seed: 1 } }, 0));
    first.write(epochOf(1, 0.5));
    await first.finish('interrupted');
    const second = await openRun(store, facts('long'), silent, true);
    expect(second.id).toBe(first.id);
    expect((await store.run(first.id))?.state).toBe('running');
    second.write(epochOf(2, 0.4));
    await second.finish('finished');
    expect((await store.events(first.id)).map(({ seq, kind }) => `${seq} ${kind}`)).toEqual([
      '0 start',
      '1 epoch',
      '2 resume',
      '3 epoch',
    ]);
    expect(await store.runs()).toMatchObject([
      { state: 'finished', settings: { seed: 1 }, summary: { members: [{ epochs: 2 }] } },
    ]);
    const another = await openRun(store, facts('other'), silent, true);
    expect(another.id).not.toBe(first.id);
    await another.finish('failed');
  });

  test('what was written once is not written twice', async () => {
    const store = await opened(await fresh());
    const run = await openRun(store, facts('twice'), silent);
    const { id } = run;
    const rows = times(3, (seq) => ({ run: id, seq, time: 1, kind: 'log', update: null, body: '{}' }));
    for (let i = 0; i < 2; i++) await store.backend.append(id, rows, { seen: Date.now() });
    expect(await store.events(id)).toHaveLength(3);
    await run.finish('finished');
  });

  test('a run whose process is gone, or silent for a minute, is listed as killed', async () => {
    const store = await opened(await fresh());
    const run = await openRun(store, facts('dead'), silent);
    const { id } = run;
    const change = (set: object) => store.backend.append(id, [], set);
    const state = async () => (await store.run(id))?.state;
    expect(await state()).toBe('running');
    await change({ pid: 2 ** 22 + 1 });
    expect(await state()).toBe('killed');
    await change({ host: 'elsewhere' });
    expect(await state()).toBe('running');
    await change({ seen: Date.now() - 61_000 });
    expect(await state()).toBe('killed');
    await run.finish('finished');
    expect(await state()).toBe('finished');
  });

  test('a store of a newer version is left alone', async () => {
    const target = await fresh();
    const store = await opened(target);
    const table = sql.table(store.backend.schema ? `${store.backend.schema}.kysely_migration` : 'kysely_migration');
    await sql`insert into ${table} values ('007-later', '2099-01-01T00:00:00Z')`.execute(store.backend.db);
    await expect(openStore(target)).rejects.toMatchObject({
      message: expect.stringContaining('was made by a newer Wellfit'),
      facts: {
        expected: expect.stringContaining('version 2'),
        received: 'version 7',
        fix: expect.stringContaining('update'),
      },
    });
    expect(await store.runs()).toEqual([]);
  });
}

test.each(['postgres://me:secret@localhost:1/lab', 'postgresql://me:secret@no.such.host.invalid/lab'])(
  'a server that is not there is named without its password: %s',
  async (url) => {
    const error = await openStore(url).catch((error: Error) => error);
    expect(error).toMatchObject({ name: 'WellfitError', kind: 'file' });
    expect((error as Error).message).not.toContain('secret');
  },
);
