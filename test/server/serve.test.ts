import { get as request } from 'node:http';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { Random } from '../../src/base/index.ts';
import { decode } from '../../src/runs/index.ts';
import { openStore, studiesIn } from '../../src/runs/store/index.ts';
import { Study } from '../../src/search/index.ts';
import { type Serving, type StudySource, type StudyWire, serve, studiesAt } from '../../src/server/index.ts';
import { freshFile } from '../runs/support.ts';
import { inMemory, settings, space, studyOf, tryOne } from './support.ts';

vi.setConfig({ testTimeout: 20_000 });

const closing: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close();
});
const served = async (...given: Parameters<typeof inMemory>): Promise<Serving> => {
  const page = await serve({ studies: inMemory(...given), port: 0 });
  closing.push(page.close);
  return page;
};
const floats = (column: string) => new Float32Array(Uint8Array.from(atob(column), (c) => c.charCodeAt(0)).buffer);
const doubles = (column: string) => new Float64Array(Uint8Array.from(atob(column), (c) => c.charCodeAt(0)).buffer);
const read = async <T>(url: string): Promise<T> => decode(await (await fetch(url)).text()) as T;

/** The status of a request that names another host, or uses another method. */
const statusOf = (url: string, options: object): Promise<number> =>
  new Promise((resolve, reject) => {
    request(url, options, (response) => {
      response.resume();
      resolve(response.statusCode!);
    }).on('error', reject);
  });

describe('the data of the page', () => {
  test('studies are listed with what their trials came to', async () => {
    const { url } = await served({ digits: { study: studyOf(40), state: 'finished' } });
    const { studies } = await read<{ studies: object[] }>(`${url}api/studies`);
    expect(studies).toEqual([
      {
        name: 'digits',
        created: 1.7e12,
        state: 'finished',
        objectives: [{ name: 'loss', better: 'lower' }],
        counts: { complete: expect.any(Number), pruned: expect.any(Number), failed: 1 },
        best: expect.any(Number),
      },
    ]);
  });

  test('where higher is better, the best is what people read', async () => {
    const study = Study.begin(settings('a', { objectives: [{ name: 'accuracy', better: 'higher' }] }), space);
    for (const accuracy of [0.4, 0.9, 0.7]) {
      const { number } = study.ask()!;
      study.claim(number);
      study.report(number, { step: 1, value: -accuracy / 2 });
      study.tell(number, { state: 'complete', results: [accuracy] });
    }
    const { url } = await served({ a: { study } });
    expect(await read(`${url}api/studies`)).toMatchObject({ studies: [{ best: 0.9 }] });
    const { trials } = await read<StudyWire>(`${url}api/studies/a`);
    expect(Array.from(doubles(trials.results[0]))).toEqual([0.4, 0.9, 0.7]);
    expect(Array.from(floats(trials.reports.value))).toEqual([0.4, 0.9, 0.7].map((x) => Math.fround(x / 2)));
  });

  test('trials come as columns in which NaN and the infinities stay what they are', async () => {
    const study = studyOf(30);
    const { number } = study.ask()!;
    study.claim(number);
    for (const [i, value] of [Number.NaN, Number.NEGATIVE_INFINITY, 1e300].entries())
      study.report(number, { step: 2 * i + 1, value });
    const { url } = await served({ digits: { study } });
    const { head, trials } = await read<StudyWire>(`${url}api/studies/digits`);
    expect(trials.count).toBe(31);
    const results = doubles(trials.results[0]);
    for (const [i, trial] of study.trials.entries()) expect(results[i]).toBe(trial.results?.[0] ?? Number.NaN);
    expect([results[7], results[11]]).toEqual([Number.NaN, Number.POSITIVE_INFINITY]);
    const [nan, infinite, large] = floats(trials.reports.value).slice(-3);
    expect([nan, infinite]).toEqual([Number.NaN, Number.NEGATIVE_INFINITY]);
    // What is finite stays finite, though float32 cannot hold it.
    expect(large).toBeGreaterThan(3e38);
    expect(large).toBeLessThan(Number.POSITIVE_INFINITY);
    for (const [k, { name }] of head.space.entries())
      expect(Array.from(floats(trials.values[k]))).toEqual(study.trials.map(({ values }) => Math.fround(values[name])));
    expect(trials.why[20]).toBe('the loss is no number');
  });

  test('a trial is shown as the experiment that it was', async () => {
    const study = studyOf(3);
    const { url } = await served({ digits: { study } });
    const { experiment } = await read<{ experiment: Record<string, never> }>(`${url}api/studies/digits/trials/2`);
    const { values } = study.trials[2];
    expect(experiment).toEqual({
      model: [
        { dense: { units: values['model.0.dense.units'] } },
        ['relu', 'elu', 'tanh'][values['model.1']],
        { dropout: { rate: values['model.2.dropout.rate'] } },
      ],
      optimizer: { adam: { lr: values['optimizer.adam.lr'] } },
      regularize: { l2: values['regularize.l2'] },
      batchSize: values.batchSize,
    });
  });

  test('50,000 trials with 500,000 reports come in a few megabytes', async () => {
    const one = studyOf(1).trials[0];
    const trials = Array.from({ length: 50_000 }, (_, number) => ({
      ...one,
      number,
      asked: 2 * number,
      told: 2 * number + 1,
    }));
    const study = new Study({ ...studyOf(1).record, trials, clock: 100_001 });
    const { url } = await served({ big: { study } });
    const began = performance.now();
    const bytes = (await (await fetch(`${url}api/studies/big`)).arrayBuffer()).byteLength;
    expect(bytes).toBeLessThan(10e6);
    expect(performance.now() - began).toBeLessThan(10_000);
  });

  test('what is not there is said in JSON', async () => {
    const { url } = await served({ digits: { study: studyOf(3) } });
    for (const [path, words] of [
      ['api/studies/none', 'there is no study "none"'],
      ['api/studies/toString', 'there is no study "toString"'],
      ['api/studies/digits/trials/3', 'the study "digits" has no trial 3'],
      ['api/studies/digits/trials/x', 'the study "digits" has no trial x'],
      ['api/studies/digits/else', 'there is nothing at /api/studies/digits/else'],
      ['api/else', 'there is nothing at /api/else'],
      ['else.html', 'there is no file /else.html'],
      ['package.json', 'there is no file /package.json'],
      ['web/..%2f..%2fpackage.json', 'there is no file'],
      ['src/%2e%2e/package.json', 'there is no file'],
      ['%ff', 'there is no file /%ff'],
    ]) {
      const response = await fetch(url + path);
      expect([path, response.status]).toEqual([path, 404]);
      expect(((await response.json()) as { error: string }).error).toContain(words);
    }
  });

  test('a store that cannot be read is an answer, not an end', async () => {
    const source = inMemory({ digits: { study: studyOf(3) } });
    let broken = true;
    const page = await serve({
      studies: {
        ...source,
        read: async (name) => (broken ? Promise.reject(new Error('the disk is gone')) : source.read(name)),
      },
      port: 0,
    });
    closing.push(page.close);
    const response = await fetch(`${page.url}api/studies/digits`);
    expect([response.status, await response.json()]).toEqual([500, { error: 'the disk is gone' }]);
    broken = false;
    expect((await fetch(`${page.url}api/studies/digits`)).status).toBe(200);
  });
});

