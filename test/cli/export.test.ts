import { existsSync } from 'node:fs';
import { readdir, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { decodeTensors } from '../../src/safetensors/index.ts';
import { peopleCsv } from './models.ts';
import { folderWith, jsonOf, stackTrace, start, wellfit } from './support.ts';

const table = ['people.csv', '--target', 'churned', '--model', 'mlp', '--column', 'plan=category'];

test('a finished run: its model is copied, its weights are written by name with the settings', async () => {
  const cwd = await folderWith({ 'people.csv': peopleCsv });
  await wellfit(cwd, 'train', ...table, '--epochs', '2', '--out', 'models/churn');
  const copied = await wellfit(cwd, 'export', 'models/churn');
  expect(copied.stdout).toMatch(/^churn\.onnx: [\d,]+ bytes, a copy of models.churn.model\.onnx\n/);
  expect(await readFile(join(cwd, 'churn.onnx'))).toEqual(await readFile(join(cwd, 'models/churn/model.onnx')));
  const done = await wellfit(
    cwd,
    'export',
    'models/churn',
    '--format',
    'safetensors',
    '--out',
    'w.safetensors',
    '--json',
  );
  expect(jsonOf(done)).toMatchObject({ format: 'safetensors', out: 'w.safetensors' });
  const { tensors, metadata } = decodeTensors(await readFile(join(cwd, 'w.safetensors')));
  expect([...tensors.keys()]).toContain('dense1.weight');
  expect(tensors.get('dense1.bias')!.shape).toHaveLength(1);
  expect(JSON.parse(metadata['wellfit.settings'])).toMatchObject({ epochs: 2, data: { target: 'churned' } });

  // A model that was removed is made again of the same weights.
  await rm(join(cwd, 'models/churn/model.onnx'));
  const again = await wellfit(cwd, 'export', 'models/churn', '--out', 'again.onnx');
  expect(again.stderr).not.toMatch(stackTrace);
  expect(again.code).toBe(0);
  const [one, two] = await Promise.all(
    ['churn.onnx', 'again.onnx'].map((file) => wellfit(cwd, 'predict', file, 'people.csv')),
  );
  expect(one.stdout.split('\n')).toHaveLength(402);
  expect(two.stdout).toBe(one.stdout);
});

describe('a run that was killed', () => {
  test.each([
    ['one network', []],
    ['an ensemble', ['--set', 'ensemble.members=3']],
  ])('has no model, but weights of which one is made: %s', async (_, more) => {
    const cwd = await folderWith({ 'people.csv': peopleCsv });
    const long = ['--epochs', '100000', '--set', 'earlyStopping=false', '--checkpoint-seconds', '0.01'];
    const running = start(cwd, ['train', ...table, ...long, ...more, '--out', 'run']);
    const checkpoint = join(cwd, 'run', 'checkpoint.safetensors');
    while (!existsSync(checkpoint)) await new Promise((done) => setTimeout(done, 20));
    running.child.kill('SIGKILL');
    await running.finished;
    const before = await readdir(join(cwd, 'run'));
    expect(before).not.toContain('model.onnx');
    const done = await wellfit(cwd, 'export', 'run', '--out', 'made.onnx');
    expect(done.stderr).not.toMatch(stackTrace);
    expect(done.stdout).toContain('made.onnx: ');
    expect(done.code).toBe(0);
    const { predictions } = jsonOf(await wellfit(cwd, 'predict', 'made.onnx', 'people.csv', '--json'));
    expect(predictions).toHaveLength(400);
    const weights = await wellfit(cwd, 'export', 'run', '--format', 'safetensors');
    expect([weights.stderr, weights.code]).toEqual(['', 0]);
    const { tensors } = decodeTensors(await readFile(join(cwd, 'run.safetensors')));
    expect([...tensors.keys()]).toContain(more.length > 0 ? 'member1.dense1.weight' : 'dense1.weight');
  });
});

test.each<[string, string[], number, string]>([
  ['no run', ['nothing'], 2, 'there is no run "nothing"'],
  ['an unknown format', ['nothing', '--format', 'onx'], 2, 'did you mean "onnx"?'],
  ['no last run', ['last'], 2, 'there is no run "last"'],
])('is refused: %s', async (_, args, code, says) => {
  const done = await wellfit(await folderWith(), 'export', ...args);
  expect(done.stderr).toContain(says);
  expect(done.stderr).not.toMatch(stackTrace);
  expect(done.code).toBe(code);
});
