import { execFileSync } from 'node:child_process';
import { mkdir } from 'node:fs/promises';
import { dirname } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { expect, test, vi } from 'vitest';
import { recordRun } from '../../src/runs/background/index.ts';
import { openStore } from '../../src/runs/store/index.ts';
import { epochOf, event, facts, freshFile } from './support.ts';

vi.setConfig({ testTimeout: 20_000 });

const work = (place: string) => ({ place, facts: facts('r'), resume: false });

test('what is told while nothing else has a turn is in the store at the end, with the results', async () => {
  const place = await freshFile();
  const said: string[] = [];
  const run = recordRun(work(place), (words) => said.push(words));
  for (let i = 1; i <= 1500; i++) run.write(epochOf(i, Number.NaN));
  await run.finish('failed', { test: { loss: Number.POSITIVE_INFINITY } });
  const store = await openStore(place);
  const [{ id, ...kept }] = await store.runs();
  expect(kept).toMatchObject({ state: 'failed', results: { test: { loss: Number.POSITIVE_INFINITY } }, lost: 0 });
  expect(await store.events(id)).toHaveLength(1500);
  await store.close();
  expect(said).toEqual([]);
});

test('a body is written as it was when it was told', async () => {
  const place = await freshFile();
  const run = recordRun(work(place), expect.fail);
  const loss = [1, 2];
  run.write(event('updates', { first: 1, loss, lr: [] }));
  loss[0] = 7;
  await run.finish('finished');
  const store = await openStore(place);
  expect((await store.events((await store.runs())[0].id))[0].body).toEqual({ first: 1, loss: [1, 2], lr: [] });
  await store.close();
});

test('a store that cannot be used is named once, and nothing is thrown', async () => {
  const place = await freshFile();
  await mkdir(place, { recursive: true });
  const said: string[] = [];
  const run = recordRun(work(place), (words) => said.push(words));
  await vi.waitUntil(() => said.length > 0, { timeout: 10_000 });
  for (let i = 1; i <= 1500; i++) run.write(epochOf(i, 1));
  await run.finish('finished');
  expect(said).toEqual([expect.stringMatching(/^the run store .* cannot be used \(.+\); this run is not recorded$/)]);
});

test('an event that cannot be written down is named, and the others are kept', async () => {
  const place = await freshFile();
  const said: string[] = [];
  const run = recordRun(work(place), (words) => said.push(words));
  run.write(event('odd', { n: 1n }));
  run.write(event('log', { text: 'a' }));
  await run.finish('finished');
  expect(said).toEqual([expect.stringContaining('an event of the kind "odd" cannot be recorded')]);
  const store = await openStore(place);
  expect(await store.events((await store.runs())[0].id)).toMatchObject([{ seq: 0, kind: 'log' }]);
  await store.close();
});

test('a process that ends without a word leaves a run that was killed', async () => {
  const place = await freshFile();
  const module = (path: string) => JSON.stringify(new URL(path, import.meta.url).href);
  const program = `
    const { recordRun } = await import(${module('../../src/runs/background/index.ts')});
    const run = recordRun({ place: ${JSON.stringify(place)}, facts: { name: 'r', folder: '/r', dataset: 'd' }, resume: false }, console.log);
    for (let i = 0; i < 600; i++) run.write({ kind: 'log', time: 0, body: { text: 'x' } });
    await new Promise((resolve) => setTimeout(resolve, 2000));`;
  const cwd = dirname(fileURLToPath(import.meta.url));
  const printed = execFileSync(process.execPath, ['--input-type=module', '-e', program], {
    cwd,
    encoding: 'utf8',
    timeout: 15_000,
  });
  expect(printed).toBe('');
  await wait(10);
  const store = await openStore(place);
  const [{ id, state }] = await store.runs();
  expect(state).toBe('killed');
  expect(await store.events(id)).toHaveLength(600);
  await store.close();
});
