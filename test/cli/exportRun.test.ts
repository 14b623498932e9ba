import { existsSync } from 'node:fs';
import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { openRun, openStore } from '../../src/runs/store/index.ts';
import { decodeEventFile } from '../runs/tfevents.ts';
import { expectRefusal, type Finished, folderWith, jsonOf, stackTrace, wellfit } from './support.ts';

interface Shown {
  readonly run: { readonly name: string };
  readonly record: {
    readonly members: readonly {
      readonly updates: { readonly loss: readonly number[]; readonly lr: readonly number[] };
      readonly epochs: readonly { readonly validation: { readonly loss: number } }[];
      readonly signals: readonly {
        readonly update: number;
        readonly parameters: Readonly<Record<string, { readonly values: { readonly counts: readonly number[] } }>>;
      }[];
    }[];
  };
}

let project: string;
/** What "wellfit show --json" has of the run. */
let shown: Shown;
const exported = (...args: string[]): Promise<Finished> => wellfit(project, 'export', ...args);

beforeAll(async () => {
  project = await folderWith();
  const training = 'train --dataset iris --epochs 3 --set ensemble.members=2 --out flowers';
  const { code } = await wellfit(project, ...training.split(' '));
  expect(code).toBe(0);
  shown = jsonOf(await wellfit(project, 'show', 'flowers', '--json'));
  const store = await openStore(join(project, '.wellfit', 'store.sqlite'));
  const empty = await openRun(store, { name: 'empty', folder: join(project, 'empty'), dataset: 'iris' }, () => {});
  await empty.finish('failed');
  await store.close();
});

describe('a recorded run', () => {
  test('as a folder for TensorBoard, with a folder for each network', async () => {
    const done = await exported('flowers', '--format', 'tensorboard', '--out', 'boards');
    expect(done.stderr).toBe('');
    expect(done.stdout).toMatch(
      /^boards: [\d,]+ bytes, [\d,]+ numbers of 2 networks\nlook at it with: tensorboard --logdir boards\n$/,
    );
    expect((await readdir(join(project, 'boards'))).sort()).toEqual(['member-1', 'member-2']);
    const folder = join(project, 'boards', 'member-2');
    const [file, ...more] = await readdir(folder);
    expect(file).toMatch(/^events\.out\.tfevents\.\d{10}\.wellfit$/);
    expect(more).toEqual([]);
    const events = decodeEventFile(await readFile(join(folder, file)));
    const { updates, epochs, signals } = shown.record.members[1];
    const numbers = (name: string) => events.filter(({ tag }) => tag === name).map(({ number }) => number);
    expect(numbers('loss/batch')).toEqual(updates.loss.map(Math.fround));
    expect(numbers('lr')).toEqual(updates.lr.map(Math.fround));
    expect(numbers('loss/validation')).toEqual(epochs.map(({ validation }) => Math.fround(validation.loss)));
    const histograms = events.filter(({ tag }) => tag === 'weight/dense1.weight');
    expect(histograms.map(({ step, histogram }) => [step, histogram?.counts])).toEqual(
      signals.map(({ update, parameters }) => [update, parameters['dense1.weight'].values.counts]),
    );
  });

  test('as CSV, with the file that it goes to by its name', async () => {
    const done = jsonOf(await exported('flowers', '--format', 'csv', '--json'));
    const text = await readFile(join(project, 'flowers.csv'), 'utf8');
    expect(done).toMatchObject({ run: shown.run.name, format: 'csv', out: 'flowers.csv', bytes: text.length });
    const [head, ...rows] = text.trimEnd().split('\r\n');
    expect(head).toBe('network,series,update,epoch,value');
    const { updates } = shown.record.members[0];
    const losses = rows
      .map((row) => row.split(','))
      .filter(([network, series]) => network === 'member-1' && series === 'loss/batch');
    expect(losses.map((row) => Number(row[4]))).toEqual(updates.loss);
    expect(new Set(losses.map((row) => row[3]))).toEqual(new Set(['1', '2', '3']));
  });

  test('as JSON, with all that is known of it', async () => {
    await exported('flowers', '--format', 'json', '--out', 'all.json');
    expect(JSON.parse(await readFile(join(project, 'all.json'), 'utf8'))).toEqual(shown);
  });
});

describe('is refused, and nothing is left behind:', () => {
  test('a run without a number', async () => {
    for (const format of ['tensorboard', 'json']) {
      const { code, stderr } = await exported('empty', '--format', format);
      expect(stderr).toContain('the run empty recorded no numbers');
      expect(stderr).toContain('wellfit show empty');
      expect(stderr).not.toMatch(stackTrace);
      expect(code).toBe(1);
    }
    expect((await readdir(project)).filter((name) => name.startsWith('empty'))).toEqual([]);
  });

  test('an output that is there, which stays as it is', async () => {
    await writeFile(join(project, 'mine.csv'), 'mine');
    for (const format of ['tensorboard', 'csv']) {
      const { code, stderr } = await exported('flowers', '--format', format, '--out', 'mine.csv');
      expect(stderr).toContain('mine.csv is there already');
      expect(stderr).not.toMatch(stackTrace);
      expect(code).toBe(1);
    }
    expect(await readFile(join(project, 'mine.csv'), 'utf8')).toBe('mine');
  });

  test('an unknown format, an unknown run, a folder that is not there, no store', async () => {
    expectRefusal(await exported('flowers', '--format', 'tensorbord'), 'did you mean "tensorboard"?', 'csv, json');
    expectRefusal(await exported('flower5', '--format', 'csv'), 'there is no run "flower5" in the run store');
    const { stderr } = await exported('flowers', '--format', 'csv', '--out', 'nowhere/a.csv');
    expect(stderr).toContain('the folder of --out is not there: nowhere');
    expect(existsSync(join(project, 'nowhere'))).toBe(false);
    expectRefusal(await wellfit(await folderWith(), 'export', 'last', '--format', 'csv'), 'there is no run store');
  });
});
