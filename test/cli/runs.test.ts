import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import type { Io } from '../../src/cli/command.ts';
import { openRecorder } from '../../src/cli/recorder.ts';
import type { TrainEvent } from '../../src/train/index.ts';
import { expectRefusal, folderWith, jsonOf, wellfit } from './support.ts';

function listener() {
  const said: string[] = [];
  const io: Io = {
    json: false,
    version: '0',
    live: false,
    say: (line) => said.push(line),
    redraw: () => {},
    result: () => {},
    signal: new AbortController().signal,
  };
  return { io, said };
}

interface Told {
  readonly lr: number;
  readonly losses: readonly number[];
  readonly more?: readonly object[];
}

/** Records a run as a training tells of it. */
async function record(project: string, name: string, { lr, losses, more = [] }: Told) {
  const { io, said } = listener();
  const store = join(project, '.wellfit', 'store.sqlite');
  const folder = join(project, '.wellfit', 'runs', name);
  const recorder = await openRecorder({ store, name, folder, dataset: 'digits' }, io);
  const settings = {
    metric: 'accuracy',
    optimizer: { adam: { lr } },
    model: [{ dense: { units: 16 } }, 'relu'],
    seed: 0,
  };
  const events = [
    { kind: 'fit', step: 'standardize', done: 1 },
    {
      ...{ kind: 'start', settings, notes: ['the classes are unbalanced'], parameters: 1234 },
      chosen: [{ setting: 'optimizer', value: 'adam', why: 'needs the least tuning' }],
      rows: { train: 1438, validation: 180, test: 179 },
    },
    { kind: 'progress', epoch: 1, update: 1, loss: 1 },
    ...losses.map((loss, i) => ({
      kind: 'epoch',
      record: { epoch: i + 1, train: { loss, metric: 0.5 }, validation: { loss: 2 * loss, metric: 0.75 }, seconds: 1 },
      best: i === losses.length - 1,
    })),
    ...more,
    { kind: 'end', stopped: { ending: 'epochs', words: 'all epochs are done' }, epochs: losses.length },
  ];
  for (const event of events) recorder.onEvent(event as unknown as TrainEvent);
  recorder.log('a line of the log');
  await recorder.finish('finished', { test: { loss: 0.125, metric: 0.9 } });
  expect(said).toEqual([]);
}

const finding = {
  rule: 'deadUnits',
  severity: 'warning',
  layer: 'dense1',
  since: 40,
  saw: 'half of the outputs are zero',
  why: 'the learning rate is high',
  try: ['lower the learning rate'],
  proved: {
    ...{ change: 'biases -> 0', measure: 'R²', without: 0.1, with: 0.9 },
    ...{ better: 2, seeds: 2, errors: 9, epochs: 3 },
  },
  rootCause: true,
};
const layer = { mean: 0.5, deviation: 1, zeros: 0.5, silent: 0.25, saturated: Number.NaN, gradient: 1e-5 };
const more = [
  { kind: 'updates', first: 1, loss: [3, Number.NaN, 0.01], lr: [0.1, 0.05, 0.01] },
  {
    kind: 'signals',
    signals: {
      update: 3,
      loss: 1,
      penalties: {},
      layers: { dense1: layer },
      parameters: { 'dense1/weights': { weight: 1, gradient: 2, update: 3, ratio: Number.POSITIVE_INFINITY } },
    },
  },
  { kind: 'finding', finding },
];

let project: string;
beforeAll(async () => {
  project = await folderWith();
  await record(project, 'first', { lr: 0.001, losses: [2, 1, 0.5] });
  await record(project, 'second', { lr: 0.01, losses: [2, Number.NaN], more });
});

describe('wellfit runs', () => {
  test('lists the runs, newest first', async () => {
    const { code, stdout, stderr } = await wellfit(project, 'runs');
    expect(stderr).toBe('');
    expect(code).toBe(0);
    const [head, second, first, ...rest] = stdout.trimEnd().split('\n');
    expect(head).toMatch(/^run +data +state +epochs +valid. loss +valid. +time +findings$/);
    expect(second).toMatch(/^second +digits +finished +2 +NaN +75.00 % +accuracy +\d+ ms +1 \(warning\)$/);
    expect(first).toMatch(/^first +digits +finished +3 +1.000 +75.00 % +accuracy +\d+ ms$/);
    expect(rest).toEqual([]);
  });

  test('as JSON, as many as asked for, of the store that is named', async () => {
    const elsewhere = await folderWith();
    const store = join(project, '.wellfit', 'store.sqlite');
    const { store: place, runs } = jsonOf(await wellfit(elsewhere, 'runs', '--json', '--limit', '1', '--store', store));
    expect(place).toBe(store);
    expect(runs).toMatchObject([
      {
        name: 'second',
        state: 'finished',
        best: { loss: 'NaN', metric: 0.75 },
        findings: { deadUnits: 'warning' },
        lost: 0,
      },
    ]);
  });

  test('says how to begin where there is no run', async () => {
    const { code, stdout } = await wellfit(await folderWith(), 'runs');
    expect(stdout).toBe('no run is recorded yet; start one: wellfit train --dataset digits\n');
    expect(code).toBe(0);
  });

  test('refuses a file that is no store', async () => {
    const folder = await folderWith({ 'notes.txt': 'these are my notes, and no database at all' });
    const { code, stderr } = await wellfit(folder, 'runs', '--store', 'notes.txt');
    expect(stderr).toContain('the run store notes.txt cannot be used');
    expect(stderr).toContain('the file is no SQLite database');
    expect(code).toBe(1);
  });
});

