import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { augmentations } from '../../src/data/index.ts';
import { datasets } from '../../src/data/readers/index.ts';
import { initializers, layers, losses, metrics } from '../../src/nn/index.ts';
import { clippers, optimizers, regularizers, schedules } from '../../src/optim/index.ts';
import { preprocessors } from '../../src/preprocess/index.ts';
import { averages, recipes } from '../../src/train/index.ts';
import { expectRefusal, type Finished, folderWith, jsonOf, start, wellfit } from './support.ts';

const tables = {
  datasets,
  preprocess: preprocessors,
  augment: augmentations,
  models: recipes,
  layers,
  initializers,
  losses,
  metrics,
  optimizers,
  schedules,
  regularizers,
  clip: clippers,
  averages,
};

const run = async (...args: string[]): Promise<Finished> => wellfit(await folderWith(), ...args);

describe('list', () => {
  test('prints every entry of every table once, below its name, with what it does', async () => {
    const { code, stdout, stderr } = await run('list');
    expect([code, stderr]).toEqual([0, '']);
    const sections = stdout.split(/^(?=\S)/m).map((section) => section.trimEnd().split('\n'));
    expect(sections.map(([name]) => name)).toEqual(Object.keys(tables).map((name) => `${name}:`));
    for (const [i, [name, table]] of Object.entries(tables).entries()) {
      const lines = sections[i].slice(1);
      expect(
        lines.map((line) => line.trim().split(' ')[0]),
        name,
      ).toEqual(Object.keys(table));
      for (const [k, { summary }] of Object.values(table).entries()) expect(lines[k]).toContain(`  ${summary}`);
    }
  });

  test('of one table names the options and what they are where nothing is said', async () => {
    const { stdout } = await run('list', 'optimizers');
    expect(stdout.trimEnd().split('\n')).toHaveLength(Object.keys(optimizers).length);
    expect(stdout).toMatch(/^ {2}momentum .*\[.*lr.*momentum = 0\.9.*\]$/m);
    expect(stdout).not.toMatch(/undefined|object/);
  });

  test('--json gives one object with the schema of every option', async () => {
    const all = jsonOf(await run('list', 'optimizers', '--json'));
    expect(Object.keys(all)).toEqual(['optimizers']);
    expect(Object.keys(all.optimizers)).toEqual(Object.keys(optimizers));
    expect(all.optimizers.momentum).toEqual({
      summary: optimizers.momentum.summary,
      options: expect.objectContaining({
        type: 'object',
        additionalProperties: false,
        properties: expect.objectContaining({
          lr: expect.objectContaining({ type: 'number', exclusiveMinimum: 0 }),
          momentum: expect.objectContaining({ default: 0.9 }),
        }),
      }),
    });
    const every = jsonOf(await run('list', '--json'));
    expect(
      Object.fromEntries(Object.entries(every).map(([name, table]) => [name, Object.keys(table as object)])),
    ).toEqual(Object.fromEntries(Object.entries(tables).map(([name, table]) => [name, Object.keys(table)])));
  });

  test('of a table that there is not is refused with the nearest name', async () => {
    expectRefusal(await run('list', 'optimisers'), 'did you mean "optimizers"?');
  });
});

