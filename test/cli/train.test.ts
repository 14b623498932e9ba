import { readdir, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import * as runtime from 'onnxruntime-node';
import { beforeAll, describe, expect, test } from 'vitest';
import { onnx } from '../../src/onnx/schema/onnx.js';
import { type Finished, folderWith, jsonOf, stackTrace, start, wellfit } from './support.ts';

/** The weights in a model file by name. */
async function weightsOf(path: string): Promise<Map<string, string>> {
  const model = onnx.ModelProto.decode(await readFile(path));
  return new Map(model.graph!.initializer!.map((t) => [t.name!, Buffer.from(t.rawData!).toString('hex')]));
}

async function classesOf(path: string, rows: Float32Array, shape: number[]): Promise<number> {
  const session = await runtime.InferenceSession.create(await readFile(path));
  const { probabilities } = await session.run({ input: new runtime.Tensor('float32', rows, shape) });
  await session.release();
  return probabilities.dims[1];
}

describe('train --json', () => {
  let cwd: string;
  let done: Finished;
  beforeAll(async () => {
    cwd = await folderWith();
    done = await wellfit(cwd, 'train', '--dataset', 'digits', '--epochs', '2', '--json');
  });

  test('prints exactly one object on stdout: the run, what it was made of and what came out', () => {
    expect(done.code).toBe(0);
    const result = jsonOf(done);
    expect(result).toMatchObject({
      dataset: 'digits',
      seed: 0,
      engine: 'cpu',
      settings: { data: { dataset: 'digits' }, epochs: 2, batchSize: 32, metric: 'accuracy' },
      // (64 + 1) 64 + (64 + 1) 32 + (32 + 1) 10
      model: { parameters: 6570 },
      stopped: { ending: 'epochs', words: 'all 2 epochs are done' },
      updates: 90,
    });
    const measure = { loss: expect.any(Number), metric: expect.any(Number) };
    expect(result.epochs).toEqual(
      [1, 2].map((epoch) => ({ epoch, train: measure, validation: measure, seconds: expect.any(Number) })),
    );
    expect(result.epochs).toContainEqual(result.best);
    expect(result.test).toMatchObject({
      ...measure,
      metrics: { accuracy: result.test.metric, f1: expect.any(Number) },
    });
    const { confusion, classes } = result.test;
    expect(confusion.flat().reduce((sum: number, count: number) => sum + count, 0)).toBe(179);
    expect(classes).toHaveLength(10);
    expect(result.seconds).toBeGreaterThan(0);
    expect(result.samplesPerSecond).toBeGreaterThan(0);
    expect(result.run).toMatch(/^\d{4}-\d\d-\d\d-\d\d-\d\d-\d\d-digits$/);
  });

  test('shows its progress on stderr', () => {
    expect(done.stderr).toContain('digits: 1,438 rows to train on, 180 for validation, 179 for the test');
    expect(done.stderr).toMatch(/^ +1 +\d\.\d+ +\d+\.\d\d % /m);
    expect(done.stderr).toContain('test: accuracy ');
  });

  test('names the model file, which ONNX Runtime loads, and writes the same object beside it', async () => {
    const result = jsonOf(done);
    expect(result.files.model).toBe(join('.wellfit', 'runs', result.run, 'model.onnx'));
    expect(await classesOf(join(cwd, result.files.model), new Float32Array(128), [2, 1, 8, 8])).toBe(10);
    expect(JSON.parse(await readFile(join(cwd, '.wellfit', 'runs', result.run, 'result.json'), 'utf8'))).toEqual(
      result,
    );
  });
});

describe('train', () => {
  test('prints a table for people on stdout and nothing on stderr', async () => {
    const { code, stdout, stderr } = await wellfit(await folderWith(), 'train', '--dataset', 'iris', '--epochs', '3');
    expect(code).toBe(0);
    expect(stderr).toBe('');
    expect(stdout).toContain('model: dense - relu - dense - relu - dense, 2,499 parameters; engine: cpu; seed 0');
    expect(stdout).toContain('optimizer = adam  (needs the least tuning)');
    expect(stdout).toMatch(/epoch +train loss +train +valid\. loss +valid\. +time +\(accuracy\)/);
    expect(stdout.match(/^ +[123] +[\d.]+ +[\d.]+ % +[\d.]+ +[\d.]+ % +[\d.]+ m?s( {3}best)?$/gm)).toHaveLength(3);
    expect(stdout).toMatch(/kept the weights of epoch [123]\n/);
    expect(stdout).toMatch(/test: accuracy [\d.]+ % \(95 % sure: [\d.]+ % to [\d.]+ %\), loss [\d.]+\n/);
    expect(stdout).toMatch(/12 updates in [\d.]+ m?s, [\d,]+ rows a second\n/);
    expect(stdout).toMatch(
      /model: \.wellfit\/runs\/\S+-iris\/model\.onnx\nreport: \.wellfit\/runs\/\S+-iris\/report\.html\n$/,
    );
  });

  test('reads an experiment from JSON, and from TypeScript with a default export', async () => {
    const cwd = await folderWith({
      'first.json': JSON.stringify({ data: { dataset: 'iris' }, model: 'linear', epochs: 1, batchSize: 40 }),
      'second.ts': `import type { Experiment } from 'wellfit';
const batchSize: number = 20 + 20;
export default { data: { dataset: 'iris' }, model: 'linear', epochs: 1, batchSize } satisfies Experiment;\n`,
      'third.mjs': `export default { data: { dataset: 'iris' }, model: 'linear', epochs: 1, batchSize: 40 };\n`,
    });
    for (const file of ['first.json', 'second.ts', 'third.mjs']) {
      const { settings, updates } = jsonOf(await wellfit(cwd, 'train', file, '--json'));
      expect(settings, file).toMatchObject({ epochs: 1, batchSize: 40, model: [{ dense: { units: 3 } }] });
      expect(updates).toBe(3);
    }
  });

  test('lets the command line override the experiment file', async () => {
    const experiment = {
      data: { dataset: 'digits' },
      model: 'cnn',
      epochs: 50,
      batchSize: 10,
      seed: 1,
      optimizer: { momentum: { lr: 0.5, momentum: 0.8 } },
    };
    const cwd = await folderWith({ 'e.json': JSON.stringify(experiment) });
    const args = [
      '--dataset',
      'iris',
      '--model',
      'linear',
      '--epochs',
      '1',
      '--batch-size',
      '30',
      '--seed',
      '7',
      '--lr',
      '0.01',
    ];
    const { settings } = jsonOf(await wellfit(cwd, 'train', 'e.json', ...args, '--json'));
    expect(settings).toMatchObject({
      data: { dataset: 'iris' },
      model: [{ dense: { units: 3 } }],
      epochs: 1,
      batchSize: 30,
      seed: 7,
      optimizer: { momentum: { lr: 0.01, momentum: 0.8 } },
    });
    const other = jsonOf(await wellfit(cwd, 'train', 'e.json', ...args, '--optimizer', 'sgd', '--json'));
    expect(other.settings.optimizer).toEqual({ sgd: { lr: 0.01 } });
  });

  test('gives the same weights for the same seed, and others for another', async () => {
    const cwd = await folderWith();
    const run = async (seed: string, out: string) => {
      await wellfit(cwd, 'train', '--dataset', 'iris', '--epochs', '2', '--seed', seed, '--threads', '1', '--out', out);
      return weightsOf(join(cwd, out, 'model.onnx'));
    };
    const [a, b, c] = await Promise.all([run('5', 'a'), run('5', 'b'), run('6', 'c')]);
    expect(a.size).toBeGreaterThan(5);
    expect(b).toEqual(a);
    expect(c.get('dense1.weight')).not.toBe(a.get('dense1.weight'));
  });

  test('does the same run again from the settings of its result', async () => {
    const cwd = await folderWith();
    const first = jsonOf(
      await wellfit(cwd, 'train', '--dataset', 'iris', '--epochs', '2', '--seed', '3', '--out', 'a', '--json'),
    );
    const again = await folderWith({ 'again.json': JSON.stringify(first.settings) });
    expect((await wellfit(again, 'train', 'again.json', '--out', 'b')).code).toBe(0);
    expect(await weightsOf(join(again, 'b', 'model.onnx'))).toEqual(await weightsOf(join(cwd, 'a', 'model.onnx')));
  });

  test('trains on the float64 reference where asked', async () => {
    const cwd = await folderWith();
    const done = await wellfit(
      cwd,
      'train',
      '--dataset',
      'iris',
      '--model',
      'linear',
      '--epochs',
      '1',
      '--engine',
      'reference',
      '--json',
    );
    const result = jsonOf(done);
    expect(result).toMatchObject({ engine: 'reference', model: { parameters: 15 } });
    expect(await classesOf(join(cwd, result.files.model), new Float32Array(4), [1, 4])).toBe(3);
  });

  test('writes into the folder of --out, making it and those above it', async () => {
    const cwd = await folderWith();
    const out = join('deep', 'down', 'here');
    const result = jsonOf(await wellfit(cwd, 'train', '--dataset', 'iris', '--epochs', '1', '--out', out, '--json'));
    expect(result.files.model).toBe(join(out, 'model.onnx'));
    expect((await readdir(join(cwd, out))).sort()).toEqual([
      'checkpoint.safetensors',
      'model.onnx',
      'report.html',
      'result.json',
    ]);
    expect(await readdir(cwd)).toEqual(['.wellfit', 'deep']);
    expect((await readdir(join(cwd, '.wellfit'))).every((file) => file.startsWith('store.sqlite'))).toBe(true);
  });

  test('gives two runs that start at once a folder each', async () => {
    const cwd = await folderWith();
    const run = () => wellfit(cwd, 'train', '--dataset', 'iris', '--epochs', '1', '--json');
    const models = (await Promise.all([run(), run()])).map((done) => jsonOf(done).files.model);
    expect(new Set(models).size).toBe(2);
    for (const model of models) expect((await stat(join(cwd, model))).size).toBeGreaterThan(1000);
  });

  test('ends with 1 and says why where training diverges, and still prints valid JSON', async () => {
    const cwd = await folderWith();
    const done = await wellfit(cwd, 'train', '--dataset', 'digits', '--optimizer', 'momentum', '--lr', '1e6', '--json');
    expect(done.code).toBe(1);
    expect(jsonOf(done).stopped).toEqual({
      ending: 'diverged',
      words: expect.stringContaining('the likely cause is the learning rate'),
      fault: {
        ...{ epoch: 1, update: expect.any(Number), operator: expect.any(String) },
        ...{ layer: expect.stringContaining('dense'), pass: expect.any(String), rows: expect.any(Array) },
      },
    });
    expect(done.stderr).toContain('training failed: the training loss became');
  });
});

describe('Ctrl-C while training', () => {
  const long = JSON.stringify({ data: { dataset: 'digits' }, epochs: 100_000, earlyStopping: false });

  test('saves what there is, says where, and ends with 130', async () => {
    const cwd = await folderWith({ 'long.json': long });
    const { child, finished, until } = start(cwd, ['train', 'long.json', '--json']);
    await until(/^ +3 /m);
    child.kill('SIGINT');
    const done = await finished;
    expect(done.code).toBe(130);
    expect(done.stderr).toContain('stopping after this step; once more ends at once');
    const result = jsonOf(done);
    expect(result.stopped).toEqual({
      ending: 'interrupted',
      words: expect.stringMatching(/^interrupted after update [\d,]+, in epoch \d+$/),
    });
    expect(result.epochs.length).toBeGreaterThanOrEqual(3);
    expect(await classesOf(join(cwd, result.files.model), new Float32Array(64), [1, 1, 8, 8])).toBe(10);
  });

  test('tells people the same on stdout', async () => {
    const cwd = await folderWith({ 'long.json': long });
    const { child, finished, until } = start(cwd, ['train', 'long.json', '--out', 'kept']);
    await until(/^ +2 /m);
    child.kill('SIGINT');
    const { code, stdout } = await finished;
    expect(code).toBe(130);
    expect(stdout).toMatch(/stopped: interrupted after update [\d,]+, in epoch \d+\n/);
    expect(stdout).toMatch(/model: kept\/model\.onnx\n$/);
    expect((await readdir(join(cwd, 'kept'))).sort()).toEqual(['checkpoint.safetensors', 'model.onnx', 'result.json']);
  });
});

describe('Ctrl-C while the float64 reference trains', () => {
  test('is heard although it computes without waiting', async () => {
    const args = ['train', '--dataset', 'digits', '--model', 'linear', '--epochs', '100000', '--engine', 'reference'];
    const { child, finished, until } = start(await folderWith(), args, 8);
    await until(/^ +2 /m);
    child.kill('SIGINT');
    const { code, stdout } = await finished;
    expect(code).toBe(130);
    expect(stdout).toContain('stopped: interrupted after update');
  });
});

describe('a reader that goes away', () => {
  test('does not make the training end in a stack trace', async () => {
    const { child, finished, until } = start(await folderWith(), ['train', '--dataset', 'digits', '--epochs', '30']);
    await until(/digits/);
    child.stdout!.destroy();
    const { stderr } = await finished;
    expect(stderr).not.toMatch(stackTrace);
  });
});
