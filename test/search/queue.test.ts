import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { setTimeout as wait } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { sql } from 'kysely';
import { afterAll, afterEach, describe, expect, test, vi } from 'vitest';
import { decode } from '../../src/runs/index.ts';
import { jobsOf, openStore, type Store, studiesIn } from '../../src/runs/store/index.ts';
import { drive, Study, type StudyRecord, type StudySettings } from '../../src/search/index.ts';
import { type QueueEvent, queueWorkers } from '../../src/search/queue/index.ts';
import { startServer, times } from '../runs/support.ts';
import { lease, type Pretence, version } from './queuePretence.ts';
import { begin, factsOf } from './queueSupport.ts';

vi.setConfig({ testTimeout: 120_000, hookTimeout: 30_000 });

const server = await startServer();
if (typeof server === 'string') test.skip(server);
const fresh = () => (server as Exclude<typeof server, string>).fresh();

interface Said {
  readonly kind: string;
  readonly [key: string]: unknown;
}
interface Process {
  readonly child: ChildProcess;
  readonly said: Said[];
  heard(kind: string, count?: number): Promise<Said>;
}

const children = new Set<ChildProcess>();
const stores: Store[] = [];

function start(program: string, ...args: readonly (string | number)[]): Process {
  const path = fileURLToPath(new URL(program, import.meta.url));
  const child = spawn(process.execPath, [path, ...args.map(String)], { stdio: ['ignore', 'pipe', 'inherit'] });
  children.add(child);
  child.once('exit', () => children.delete(child));
  const said: Said[] = [];
  createInterface({ input: child.stdout! }).on('line', (line) => said.push(decode(line) as Said));
  return {
    child,
    said,
    heard: (kind, count = 1) =>
      vi.waitUntil(() => said.filter((one) => one.kind === kind)[count - 1], { timeout: 90_000, interval: 10 }),
  };
}
const worker = (url: string, parallel: number, ...more: string[]) =>
  start('queueWorker.ts', url, version, parallel, ...more);
const coordinator = (url: string, trials: number, pause: number) =>
  start('queueCoordinator.ts', url, 'queued', trials, pause);
const kill = async ({ child }: Process) => {
  if (child.exitCode !== null || child.signalCode !== null) return;
  child.kill('SIGKILL');
  await once(child, 'exit');
};

afterEach(async () => {
  const ends = [...children].map((child) => once(child, 'exit'));
  for (const child of children) child.kill('SIGKILL');
  await Promise.all(ends);
  await Promise.all(stores.splice(0).map((store) => store.close()));
});
afterAll(async () => {
  if (typeof server !== 'string') await server.stop();
});

const opened = async (url: string): Promise<Store> => {
  const store = await openStore(url);
  stores.push(store);
  return store;
};

/** Notes every outcome that is written, whoever writes it. */
async function watchOutcomes(store: Store): Promise<() => Promise<Map<number, number>>> {
  const { db } = store.backend;
  await sql`create table wellfit.ends (number integer)`.execute(db);
  await sql`create function wellfit.note_end() returns trigger as $$
    begin insert into wellfit.ends values (new.number); return new; end $$ language plpgsql`.execute(db);
  await sql`create trigger ends after update on wellfit.jobs for each row
    when (new.outcome is not null and old.outcome is distinct from new.outcome) execute function wellfit.note_end()`.execute(
    db,
  );
  return async () => {
    const { rows } = await sql<{ number: number; count: string }>`
      select number, count(*) as count from wellfit.ends group by number`.execute(db);
    return new Map(rows.map(({ number, count }) => [number, Number(count)]));
  };
}

/** A study in this process, whose trials are carried out by others. */
async function studied(url: string, pretence: Pretence, change: Partial<StudySettings> = {}) {
  const store = await opened(url);
  const events: QueueEvent[] = [];
  const keeper = await studiesIn(store).create('queued', factsOf(begin(undefined, change), pretence));
  const queue = await queueWorkers(url, store, keeper, { lease, onEvent: (event) => events.push(event) });
  const study = begin(queue.onChange, change);
  return {
    ...{ store, keeper, queue, study, events },
    run: async (trials: number) => {
      const ended = await drive(study, { workers: queue.workers, saved: queue.saved, budget: { trials } });
      await queue.close();
      await keeper.close('finished');
      return ended;
    },
  };
}

