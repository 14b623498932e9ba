import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { DatabaseSync } from 'node:sqlite';
import { fileURLToPath } from 'node:url';
import { sql } from 'kysely';
import { afterAll, afterEach, describe, expect, test, vi } from 'vitest';
import type { KeptTrial } from '../../src/runs/index.ts';
import { openStore, type Store, type StudyKeeper, studiesIn } from '../../src/runs/store/index.ts';
import { freshFile, startServer, studyFacts, times, trialOf } from './support.ts';

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
const program = fileURLToPath(new URL('study.ts', import.meta.url));
const writer = (target: string, name: string): ChildProcess =>
  spawn(process.execPath, [program, target, name], { stdio: ['ignore', 'ignore', 'inherit'] });
const ended = async (child: ChildProcess) => {
  child.kill('SIGKILL');
  await once(child, 'exit');
};

describe.skipIf(typeof server === 'string')('on PostgreSQL', () =>
  promises(() => (server as { fresh(): Promise<string> }).fresh()),
);
if (typeof server === 'string') test.skip(server);
describe('in SQLite', () => promises(freshFile));

/** Trials of every kind, with all that one may have, or none of it. */
const trials: KeptTrial[] = [
  {
    ...trialOf(0),
    state: 'complete',
    told: 9,
    attempt: 2,
    worker: 'here',
    note: { weights: [Number.NaN, Number.NEGATIVE_INFINITY] },
    results: [Number.POSITIVE_INFINITY],
    objectives: [Number.NEGATIVE_INFINITY],
    updates: 2 ** 40,
    seconds: 0.25,
    parameters: 1234,
    started: 1e12 + 0.5,
    ended: 2e12,
    reports: [
      { step: 1, value: Number.NaN },
      { step: 2, value: Number.POSITIVE_INFINITY },
      { step: 3, value: 0.1 + 0.2 },
    ],
  },
  { ...trialOf(1), state: 'failed', told: 10, why: 'ä"\\\'\n{}', objectives: [Number.NaN], results: [Number.NaN] },
  { ...trialOf(2), state: 'pruned', told: 11, stage: 1, origin: 'wider', why: 'after epoch 3' },
  { ...trialOf(3), attempt: 1 },
];

