import { existsSync } from 'node:fs';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { folderWith, start } from './support.ts';

/** A search of a few seconds. */
const small = {
  data: { dataset: 'iris' },
  model: [{ dense: { units: { int: [4, 32] } } }, 'relu', { dense: { units: 3 } }],
  optimizer: { adam: { lr: { log: [1e-4, 1] } } },
  epochs: 8,
};
const quick = ['--workers', '1', '--finalists', '1', '--final-seeds', '2'];
const run = (cwd: string, args: readonly string[], seconds = 40) => start(cwd, args, seconds).finished;
const parsed = (text: string) => JSON.parse(text) as Record<string, never>;

describe('wellfit search', () => {
  test('finds, trains again, and leaves a model, the experiment of the winner and the whole result', async () => {
    const cwd = await folderWith({ 'e.json': JSON.stringify(small) });
    const { code, stdout, stderr } = await run(cwd, [
      'search',
      'e.json',
      '--trials',
      '8',
      '--name',
      'one',
      '--json',
      ...quick,
    ]);
    expect([code, stderr]).toEqual([
      0,
      expect.stringContaining('study one: 2 settings, at most 8 trials, on 1 worker'),
    ]);
    const result = parsed(stdout) as unknown as {
      trials: { number: number; state: string; settings: object; value: number; updates: number; seconds: number }[];
      winner: { mean: number; standardError: number; again: number[] };
      best: { number: number };
      test: { metric: number };
      importances: object[];
      warnings: object[];
      files: Record<string, string>;
    };
    expect(result.trials.map(({ number }) => number)).toEqual([0, 1, 2, 3, 4, 5, 6, 7]);
    const done = result.trials.filter(({ state }) => state === 'complete');
    expect(done.length).toBeGreaterThan(2);
    expect(Object.keys(done[0].settings)).toEqual(['model.0.dense.units', 'optimizer.adam.lr']);
    expect(result.winner.again).toHaveLength(2);
    expect(result.test.metric).toBeGreaterThan(0.5);
    const winner = parsed(await readFile(join(cwd, result.files.experiment), 'utf8')) as unknown as typeof small;
    expect(typeof winner.optimizer.adam.lr).toBe('number');
    expect(existsSync(join(cwd, result.files.model))).toBe(true);
    const again = await run(cwd, ['train', result.files.experiment, '--json']);
    expect(again.code).toBe(0);
    const listed = parsed((await run(cwd, ['studies', '--json'])).stdout) as unknown as {
      studies: { name: string; state: string }[];
    };
    expect(listed.studies).toMatchObject([{ name: 'one', state: 'finished' }]);
  });

  test('is told to stop, goes on where it was, and every suggestion can be made again', async () => {
    const cwd = await folderWith({ 'e.json': JSON.stringify({ ...small, epochs: 40 }) });
    const args = [
      'search',
      'e.json',
      '--trials',
      '14',
      '--name',
      'two',
      '--workers',
      '2',
      '--no-final',
      '--pruner',
      'none',
    ];
    const first = start(cwd, args, 60);
    await first.until(/trial \d+: accuracy/);
    first.child.kill('SIGINT');
    const { code, stdout, stderr } = await first.finished;
    expect([code, stdout + stderr]).toEqual([130, expect.stringContaining('wellfit search --resume two')]);
    const { code: over, stdout: text } = await run(cwd, ['search', '--resume', 'two', '--no-final', '--json'], 60);
    expect(over).toBe(0);
    const { trials } = parsed(text) as unknown as { trials: { number: number; state: string }[] };
    expect(trials.map(({ number, state }) => [number, state])).toEqual(
      Array.from({ length: 14 }, (_, i) => [i, 'complete']),
    );
    for (const number of ['0', '13']) {
      const { code: same, stdout: said } = await run(cwd, ['replay', 'two', number]);
      expect([same, said]).toEqual([0, expect.stringContaining('the suggestion is the same, to the bit')]);
    }
  }, 120_000);

  test('a killed search loses at most what was under way', async () => {
    const cwd = await folderWith({ 'e.json': JSON.stringify({ ...small, epochs: 40 }) });
    const first = start(
      cwd,
      ['search', 'e.json', '--trials', '12', '--name', 'three', '--workers', '2', '--no-final'],
      60,
    );
    await first.until(/trial \d+: accuracy/);
    first.child.kill('SIGKILL');
    await first.finished;
    const { code, stdout, stderr } = await run(cwd, ['search', '--resume', 'three', '--no-final', '--json'], 60);
    expect([code, stderr]).toEqual([0, expect.any(String)]);
    const { trials } = parsed(stdout) as unknown as { trials: { number: number; state: string }[] };
    expect(trials.map(({ number }) => number)).toEqual(Array.from({ length: 12 }, (_, i) => i));
    expect(trials.every(({ state }) => state === 'complete' || state === 'pruned')).toBe(true);
  }, 120_000);

  test('the best at the end of a range is told, and --extend goes on beyond it', async () => {
    const narrow = {
      ...small,
      model: [{ dense: { units: 3, init: 'zeros' } }],
      epochs: 30,
      optimizer: { sgd: { lr: { log: [1e-4, 3e-2] } } },
    };
    const cwd = await folderWith({ 'e.json': JSON.stringify(narrow) });
    const search = ['--trials', '24', '--workers', '1', '--no-final', '--pruner', 'none', '--objective', 'loss'];
    const first = await run(cwd, ['search', 'e.json', '--name', 'four', '--sampler', 'gp', ...search], 60);
    expect(first.stdout).toMatch(/warning: .*optimizer\.sgd\.lr at the upper end/);
    const { stdout } = await run(
      cwd,
      ['search', '--resume', 'four', '--extend', '--trials', '40', '--workers', '1', '--no-final', '--json'],
      60,
    );
    const { trials } = parsed(stdout) as unknown as { trials: { settings: Record<string, number>; stage: number }[] };
    expect(trials).toHaveLength(40);
    const later = trials.filter(({ stage }) => stage === 1).map(({ settings }) => settings['optimizer.sgd.lr']);
    expect(later).toHaveLength(16);
    expect(Math.max(...later)).toBeGreaterThan(3e-2);
  }, 120_000);

  test('what cannot be searched is refused in words, and leaves nothing behind', async () => {
    const cwd = await folderWith({
      'log.json': JSON.stringify({ ...small, optimizer: { adam: { lr: { log: [0, 1] } } } }),
      'odd.json': JSON.stringify({ ...small, batchSize: { choice: [16, -1, 32] } }),
    });
    for (const [args, words] of [
      [['log.json'], /optimizer\.adam\.lr: a logarithmic range must begin above 0[\s\S]*Fix/],
      [['odd.json'], /batchSize/],
      [['--dataset', 'iris', '--trials', '0'], /--trials must be above 0/],
      [['--dataset', 'iris', '--time', 'soon'], /--time must be a duration[\s\S]*90s, 5m or 2h/],
      [['--dataset', 'iris', '--sampler', 'tpi'], /unknown sampler "tpi"[\s\S]*did you mean "tpe"/],
      [['--dataset', 'iris', '--sampler', 'cmaes'], /cannot search ranges that exist only beside certain choices/],
      [['--dataset', 'iris', '--pruner', '{"asha":{"rate":3}}'], /unknown option "rate"/],
      [['--dataset', 'iris', '--objective', 'beauty'], /unknown objective "beauty"/],
      [['--resume', 'nobody'], /there is no study "nobody"/],
      [['--dataset', 'iris', '--resume', 'nobody'], /settings it began with/],
      [['--dataset', 'iris', '--extend'], /--extend goes on with a study/],
      [['--dataset', 'iris', '--name', '../evil'], /name[\s\S]*it names a folder/],
      [['--dataset', 'iris', '--workers', '0'], /without workers nothing is tried/],
      [['--dataset', 'iris', '--final-seeds', '0'], /--final-seeds must be a whole number of 1 or more/],
      [['--dataset', 'iris', '--folds', '100'], /100 folds are too many/],
      [['--dataset', 'iris', '--set', 'seed={"int":[1,5]}'], /no range may stand in "seed"/],
      [['--dataset', 'iris', '--set', 'batchSize={"uniform":[16,64]}'], /batchSize: must be a whole number/],
      [['--dataset', 'iris', '--objective', 'loss,loss'], /stands there twice/],
      [['--dataset', 'iris', '--pruner', 'wilcoxon'], /compares folds/],
      [['--dataset', 'iris', '--stages', '0'], /stages/],
    ] as const) {
      const { code, stdout, stderr } = await run(cwd, ['search', ...args]);
      expect([code, stdout]).toEqual([2, '']);
      expect(stderr).toMatch(words);
      expect(stderr).not.toMatch(/ {4}at /);
    }
    expect(existsSync(join(cwd, '.wellfit', 'searches'))).toBe(false);
  }, 120_000);

  test('an experiment with ranges is no experiment to train', async () => {
    const cwd = await folderWith({ 'e.json': JSON.stringify(small) });
    const { code, stderr } = await run(cwd, ['train', 'e.json']);
    expect(code).toBe(2);
    expect(stderr).toMatch(/model\.0\.dense\.units is a range[\s\S]*wellfit search/);
  });

  test('a study whose data have changed does not go on', async () => {
    const rows = (factor: number) =>
      ['x,y', ...Array.from({ length: 80 }, (_, i) => `${((i * 37) % 80) * factor + 0.5},${i % 3 ? 'a' : 'b'}`)].join(
        '\n',
      );
    const cwd = await folderWith({ 't.csv': rows(1) });
    const args = [
      'search',
      't.csv',
      '--target',
      'y',
      '--epochs',
      '2',
      '--trials',
      '2',
      '--name',
      'five',
      '--no-final',
      '--workers',
      '1',
    ];
    expect((await run(cwd, args)).code).toBe(0);
    await writeFile(join(cwd, 't.csv'), rows(2));
    const { code, stderr } = await run(cwd, ['search', '--resume', 'five', '--trials', '3', '--no-final']);
    expect(code).toBe(1);
    expect(stderr).toMatch(/the study "five" was begun with other data[\s\S]*the features/);
  }, 60_000);

  test('a worker without a server says what it needs', async () => {
    const cwd = await folderWith();
    const { code, stderr } = await run(cwd, ['worker']);
    expect(code).toBe(2);
    expect(stderr).toMatch(/needs a PostgreSQL server[\s\S]*--store postgres/);
  });
});