const complete = (all: readonly { readonly number: number; readonly state: string }[], count: number) =>
  expect(all.map(({ number, state }) => `${number} ${state}`)).toEqual(times(count, (i) => `${i} complete`));

describe.skipIf(typeof server === 'string')('trials over PostgreSQL', () => {
  test('of 1,000 trials none is lost and none ends twice, though workers are killed all the time', async () => {
    const url = await fresh();
    const { store, study, run, events } = await studied(url, { pause: 4 });
    const outcomes = await watchOutcomes(store);
    const workers = times(3, () => worker(url, 4));
    const everybody = [...workers];
    const over = { yes: false };
    const chaos = (async () => {
      for (let turn = 0; !over.yes; turn++) {
        await wait(800 + 1200 * Math.random());
        const at = turn % workers.length;
        await kill(workers[at]);
        if (!over.yes) everybody.push((workers[at] = worker(url, 4)));
      }
    })();
    const ended = await run(1000);
    over.yes = true;
    await chaos;
    expect(ended.ending).toBe('budget');
    complete(study.trials, 1000);
    const kept = (await studiesIn(store).read('queued'))!;
    complete(kept.record.trials, 1000);
    expect(kept.record.trials).toStrictEqual(study.trials);
    for (const { reports, values } of kept.record.trials)
      expect(reports).toEqual([1, 2, 3].map((step) => ({ step, value: values.x / step })));
    const counts = await outcomes();
    expect([...counts.keys()].sort((a, b) => a - b)).toEqual(times(1000, (i) => i));
    expect([...counts.values()].every((count) => count === 1)).toBe(true);
    expect(everybody.length).toBeGreaterThan(5);
    expect(events.filter(({ kind }) => kind === 'lost').length).toBeGreaterThan(0);
    const begun = everybody.flatMap(({ said }) => said.filter(({ kind }) => kind === 'begun'));
    expect(begun.some(({ resumed }) => resumed)).toBe(true);
    const left = await store.backend.db.selectFrom('jobs').select('number').execute();
    expect(left).toEqual([]);
  });

  test('a study goes on where it was when its process was killed, and what workers did meanwhile counts', async () => {
    const url = await fresh();
    const first = coordinator(url, 300, 5);
    const outcomes = await first.heard('start').then(async () => watchOutcomes(await opened(url)));
    const workers = times(2, () => worker(url, 4));
    await workers[0].heard('ended', 60);
    await kill(first);
    await wait(300);
    const second = coordinator(url, 300, 5);
    const { trials } = await second.heard('start');
    expect(trials).toBeGreaterThan(50);
    expect(await second.heard('done')).toMatchObject({ ended: { ending: 'budget' } });
    complete((await studiesIn(stores[0]).read('queued'))!.record.trials, 300);
    const counts = await outcomes();
    // A trial that was chosen but not yet written down may be carried out again, as another one of the same number.
    expect([...counts.values()].filter((count) => count > 1).length).toBeLessThan(20);
    expect(counts.size).toBe(300);
  });

  test('a study that is interrupted takes its trials back, and goes on where they were', async () => {
    const url = await fresh();
    const { store, keeper, queue, study } = await studied(url, { pause: 300, keep: true });
    const busy = worker(url, 2);
    const stop = new AbortController();
    const driving = drive(study, { ...queue, budget: { trials: 6 }, signal: stop.signal });
    await vi.waitUntil(() => study.trials.some(({ reports }) => reports.length === 2), { timeout: 10_000 });
    stop.abort();
    expect((await driving).ending).toBe('interrupted');
    await queue.close();
    await keeper.close('interrupted');
    await busy.heard('left');
    expect(busy.said.some(({ kind }) => kind === 'ended')).toBe(false);
    const studies = studiesIn(store);
    const again = await studies.open('queued');
    const second = await queueWorkers(url, store, again, { lease });
    const resumed = new Study((await studies.read('queued'))!.record as StudyRecord, second.onChange);
    await drive(resumed, { ...second, budget: { trials: 6 } });
    complete(resumed.trials, 6);
    expect(busy.said.some(({ kind, resumed }) => kind === 'begun' && resumed)).toBe(true);
    // A finalist is no trial of the study: it has a number of its own, and nobody looks at its reports.
    const job = { number: 1_000_000, attempt: 1, values: { x: 0.5 }, seed: 3, length: 1 };
    const tried = await second.workers[0].run(job, { signal: new AbortController().signal });
    expect(tried).toMatchObject({ state: 'complete', results: [0.5], outputs: Float32Array.of(0.5, Number.NaN) });
    await second.close();
    await again.close('finished');
    expect((await studies.read('queued'))!.record.trials).toStrictEqual(resumed.trials);
  });

  test('a worker that was stopped, and wakes up when another one has its trial, changes nothing', async () => {
    const url = await fresh();
    const { store, study, run } = await studied(url, { pause: 400 });
    const outcomes = await watchOutcomes(store);
    const zombie = worker(url, 1);
    const running = run(2);
    await vi.waitUntil(() => study.trials[0]?.reports.length === 1, { timeout: 10_000 });
    zombie.child.kill('SIGSTOP');
    const other = worker(url, 1);
    await other.heard('begun');
    await vi.waitUntil(() => other.said.some((one) => one.kind === 'begun' && one.number === 0), { timeout: 10_000 });
    zombie.child.kill('SIGCONT');
    await zombie.heard('taken');
    await running;
    complete(study.trials, 2);
    expect(await outcomes()).toEqual(
      new Map([
        [0, 1],
        [1, 1],
      ]),
    );
    expect(zombie.said.filter(({ kind, number }) => kind === 'ended' && number === 0)).toEqual([]);
    expect(other.said.find(({ kind, number }) => kind === 'begun' && number === 0)).toMatchObject({ resumed: true });
  });

  test('a claim that was taken away writes nothing: no report, no checkpoint, no outcome', async () => {
    const store = await opened(await fresh());
    const keeper = await studiesIn(store).create('queued', factsOf(begin(undefined), { pause: 0 }));
    const jobs = jobsOf(store, 'queued', 500);
    await jobs.offer(0, 1, { a: 1 });
    // As where the answer to the first one is lost with its connection.
    const unheard = (await jobs.claim(0, 'old'))!;
    const old = (await jobs.claim(0, 'old'))!;
    expect(old.claim).toBeGreaterThan(unheard.claim);
    expect(await jobs.claim(0, 'eager')).toBeUndefined();
    await wait(600);
    const next = (await jobs.claim(0, 'new'))!;
    expect(next.claim).toBeGreaterThan(old.claim);
    expect(await jobs.report(old, { step: 1, value: Number.NaN })).toBe(false);
    expect(await jobs.save(old, new Uint8Array([1]))).toBe(false);
    expect(await jobs.finish(old, { state: 'complete' })).toBe(false);
    expect(await jobs.renew('old', [0])).toEqual([]);
    expect((await jobs.watch()).reports).toEqual([]);
    expect(await keeper.saved.read(0)).toBeUndefined();
    expect(await jobs.report(next, { step: 1, value: Number.NaN })).toBe(true);
    expect(await jobs.save(next, new Uint8Array([2]))).toBe(true);
    expect((await jobs.watch()).reports).toEqual([{ number: 0, claim: next.claim, step: 1, value: Number.NaN }]);
    expect(await jobs.finish(next, { state: 'complete', results: [Number.NEGATIVE_INFINITY] })).toBe(true);
    expect(await jobs.finish(next, { state: 'failed' })).toBe(false);
    expect((await jobs.watch()).states[0].outcome).toEqual({ state: 'complete', results: [Number.NEGATIVE_INFINITY] });
    await wait(600);
    expect(await jobs.lapsed()).toEqual([]);
    // Another task of the same number begins anew; the same one keeps what was done.
    await jobs.offer(0, 1, { a: 1 });
    expect((await jobs.watch()).states[0].outcome).toBeDefined();
    await jobs.offer(0, 1, { a: 2 });
    expect((await jobs.watch()).states[0]).toEqual({ number: 0, claim: next.claim + 1, tries: 0 });
    expect(await keeper.saved.read(0)).toBeUndefined();
    await jobs.withdraw(0);
    expect(await jobs.claim(0, 'late')).toBeUndefined();
    await wait(600);
    expect(await jobs.claim(0, 'late')).toBeUndefined();
    expect(await jobs.lapsed()).toEqual([]);
    await jobs.offer(0, 1, { a: 2 });
    expect(await jobs.claim(0, 'late')).toMatchObject({ task: { a: 2 } });
    await keeper.close('finished');
  });

  test('what the study prunes ends at that step on the other machine', async () => {
    const url = await fresh();
    const pruner = {
      kind: 'median',
      options: { startup: 5, warmup: 0, interval: 1, least: 1 },
    } as const;
    const { study, run } = await studied(url, { pause: 0, folds: true }, { pruner });
    worker(url, 2);
    await run(40);
    const pruned = study.trials.filter(({ state }) => state === 'pruned');
    expect(pruned.length).toBeGreaterThan(3);
    for (const { reports, why } of pruned) expect(why).toBe(`pruned after fold ${reports.length}`);
    expect(study.trials.filter(({ state }) => state === 'failed')).toEqual([]);
  });

  test('a worker of another version is refused, with both versions', async () => {
    const url = await fresh();
    const { keeper, queue } = await studied(url, { pause: 0 });
    const strange = start('queueWorker.ts', url, '9.9.9', 1, 'queued');
    const { message } = await strange.heard('error');
    expect(message).toMatch(/the study "queued" was begun by another version.*Wellfit 1\.2\.3.*Wellfit 9\.9\.9/s);
    const unasked = start('queueWorker.ts', url, '9.9.9', 1);
    expect((await unasked.heard('waiting')).words).toContain('another version');
    await queue.close();
    await keeper.close('finished');
  });

  test('a worker that is asked to leave gives its trials back, and the study does not wait for a lease', async () => {
    const url = await fresh();
    const { study, run } = await studied(url, { pause: 150 });
    const leaving = worker(url, 2, 'queued');
    const running = run(8);
    await leaving.heard('begun', 2);
    leaving.child.kill('SIGTERM');
    await leaving.heard('end');
    const staying = worker(url, 2, 'queued');
    await running;
    complete(study.trials, 8);
    await staying.heard('end');
  });

  test('connections that break in the middle are made again', async () => {
    const url = await fresh();
    const { store, study, run } = await studied(url, { pause: 5 });
    worker(url, 4);
    const running = run(200);
    for (let turn = 1; turn <= 3; turn++) {
      await vi.waitUntil(() => study.trials.length > 40 * turn, { timeout: 20_000 });
      await sql`select pg_terminate_backend(pid) from pg_stat_activity
        where datname = current_database() and pid <> pg_backend_pid()`.execute(store.backend.db);
    }
    await running;
    complete(study.trials, 200);
  });

  test('a server that is not there is waited for, and then named', async () => {
    const { serve } = await import('../../src/search/queue/index.ts');
    const events: string[] = [];
    const error = await serve('postgres://me:secret@localhost:1/lab', {
      ...{ version, parallel: 1, patience: 1200, run: () => [] },
      onEvent: (event) => events.push(event.kind),
    }).catch((error: Error) => error);
    expect(events).toEqual(['trouble']);
    expect(error).toMatchObject({ name: 'WellfitError', kind: 'file' });
    expect((error as Error).message).not.toContain('secret');
  });
});
