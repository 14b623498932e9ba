import { sql } from 'kysely';
import { expect, test, vi } from 'vitest';
import { openRun, openStore, type Store } from '../../src/runs/store/index.ts';
import { event, facts, freshFile, times, updatesFrom } from './support.ts';

vi.setConfig({ testTimeout: 20_000 });

/** A run in a new store, and what it says of trouble. */
async function begun(change: (store: Store) => Promise<Store> = async (store) => store) {
  const store = await openStore(await freshFile());
  const said: string[] = [];
  const run = await openRun(await change(store), facts('r'), (words) => said.push(words));
  return { store, run, said };
}

test('a full disk is said once, and how many events were lost at the end; the run never hears of it', async () => {
  const { store, run, said } = await begun();
  run.write(updatesFrom(1, [1]));
  await vi.waitFor(async () => expect(await store.events(run.id)).toHaveLength(1), { timeout: 5000 });
  await sql`pragma max_page_count = 1`.execute(store.backend.db);
  for (let i = 2; i <= 4000; i++) run.write(event('log', { text: 'x'.repeat(1000) }));
  await run.finish('finished');
  expect(said).toHaveLength(2);
  expect(said[0]).toMatch(/^the run store .*store\.sqlite cannot be written \(.*full.*\); the run goes on$/);
  expect(said[1]).toMatch(/^[\d,]+ events of this run are not in the run store/);
  const events = await store.events(run.id);
  expect(events.map(({ seq }) => seq)).toEqual(times(events.length, (i) => i));
  await store.close();
});

test('a store that comes back within the memory of the run has everything', async () => {
  const failing = { on: true };
  const { store, run, said } = await begun(async (store) => ({
    ...store,
    backend: {
      ...store.backend,
      append: (...given) =>
        failing.on ? Promise.reject(new Error('the server is gone')) : store.backend.append(...given),
    },
  }));
  for (let i = 1; i <= 2000; i++) run.write(updatesFrom(i, [i]));
  await vi.waitFor(() => expect(said).toHaveLength(1), { timeout: 2000 });
  failing.on = false;
  await run.finish('finished');
  expect(said).toEqual([expect.stringContaining('the server is gone')]);
  expect((await store.events(run.id)).map(({ seq }) => seq)).toEqual(times(2000, (i) => i));
  expect(await store.run(run.id)).toMatchObject({ state: 'finished', lost: 0 });
  await store.close();
});

test('memory does not grow without end while nothing can be written', async () => {
  const gone = () => Promise.reject(new Error('gone'));
  const { store, run, said } = await begun(async (store) => ({
    ...store,
    backend: { ...store.backend, append: gone },
  }));
  for (let i = 1; i <= 25_000; i++) run.write(updatesFrom(i, [i]));
  await run.finish('failed');
  expect(said[1]).toBe(`25,000 events of this run are not in the run store ${store.place}`);
  await store.close();
});

test('a store that another process holds for a moment is waited for, also at the end', async () => {
  const { store, run, said } = await begun();
  const other = await openStore(store.place);
  await sql`begin immediate`.execute(other.backend.db);
  for (let i = 1; i <= 1000; i++) run.write(updatesFrom(i, [i]));
  const finished = run.finish('finished');
  await new Promise((resolve) => setTimeout(resolve, 300));
  expect(await store.events(run.id)).toEqual([]);
  await sql`commit`.execute(other.backend.db);
  await finished;
  expect(said).toEqual([]);
  expect(await store.events(run.id)).toHaveLength(1000);
  await Promise.all([store.close(), other.close()]);
});

test('an event that cannot be written down is counted, and the others are kept', async () => {
  const { store, run, said } = await begun();
  const circle: Record<string, unknown> = {};
  circle.self = circle;
  for (const body of [{ text: 'a' }, circle, { n: 1n }, { text: 'b' }]) run.write(event('log', body));
  await run.finish('finished');
  expect((await store.events(run.id)).map(({ seq }) => seq)).toEqual([0, 3]);
  expect(await store.run(run.id)).toMatchObject({ state: 'finished', lost: 2 });
  expect(said).toEqual([`2 events of this run are not in the run store ${store.place}`]);
  await store.close();
});