describe('wellfit show', () => {
  test('tells all of a run', async () => {
    const { code, stdout, stderr } = await wellfit(project, 'show', 'last');
    expect(stderr).toBe('');
    expect(code).toBe(0);
    for (const part of [
      /^second: digits, finished, \d+ ms, begun \d{4}-\d\d-\d\d \d\d:\d\d UTC$/m,
      '  1,438 rows to train on, 180 for validation, 179 for the test; 1,234 parameters\n',
      '  optimizer = adam  (needs the least tuning)\n',
      'note: the classes are unbalanced\n',
      'all epochs are done; best epoch 2: validation accuracy 75.00 %, loss NaN\n',
      'test: accuracy 90.00 %, loss 0.1250\n',
      'loss: ⠶ train  o validation\n',
      '  2 of 4 values are not finite\n',
      'accuracy: ⠶ train  o validation\n',
      'learning rate\n',
      'signals after update 3\n',
      /^dense1 +0\.500 +1\.00 +50 % +25 % +NaN +1\.0e-5$/m,
      /^dense1\/weights +1\.00 +2\.00 +3\.00 +Infinity$/m,
      'warning, the cause: deadUnits ("dense1", since update 40)\n',
      '  saw: half of the outputs are zero\n  why: the learning rate is high\n  try: lower the learning rate\n',
      'a line of the log\n',
    ])
      expect(stdout).toMatch(typeof part === 'string' ? new RegExp(part.replace(/[().]/g, '\\$&')) : part);
    expect(Math.max(...stdout.split('\n').map((line) => line.length))).toBeLessThan(100);
  });

  test('as JSON, the whole record, with every NaN', async () => {
    const { run, record } = jsonOf(await wellfit(project, 'show', 'second', '--json'));
    expect(run).toMatchObject({ name: 'second', state: 'finished', results: { test: { metric: 0.9 } } });
    expect(record.members[0].updates).toEqual({ update: [1, 2, 3], loss: [3, 'NaN', 0.01], lr: [0.1, 0.05, 0.01] });
    expect(record.members[0].signals[0].parameters['dense1/weights'].ratio).toBe('Infinity');
    expect(record.findings).toMatchObject([{ ...finding, update: 3 }]);
  });

  test('finds a run by the beginning of its name, and by its folder', async () => {
    expect(jsonOf(await wellfit(project, 'show', 'fi', '--json')).run.name).toBe('first');
    expect(jsonOf(await wellfit(project, 'show', '.wellfit/runs/first/', '--json')).run.name).toBe('first');
  });

  test('refuses a run that is not there, and says which are', async () => {
    expectRefusal(await wellfit(project, 'show', 'secnd'), 'there is no run "secnd"', 'did you mean "second"?');
    expectRefusal(await wellfit(await folderWith(), 'show', 'last'), 'there is no run store', 'wellfit train');
  });
});

describe('wellfit compare', () => {
  test('shows what differs and how the runs went', async () => {
    const { code, stdout } = await wellfit(project, 'compare', 'first', 'second');
    expect(code).toBe(0);
    expect(stdout).toContain('run 1: first (digits)\nrun 2: second (digits)\n');
    expect(stdout).toMatch(/^setting +run 1 +run 2\noptimizer\.adam\.lr +0\.001 +0\.01\n\n/m);
    expect(stdout).toMatch(/^best validation loss +1\.000 +NaN$/m);
    expect(stdout).toMatch(/^best validation +75\.00 % accuracy +75\.00 % accuracy$/m);
    expect(stdout).toMatch(/^test loss +0\.1250 +0\.1250$/m);
    expect(stdout).toContain('validation loss: ⠶ run 1  o run 2\n');
  });

  test('as JSON', async () => {
    const { runs, differences } = jsonOf(await wellfit(project, 'compare', 'first', 'second', '--json'));
    expect(runs.map(({ name }: { name: string }) => name)).toEqual(['first', 'second']);
    expect(differences).toEqual([{ path: 'optimizer.adam.lr', values: [0.001, 0.01] }]);
  });

  test('needs two different runs', async () => {
    expectRefusal(await wellfit(project, 'compare', 'first'), 'compare needs different runs', 'one run');
    expectRefusal(await wellfit(project, 'compare', 'first', 'fir'), '"first" twice');
  });
});

describe('the recorder', () => {
  test('says once that a store cannot be used, and does nothing after', async () => {
    const folder = await folderWith();
    await mkdir(join(folder, 'store.sqlite'));
    const { io, said } = listener();
    const facts = { name: 'r', folder, dataset: 'digits' };
    const recorder = await openRecorder({ ...facts, store: join(folder, 'store.sqlite') }, io);
    recorder.log('nothing');
    await recorder.finish('finished');
    expect(said).toEqual([
      expect.stringMatching(/^note: the run store .* cannot be used \(.+\); this run is not recorded$/),
    ]);
  });

  test('goes on with the record of a resumed run', async () => {
    const folder = await folderWith();
    const { io } = listener();
    const facts = { name: 'r', folder: join(folder, 'r'), dataset: 'digits', store: join(folder, 's.sqlite') };
    await (await openRecorder(facts, io)).finish('interrupted');
    await (await openRecorder({ ...facts, resume: true }, io)).finish('finished');
    expect(jsonOf(await wellfit(folder, 'runs', '--json', '--store', 's.sqlite')).runs).toMatchObject([
      { state: 'finished' },
    ]);
  });
});