describe('--set', () => {
  const experiment = {
    data: { dataset: 'iris' },
    model: 'linear',
    epochs: 9,
    regularize: { l1: 0.1, l2: 0.2 },
    schedule: 'constant',
    optimizer: { momentum: { lr: 0.5, momentum: 0.8 } },
  };
  /** The settings of a short training with these options. */
  async function settingsOf(...args: string[]) {
    const cwd = await folderWith({ 'e.json': JSON.stringify(experiment) });
    return jsonOf(await wellfit(cwd, 'train', 'e.json', '--threads', '1', '--json', ...args)).settings;
  }

  test('reads numbers, true and false, lists, objects and text, at any depth, and leaves the rest alone', async () => {
    const sets = {
      epochs: '1',
      'regularize.l2': '0.001',
      'split.stratify': 'false',
      'split.by': 'row',
      preprocess: '["center", {"clip": {"low": -2, "high": 2}}]',
      'schedule.cosine.warmup': '2',
      'optimizer.momentum.lr': '1e-3',
      loss: '{"crossEntropy": {"smoothing": 0.1}}',
      clip: '{"norm": 2}',
      average: 'swa',
    };
    const settings = await settingsOf(
      ...Object.entries(sets).flatMap(([path, value]) => ['--set', `${path}=${value}`]),
    );
    expect(settings).toMatchObject({
      epochs: 1,
      regularize: { l1: { strength: 0.1 }, l2: { strength: 0.001 } },
      split: { stratify: false, by: 'row' },
      preprocess: [expect.anything(), { clip: { low: -2, high: 2 } }],
      schedule: { cosine: { warmup: 2 } },
      optimizer: { momentum: { lr: 0.001, momentum: 0.8 } },
      loss: { crossEntropy: { smoothing: 0.1 } },
      clip: { norm: { limit: 2 } },
      average: { swa: { start: 0.75 } },
    });
    expect(settings.earlyStopping).toBe(false);
  });

  test('overrides the other options, and the last one of the same path counts', async () => {
    const args = ['--epochs', '7', '--batch-size', '10', '--set', 'epochs=5', '--set', 'epochs=2', '--set', 'seed=4'];
    expect(await settingsOf(...args)).toMatchObject({ epochs: 2, batchSize: 10, seed: 4 });
  });

  test('makes an experiment where there is no file', async () => {
    const done = await run(
      'train',
      '--set',
      'data.dataset=iris',
      '--set',
      'epochs=1',
      '--set',
      'model=linear',
      '--json',
    );
    expect(jsonOf(done).settings).toMatchObject({ data: { dataset: 'iris' }, epochs: 1 });
  });

  test.each<[string, string, string[]]>([
    ['no value', 'epochs', ['--set needs a path and a value', 'received  epochs']],
    ['no path', '=3', ['--set needs a path and a value']],
    ['a hole in the path', 'regularize..l2=1', ['--set needs a path and a value']],
    ['an unknown setting', 'epoch=3', ['unknown option "epoch"', 'did you mean "epochs"?']],
    ['an unknown option far inside', 'optimizer.momentum.rate=3', ['unknown option "rate"']],
    ['a text where a number belongs', 'epochs=many', ['epochs: must be a number', '"many"']],
    ['a second optimizer beside that of the file', 'optimizer.adam.lr=0.1', ['optimizer']],
    ['nothing', 'model=null', ['model']],
    ['an equals sign in the value, which belongs to it', 'data.dataset=a=b', ['there is no data set named "a=b"']],
  ])('is refused with 2 for %s', async (_, set, says) => {
    const cwd = await folderWith({ 'e.json': JSON.stringify(experiment) });
    expectRefusal(await wellfit(cwd, 'train', 'e.json', '--set', set), ...says);
    expect(await readdir(join(cwd, '.wellfit', 'runs')).catch(() => [])).toEqual([]);
  });
});

describe('cv', () => {
  const short = ['--dataset', 'iris', '--model', 'linear', '--epochs', '2', '--threads', '1'];

  test('--json prints one object: the folds, and mean and standard error of everything', async () => {
    const done = await run('cv', ...short, '--folds', '3', '--json');
    expect(done.code).toBe(0);
    const { folds, loss, metric, metrics, settings, interrupted } = jsonOf(done);
    expect([folds.length, interrupted, settings.epochs]).toEqual([3, false, 2]);
    const values = folds.map(({ held }: { held: { metric: number } }) => held.metric);
    expect(metric.mean).toBeCloseTo((values[0] + values[1] + values[2]) / 3, 12);
    expect(loss.standardError).toBeGreaterThan(0);
    expect(metrics.f1).toEqual({ mean: expect.any(Number), standardError: expect.any(Number) });
    expect(done.stderr).toContain('fold 3 of 3');
  });

  test('prints a line for each fold and the mean, and writes its record alone', async () => {
    const cwd = await folderWith();
    const { code, stdout, stderr } = await wellfit(cwd, 'cv', ...short, '--folds', '3');
    expect([code, stderr]).toEqual([0, '']);
    expect(stdout.match(/^ +[123] +90 +50 +[\d.]+ +[\d.]+ % +2$/gm)).toHaveLength(3);
    expect(stdout).toMatch(
      /^accuracy [\d.]+ % ± [\d.]+ % \(mean ± standard error over 3 folds\), loss [\d.]+ ± [\d.]+$/m,
    );
    expect(await readdir(cwd)).toEqual(['.wellfit']);
    expect((await readdir(join(cwd, '.wellfit'))).every((file) => file.startsWith('store.sqlite'))).toBe(true);
  });

  test.each<[string, string[], string[]]>([
    ['one fold', ['--folds', '1'], ['fold']],
    ['more folds than rows', ['--folds', '200'], ['a whole number from 2 to 150']],
    ['folds that are no number', ['--folds', 'x'], ['--folds must be a number']],
    ['an ensemble', ['--set', 'ensemble.members=2'], ['cross-validation is of one network']],
  ])('is refused with 2 for %s', async (_, args, says) => {
    expectRefusal(await run('cv', ...short, ...args), ...says);
  });

  test('is refused with more folds than a class has rows, which is named', async () => {
    const { code, stderr } = await run('cv', ...short, '--folds', '60');
    expect(stderr).toContain('class "setosa" of "iris" does not reach into every fold');
    expect(code).not.toBe(0);
  });

  test('after Ctrl-C keeps the folds that are whole, and ends with 130', async () => {
    const args = ['cv', '--dataset', 'digits', '--folds', '20', '--epochs', '30', '--threads', '1', '--json'];
    const { child, finished, until } = start(await folderWith(), args);
    await until(/fold 3 of 20/);
    child.kill('SIGINT');
    const done = await finished;
    expect(done.code).toBe(130);
    const { folds, interrupted, metric } = jsonOf(done);
    expect(interrupted).toBe(true);
    expect(folds.length).toBeGreaterThanOrEqual(2);
    expect(folds.length).toBeLessThan(20);
    expect(metric.mean).toBeGreaterThan(0.5);
  });

  test('after Ctrl-C within the first fold has nothing to show and says so', async () => {
    const args = ['cv', '--dataset', 'digits', '--epochs', '100000', '--set', 'earlyStopping=false', '--threads', '1'];
    const { child, finished, until } = start(await folderWith(), args);
    await until(/chosen for you/);
    child.kill('SIGINT');
    const { code, stdout } = await finished;
    expect(code).toBe(130);
    expect(stdout).toContain('interrupted');
    expect(stdout).not.toContain('NaN');
  });
});