describe('who is answered', () => {
  test('only names of this machine: another site cannot make its own name point here', async () => {
    const { url } = await served({});
    const port = new URL(url).port;
    const status = (host: string) => statusOf(`${url}api/studies`, { headers: { host } });
    for (const host of [`localhost:${port}`, `127.0.0.1:${port}`, `[::1]:${port}`, 'wellfit.localhost'])
      expect([host, await status(host)]).toEqual([host, 200]);
    for (const host of ['evil.example', `localhost.evil.example:${port}`, '127.0.0.1.evil.example'])
      expect([host, await status(host)]).toEqual([host, 403]);
  });

  test('nothing can be written', async () => {
    const { url } = await served({ digits: { study: studyOf(3) } });
    for (const method of ['POST', 'PUT', 'PATCH', 'DELETE'])
      expect([method, (await fetch(`${url}api/studies/digits`, { method })).status]).toEqual([method, 405]);
  });

  test('nobody else may read the answers or frame the page, and it loads nothing from elsewhere', async () => {
    const { url } = await served({});
    const { headers } = await fetch(url, { headers: { origin: 'http://evil.example' } });
    expect(headers.get('access-control-allow-origin')).toBeNull();
    expect(headers.get('content-security-policy')).toContain("default-src 'self'");
    expect(headers.get('content-security-policy')).toContain("frame-ancestors 'none'");
  });

  test('a port that is taken is left to whoever has it', async () => {
    const first = await served({});
    const port = Number(new URL(first.url).port);
    const second = await serve({ studies: inMemory({}), port });
    closing.push(second.close);
    expect(Number(new URL(second.url).port)).toBeGreaterThan(port);
    await expect(serve({ studies: inMemory({}), port: 0, host: '203.0.113.1' })).rejects.toMatchObject({
      name: 'WellfitError',
      message: expect.stringContaining('cannot be served at 203.0.113.1'),
    });
  });
});

