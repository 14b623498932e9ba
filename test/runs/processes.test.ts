import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { DatabaseSync } from 'node:sqlite';
import { setTimeout as wait } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { expect, test, vi } from 'vitest';
import { type RecordedEvent, replay } from '../../src/runs/index.ts';
import { openStore, type Store } from '../../src/runs/store/index.ts';
import { freshFile, times } from './support.ts';

vi.setConfig({ testTimeout: 30_000 });

const program = fileURLToPath(new URL('record.ts', import.meta.url));

/** A process that writes events into a store. */
const recorder = (target: string, name: string, events: number): ChildProcess =>
  spawn(process.execPath, [program, target, name, String(events)], { stdio: ['ignore', 'ignore', 'inherit'] });

/** The ids of so many runs, once they are begun. */
const begun = (store: Store, count: number): Promise<string[]> =>
  vi.waitUntil(
    async () => {
      const runs = await store.runs();
      return runs.length === count && runs.map(({ id }) => id);
    },
    { timeout: 10_000 },
  ) as Promise<string[]>;

const gapless = (events: readonly RecordedEvent[]) =>
  expect(events.map(({ seq }) => seq)).toEqual(times(events.length, (i) => i));

test('several processes write and one reads, and none is in the way of another', async () => {
  const target = await freshFile();
  const writers = ['a', 'b'].map((name) => recorder(target, name, 3000));
  const ends = Promise.all(writers.map((child) => once(child, 'exit')));
  const store = await openStore(target);
  const ids = await begun(store, 2);
  let seen = 0;
  for (const reading = { on: true }; reading.on; await wait(10)) {
    for (const id of ids) {
      const events = await store.events(id);
      gapless(events);
      seen = Math.max(seen, events.length);
    }
    reading.on = seen < 3000 || (await store.runs()).some(({ state }) => state === 'running');
  }
  expect((await ends).map(([code]) => code)).toEqual([0, 0]);
  for (const id of ids) {
    const [only] = replay(await store.events(id)).members;
    expect(only.updates.loss).toStrictEqual(times(3000, (i) => ((i + 1) % 5 ? 1 / (i + 1) : Number.NaN)));
  }
  expect(await store.runs()).toMatchObject(times(2, () => ({ state: 'finished', lost: 0 })));
  await store.close();
});

test('a process that is killed leaves a readable store with what it wrote so far', async () => {
  const target = await freshFile();
  const child = recorder(target, 'killed', 0);
  const store = await openStore(target);
  const [id] = await begun(store, 1);
  await vi.waitUntil(async () => (await store.events(id)).length > 1000, { timeout: 10_000 });
  expect((await store.run(id))?.state).toBe('running');
  child.kill('SIGKILL');
  await once(child, 'exit');
  const events = await store.events(id);
  gapless(events);
  expect(await store.run(id)).toMatchObject({ state: 'killed', lost: 0 });
  await store.close();
  const file = new DatabaseSync(target);
  expect(file.prepare('pragma integrity_check').get()).toEqual({ integrity_check: 'ok' });
  file.close();
  const again = await openStore(target);
  expect(await again.events(id)).toStrictEqual(events);
  await again.close();
});