describe('lr', () => {
  const short = ['--dataset', 'iris', '--optimizer', 'momentum', '--batch-size', '40', '--threads', '1'];

  test('--json prints one object: the rate that "train --lr auto" then takes, and how it was found', async () => {
    const cwd = await folderWith();
    const done = await wellfit(cwd, 'lr', ...short, '--json');
    expect(done.code).toBe(0);
    const found = jsonOf(done);
    expect(found).toEqual({
      lr: expect.any(Number),
      why: expect.stringMatching(/^range test: /),
      curve: expect.any(Array),
      lowest: { lr: expect.any(Number), loss: expect.any(Number) },
      falling: { lr: expect.any(Number), loss: expect.any(Number) },
      seeds: 3,
      updates: 100,
    });
    expect(await readdir(cwd), 'nothing is left behind').toEqual([]);
    const { settings, chosen } = jsonOf(await run('train', ...short, '--lr', 'auto', '--epochs', '1', '--json'));
    expect(settings.optimizer).toEqual({ momentum: { lr: found.lr, momentum: 0.9 } });
    expect(chosen).toContainEqual({ setting: 'lr', value: Number(found.lr.toPrecision(4)), why: found.why });
  });

  test('draws the curve and says how to use the rate', async () => {
    const { code, stdout, stderr } = await run('lr', ...short);
    expect([code, stderr]).toEqual([0, '']);
    expect(stdout.split('\n').filter((line) => line.includes('│') && /[•┊]/.test(line))).toHaveLength(12);
    expect(stdout).toMatch(/^learning rate: [\d.e-]+ {2}\(range test: /m);
    expect(stdout).toMatch(/^use it: wellfit train … --lr [\d.e-]+, or --lr auto$/m);
  });

  test('without a usable region is refused with 2 and the reason', async () => {
    // All weights at 0 pass nothing on, and the last bias begins where it is best: the classes are equally large.
    const model = JSON.stringify([
      { dense: { units: 4, init: 'zeros' } },
      'tanh',
      { dense: { units: 3, init: 'zeros' } },
    ]);
    const done = await run('lr', '--dataset', 'iris', '--batch-size', '120', '--set', `model=${model}`);
    expectRefusal(done, 'the range test found no learning rate', 'Fix:');
  });

  test('after Ctrl-C ends with 130 and names no rate', async () => {
    const args = ['lr', '--dataset', 'digits', '--model', 'cnn', '--batch-size', '1000', '--threads', '1'];
    const { child, finished } = start(await folderWith(), args);
    await new Promise((resolve) => setTimeout(resolve, 1500));
    child.kill('SIGINT');
    const { code, stdout } = await finished;
    expect(code).toBe(130);
    expect(stdout).not.toContain('learning rate:');
  });
});

describe('train says what only some runs have', () => {
  const short = ['--dataset', 'iris', '--model', 'linear', '--epochs', '4', '--threads', '1'];
  test.each<[string, string[], RegExp]>([
    [
      'members and what they do together',
      ['--set', 'ensemble.members=2'],
      /^test accuracy of the members alone: [\d.]+ %, [\d.]+ %; together: [\d.]+ %$/m,
    ],
    ['an average over epochs', ['--set', 'average.swa=0.5'], /^kept the mean of the weights of 2 epochs$/m],
    [
      'weights that are zero',
      ['--set', 'regularize.l1={"strength": 1, "proximal": true}'],
      /^\d+ of 12 weights are exactly zero$/m,
    ],
    [
      'a schedule that does not fit',
      ['--set', 'schedule={"reduceOnPlateau": {}}'],
      /^note: with a patience of 10 epochs /m,
    ],
  ])('%s', async (_, args, line) => {
    const { code, stdout } = await run('train', ...short, ...args);
    expect(stdout).toMatch(line);
    expect(code).toBe(0);
  });

  test('in --json as well', async () => {
    const args = ['--set', 'ensemble.snapshots=2', '--set', 'regularize.l1=0.1', '--json'];
    const { ensemble, zeros, test: report } = jsonOf(await run('train', ...short, ...args));
    expect(ensemble).toEqual({ members: [expect.any(Number), expect.any(Number)], together: report.metric });
    expect(zeros).toEqual({ count: 0, of: 12 });
  });
});