describe('what is new', () => {
  /** The events of a study, one after the other. */
  const listen = async (url: string) => {
    const gone = new AbortController();
    closing.push(async () => gone.abort());
    const reader = (await fetch(url, { signal: gone.signal })).body!.pipeThrough(new TextDecoderStream()).getReader();
    let text = '';
    return async (): Promise<StudyWire> => {
      for (;;) {
        const end = text.indexOf('\n\n');
        const part = text.slice(0, end);
        if (end >= 0) text = text.slice(end + 2);
        const data = end >= 0 && /^data: (.*)$/m.exec(part);
        if (data) return decode(data[1]) as StudyWire;
        if (end < 0) text += (await reader.read()).value;
      }
    };
  };

  test('comes by itself: a trial asked, its reports, its end, and nothing that is known', async () => {
    const study = studyOf(20);
    const { url } = await served({ digits: { study } });
    const { head } = await read<StudyWire>(`${url}api/studies/digits`);
    const next = await listen(`${url}api/studies/digits/events?since=${head.clock}`);
    expect((await next()).trials.count).toBe(0);
    const { number } = study.ask()!;
    study.claim(number, 'worker 9');
    study.report(number, { step: 1, value: 0.5 });
    const started = await next();
    expect([started.trials.count, started.trials.workers]).toEqual([1, ['worker 9']]);
    expect(Array.from(floats(started.trials.reports.value))).toEqual([0.5]);
    study.report(number, { step: 2, value: 0.25 });
    expect(Array.from(floats((await next()).trials.reports.value))).toEqual([0.5, 0.25]);
    study.tell(number, { state: 'complete', results: [0.25] });
    const told = await next();
    expect(Array.from(doubles(told.trials.results[0]))).toEqual([0.25]);
    expect(told.head.clock).toBe(head.clock + 2);
  });

  test('whoever was away gets what was told meanwhile', async () => {
    const study = studyOf(20);
    const { url } = await served({ digits: { study } });
    const { head } = await read<StudyWire>(`${url}api/studies/digits`);
    const random = new Random(5);
    for (let i = 0; i < 3; i++) tryOne(study, random);
    await new Promise((resolve) => setTimeout(resolve, 500));
    expect((await (await listen(`${url}api/studies/digits/events?since=${head.clock}`))()).trials.count).toBe(3);
    expect((await (await listen(`${url}api/studies/digits/events?since=0`))()).trials.count).toBe(23);
  });
});

test('what is known is not read again', async () => {
  const study = studyOf(40);
  const { number } = study.ask()!;
  study.claim(number);
  const asked: unknown[] = [];
  const source = inMemory({ digits: { study } });
  const studies: StudySource = {
    ...source,
    async read(name, rest = { from: 0, again: [] }) {
      asked.push(rest);
      const kept = (await source.read(name))!;
      const trials = kept.record.trials.filter((one) => one.number >= rest.from || rest.again.includes(one.number));
      return { ...kept, record: { ...kept.record, trials } };
    },
  };
  const page = await serve({ studies, port: 0 });
  closing.push(page.close);
  const first = await read<StudyWire>(`${page.url}api/studies/digits`);
  study.tell(number, { state: 'complete', results: [0.001] });
  tryOne(study, new Random(1));
  await new Promise((resolve) => setTimeout(resolve, 1000));
  const { head, trials } = await read<StudyWire>(`${page.url}api/studies/digits`);
  expect(asked).toEqual([
    { from: 0, again: [] },
    { from: 41, again: [40] },
  ]);
  expect([first.trials.count, trials.count, doubles(trials.results[0])[40]]).toEqual([41, 42, 0.001]);
  expect(head.clock).toBe(study.record.clock);
});

describe('over a store', () => {
  test('a store that is not there yet is waited for, and shows what is kept in it', async () => {
    const place = await freshFile();
    const studies = studiesAt(place);
    closing.push(studies.close);
    const page = await serve({ studies, port: 0 });
    closing.push(page.close);
    expect(await read(`${page.url}api/studies`)).toEqual({ studies: [] });
    const store = await openStore(place);
    closing.push(store.close);
    const study = studyOf(25, 'kept');
    const { record } = study;
    const keeper = await studiesIn(store).create('kept', {
      version: '1.2.3',
      settings: record.settings,
      stages: record.stages,
      plan: { budget: { trials: 25 } },
      setup: { template: { lr: 0.1 } },
    });
    for (const trial of record.trials) {
      keeper.change({ kind: 'asked', trial: { ...trial, state: 'running' } });
      for (const report of trial.reports) keeper.change({ kind: 'reported', number: trial.number, attempt: 1, report });
      keeper.change({ kind: 'told', trial });
    }
    await keeper.close('finished');
    expect(await read(`${page.url}api/studies`)).toMatchObject({ studies: [{ name: 'kept', state: 'finished' }] });
    const { head, trials } = await read<StudyWire>(`${page.url}api/studies/kept`);
    expect(head).toMatchObject({ name: 'kept', state: 'finished', budget: { trials: 25 } });
    expect(trials.count).toBe(25);
    expect(doubles(trials.results[0])[7]).toBeNaN();
    expect(await read(`${page.url}api/studies/kept/trials/0`)).toMatchObject({ experiment: { lr: 0.1 } });
  });

  test('closing ends those who listen', async () => {
    const page = await serve({ studies: inMemory({ digits: { study: studyOf(3) } }), port: 0 });
    const response = await fetch(`${page.url}api/studies/digits/events?since=0`);
    await page.close();
    await expect(response.text()).rejects.toThrow();
  });
});