function promises(fresh: () => Promise<string>): void {
  test('a study comes back as it was: trials, reports, stages, plan and setup', async () => {
    const target = await fresh();
    const keeper = await studiesIn(await opened(target)).create('ä study', studyFacts, silent);
    const stage = { begun: 12, reasons: ['lr: 1 to 2'] };
    keeper.change({ kind: 'stage', stage, index: 1 });
    for (const { number, reports, ...trial } of trials) {
      keeper.change({ kind: 'asked', trial: trialOf(number) });
      for (const report of reports) keeper.change({ kind: 'reported', number, attempt: 1, report });
      keeper.change({ kind: 'told', trial: { ...trial, number, reports } });
    }
    await keeper.close('finished', { best: Number.NaN });
    const kept = await studiesIn(await opened(target)).read('ä study');
    expect(kept).toStrictEqual({
      name: 'ä study',
      created: expect.any(Number),
      version: '1.2.3',
      state: 'finished',
      settings: studyFacts.settings,
      plan: studyFacts.plan,
      setup: studyFacts.setup,
      summary: { best: Number.NaN },
      record: { settings: studyFacts.settings, stages: [{ begun: 0 }, stage], clock: 13, trials },
    });
    expect(Math.abs(kept!.created - Date.now())).toBeLessThan(60_000);
    expect(await studiesIn(await opened(target)).read('another')).toBeUndefined();
  });

  test('a trial that was begun again has the reports of its last attempt after those that it went on from', async () => {
    const studies = studiesIn(await opened(await fresh()));
    const keeper = await studies.create('again', studyFacts, silent);
    keeper.change({ kind: 'asked', trial: trialOf(0) });
    const report = (attempt: number, step: number) =>
      keeper.change({ kind: 'reported', number: 0, attempt, report: { step, value: 10 * attempt + step } });
    for (const step of [1, 2, 3, 4]) report(1, step);
    await keeper.flush();
    for (const step of [3, 4]) report(2, step);
    report(3, 4);
    await keeper.flush();
    const [{ reports }] = (await studies.read('again'))!.record.trials;
    expect(reports.map(({ value }) => value)).toEqual([11, 12, 23, 34]);
    await keeper.close('interrupted');
  });

  test('changes are written by themselves, in order, while others read', async () => {
    const studies = studiesIn(await opened(await fresh()));
    const keeper = await studies.create('live', studyFacts, silent);
    const reader = studiesIn(open[0]);
    let seen = 0;
    for (let number = 0; number < 300; number++) {
      keeper.change({ kind: 'asked', trial: trialOf(number) });
      keeper.change({ kind: 'reported', number, attempt: 1, report: { step: 1, value: 1 } });
      if (number % 10 > 0) continue;
      const all = (await reader.read('live'))!.record.trials;
      expect(all.map((trial) => trial.number)).toEqual(times(all.length, (i) => i));
      expect(all.every(({ reports }) => reports.length === 1)).toBe(true);
      expect(all.length).toBeGreaterThanOrEqual(seen);
      seen = all.length;
    }
    await vi.waitFor(async () => expect((await reader.read('live'))!.record.trials).toHaveLength(300), 5000);
    await keeper.close('finished');
  });

  test('studies are listed newest first, with what their trials came to', async () => {
    const studies = studiesIn(await opened(await fresh()));
    for (const name of ['a', 'b']) {
      const keeper = await studies.create(name, studyFacts, silent);
      if (name === 'a')
        for (const trial of [...trials.slice(1), { ...trials[0], number: 4, objectives: [0.5] }])
          keeper.change({ kind: 'told', trial });
      await keeper.close('finished');
      // Times tell milliseconds apart.
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
    expect(await studies.list()).toMatchObject([
      { name: 'b', counts: {}, state: 'finished' },
      { name: 'a', counts: { running: 1, complete: 1, pruned: 1, failed: 1 }, best: 0.5 },
    ]);
    await expect(studies.create('a', studyFacts)).rejects.toMatchObject({
      name: 'WellfitError',
      message: expect.stringContaining('a study "a" is in the run store'),
    });
  });

  test('what a trial saved is there until its end is written', async () => {
    const studies = studiesIn(await opened(await fresh()));
    const { change, close, flush, saved } = await studies.create('saved', studyFacts, silent);
    change({ kind: 'asked', trial: trialOf(0) });
    await Promise.all([saved.write(0, new Uint8Array([1])), saved.write(0, new Uint8Array([0, 255, 2])), flush()]);
    expect(await saved.read(0)).toStrictEqual(new Uint8Array([0, 255, 2]));
    expect(await saved.read(1)).toBeUndefined();
    change({ kind: 'told', trial: { ...trialOf(0), state: 'complete', told: 2 } });
    await flush();
    expect(await saved.read(0)).toBeUndefined();
    await close('finished');
  });

  test('a study belongs to one process while that lives; a kill leaves all but the last moment', async () => {
    const target = await fresh();
    const store = await opened(target);
    const studies = studiesIn(store);
    const child = writer(target, 'mine');
    await vi.waitUntil(async () => ((await studies.read('mine'))?.record.trials.length ?? 0) > 200, 10_000);
    await expect(studies.open('mine')).rejects.toMatchObject({
      message: expect.stringContaining('the study "mine" belongs to another process'),
      facts: { received: expect.stringContaining(`process ${child.pid} on `) },
    });
    const before = (await studies.read('mine'))!.record.trials.length;
    await ended(child);
    const { record, state } = (await studies.read('mine'))!;
    expect(state).toBe('killed');
    expect(record.trials.length).toBeGreaterThanOrEqual(before);
    expect(record.trials.map(({ number }) => number)).toEqual(times(record.trials.length, (i) => i));
    for (const { number, reports, state } of record.trials)
      expect([state, ...reports.map(({ value }) => value)]).toEqual(['complete', number, number / 2, number / 3]);
    expect(record.clock).toBe(2 * record.trials.length + 1);
    const keeper = await studies.open('mine', silent);
    expect((await studies.read('mine'))!.state).toBe('running');
    await expect(studies.open('mine')).rejects.toThrow('belongs to another process');
    await keeper.close('interrupted');
    if (!store.backend.schema) {
      const file = new DatabaseSync(target);
      expect(file.prepare('pragma integrity_check').get()).toEqual({ integrity_check: 'ok' });
      file.close();
    }
  });

  test('a process that was taken for dead cannot write any more', async () => {
    const store = await opened(await fresh());
    const studies = studiesIn(store);
    const first = await studies.create('zombie', studyFacts, silent);
    const { db } = store.backend;
    await db.updateTable('studies').set({ host: 'elsewhere', seen: 0 }).where('name', '=', 'zombie').execute();
    const second = await studies.open('zombie', silent);
    first.change({ kind: 'asked', trial: trialOf(0) });
    await expect(first.flush()).rejects.toThrow('belongs to another process');
    expect((await studies.read('zombie'))!.record.trials).toEqual([]);
    await second.close('finished');
    await expect(studies.open('none')).rejects.toMatchObject({
      message: expect.stringContaining('there is no study "none"'),
      facts: { expected: 'zombie' },
    });
  });
}

test('a store that comes back has everything, and whoever waited for it never heard of it', async () => {
  const store = await opened(await freshFile());
  const failing = { on: false };
  const write: Store['backend']['write'] = (queries) =>
    failing.on ? Promise.reject(new Error('the server is gone')) : store.backend.write(queries);
  const studies = studiesIn({ ...store, backend: { ...store.backend, write } });
  const said: string[] = [];
  const keeper = await studies.create('gone', studyFacts, (words) => said.push(words));
  failing.on = true;
  keeper.change({ kind: 'asked', trial: trialOf(0) });
  await vi.waitFor(() => expect(said).toHaveLength(1), 5000);
  keeper.change({ kind: 'told', trial: { ...trialOf(0), state: 'complete', told: 2 } });
  keeper.change({ kind: 'asked', trial: trialOf(1) });
  await keeper.saved.write(1, new Uint8Array([1]));
  const flushed = keeper.flush();
  failing.on = false;
  await flushed;
  expect(said).toEqual([expect.stringMatching(/cannot be written \(the server is gone\); it is tried again$/)]);
  const { trials } = (await studies.read('gone'))!.record;
  expect(trials.map(({ state }) => state)).toEqual(['complete', 'running']);
  await keeper.close('finished');
});

test('a store that another process holds for a moment is waited for', async () => {
  const store = await opened(await freshFile());
  const other = await opened(store.place);
  const studies = studiesIn(store);
  const held = async (act: () => Promise<unknown>) => {
    await sql`begin immediate`.execute(other.backend.db);
    const acting = act();
    await new Promise((resolve) => setTimeout(resolve, 250));
    await sql`commit`.execute(other.backend.db);
    await acting;
  };
  let keeper: StudyKeeper | undefined;
  await held(async () => {
    keeper = await studies.create('busy', studyFacts, silent);
  });
  keeper!.change({ kind: 'asked', trial: trialOf(0) });
  await held(() => keeper!.saved.write(0, new Uint8Array([1])));
  await held(() => keeper!.close('interrupted'));
  expect((await studies.read('busy'))!.record.trials).toHaveLength(1);
});
