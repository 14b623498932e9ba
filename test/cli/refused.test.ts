import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { expectRefusal, folderWith, jsonOf, stackTrace, wellfit } from './support.ts';

const dataset = ['--dataset', 'iris'];

describe('a wrong command line is refused with 2, a suggestion and no stack trace', () => {
  test.each<[string, string[], string[]]>([
    ['unknown command', ['trian'], ["unknown command 'trian'", 'train']],
    ['unknown option', ['train', ...dataset, '--epoch', '3'], ["unknown option '--epoch'", '--epochs']],
    [
      'unknown data set',
      ['train', '--dataset', 'digts'],
      ['there is no data set named "digts"', 'did you mean "digits"?'],
    ],
    ['unknown data set to check', ['gradcheck', '--dataset', 'irs'], ['did you mean "iris"?']],
    ['unknown engine', ['train', ...dataset, '--engine', 'cud'], ['unknown engine "cud"', 'cuda']],
    ['unknown model', ['train', ...dataset, '--model', 'mlpp'], ['unknown model "mlpp"', 'did you mean "mlp"?']],
    [
      'unknown optimizer',
      ['train', ...dataset, '--optimizer', 'adm'],
      ['unknown optimizer "adm"', 'did you mean "adam"?'],
    ],
    [
      'unknown optimizer with a rate',
      ['train', ...dataset, '--optimizer', 'adm', '--lr', '1'],
      ['did you mean "adam"?'],
    ],
    ['two experiments', ['train', 'a.json', 'b.json'], ['several files are only for tables', 'a.json b.json']],
    ['no data', ['train'], ['no data was named', 'wellfit train --dataset digits']],
    ['no data to check', ['gradcheck'], ['data', '--dataset']],
    ['no command', [], ['Usage: wellfit']],
    ['option without its value', ['train', ...dataset, '--epochs'], ["'--epochs <n>' argument missing"]],
    [
      'epochs that are no number',
      ['train', ...dataset, '--epochs', 'many'],
      ['--epochs must be a number', 'received  many'],
    ],
    ['an empty number', ['train', ...dataset, '--lr', ''], ['--lr must be a number']],
    ['no epochs', ['train', ...dataset, '--epochs', '0'], ['epochs: must be greater than 0']],
    ['half an epoch', ['train', ...dataset, '--epochs', '1.5'], ['epochs: must be a whole number']],
    ['learning rate 0', ['train', ...dataset, '--lr', '0'], ['optimizer.adam.lr: must be greater than 0']],
    [
      'negative learning rate',
      ['train', ...dataset, '--lr', '-1', '--optimizer', 'sgd'],
      ['optimizer.sgd.lr: must be greater than 0'],
    ],
    ['endless learning rate', ['train', ...dataset, '--lr', 'Infinity'], ['optimizer.adam.lr', 'Infinity']],
    ['negative threads', ['train', ...dataset, '--threads', '-1'], ['--threads must be a whole number']],
    ['half a thread', ['train', ...dataset, '--threads', '0.5'], ['--threads must be a whole number']],
    [
      'batches larger than the data',
      ['train', ...dataset, '--batch-size', '500'],
      ['batchSize 500 is larger than the training set'],
    ],
    ['convolutions over a table', ['train', ...dataset, '--model', 'cnn'], ['the model "cnn" needs images']],
    ['epsilon 0', ['gradcheck', ...dataset, '--epsilon', '0'], ['epsilon: must be greater than 0']],
    ['too many rows to check', ['gradcheck', ...dataset, '--rows', '5000'], ['there are 120 training rows']],
    ['no rows to check', ['gradcheck', ...dataset, '--rows', '0'], ['rows']],
  ])('%s', async (_, args, says) => {
    const cwd = await folderWith();
    const done = await wellfit(cwd, ...args);
    expectRefusal(done, ...says);
    expect(done.stdout).toBe('');
    const left = await readdir(join(cwd, '.wellfit', 'runs')).catch(() => []);
    expect(left, 'no folder is left behind').toEqual([]);
  });
});

describe('a wrong experiment is refused with 2, the file or the place in it, and no stack trace', () => {
  const iris = { data: { dataset: 'iris' } };
  const experiment = (rest: object) => JSON.stringify({ ...iris, ...rest });
  test.each<[string, string, string, string[]]>([
    ['malformed JSON', 'e.json', '{ "data": ', ['e.json cannot be read as an experiment', 'JSON']],
    ['JSON that is no object', 'e.json', '12', ['e.json holds no experiment', 'received  12']],
    ['an unknown setting', 'e.json', experiment({ epoch: 3 }), ['unknown option "epoch"', 'did you mean "epochs"?']],
    [
      'an unknown layer',
      'e.json',
      experiment({ model: ['rleu'] }),
      ['model[0]: unknown layer "rleu"', 'did you mean "relu"?'],
    ],
    [
      'a shape that does not fit',
      'e.json',
      JSON.stringify({ data: { dataset: 'digits' }, model: [{ dense: { units: 10 } }] }),
      ['layer "dense1" (dense)', 'the data set "digits"'],
    ],
    ['data as a text', 'e.json', JSON.stringify({ data: 'iris' }), ['which data to use', 'received  "iris"']],
    [
      'TypeScript without a default export',
      'e.ts',
      'export const experiment = {};',
      ['e.ts holds no experiment', 'a default export'],
    ],
    [
      'TypeScript whose default export is a function',
      'e.ts',
      'export default () => ({});',
      ['e.ts holds no experiment', 'a default export'],
    ],
    ['TypeScript that cannot be parsed', 'e.ts', 'export default {', ['e.ts cannot be read as an experiment']],
    [
      'TypeScript that throws',
      'e.ts',
      'throw new Error("out of luck");',
      ['e.ts cannot be read as an experiment', 'out of luck'],
    ],
    [
      'TypeScript that imports what is not there',
      'e.ts',
      "import x from './gone.ts'; export default x;",
      ['e.ts cannot be read as an experiment', 'gone.ts'],
    ],
  ])('%s', async (_, file, text, says) => {
    const cwd = await folderWith({ [file]: text });
    expectRefusal(await wellfit(cwd, 'train', file), ...says);
  });

  test('an experiment file that is not there', async () => {
    expectRefusal(
      await wellfit(await folderWith(), 'train', 'missing.json'),
      'there is no file or folder missing.json',
    );
    expectRefusal(await wellfit(await folderWith(), 'train', 'missing.ts'), 'there is no file or folder missing.ts');
  });

  test('an optimizer that is nothing, also where the command line gives its rate', async () => {
    const cwd = await folderWith({ 'e.json': experiment({ optimizer: {} }) });
    expectRefusal(await wellfit(cwd, 'train', 'e.json'), 'optimizer: expected one optimizer');
    expectRefusal(await wellfit(cwd, 'train', 'e.json', '--lr', '0.1'), 'optimizer: expected one optimizer');
  });
});

describe('an output folder that cannot be written to', () => {
  test.each(['blocked', 'blocked/below'])('is found before training: %s', async (out) => {
    const cwd = await folderWith({ blocked: 'a file' });
    const { code, stdout, stderr } = await wellfit(cwd, 'train', ...dataset, '--epochs', '1', '--out', out);
    expect(stderr).toBe(
      `the output folder "${out}" cannot be written to\n  received  a file stands in the way\nFix: name another folder with --out\n`,
    );
    expect(stdout).toBe('');
    expect(code).not.toBe(0);
    expect(await readFile(join(cwd, 'blocked'), 'utf8')).toBe('a file');
  });
});

test('a folder of --out that was made for a run that is refused is removed again', async () => {
  const cwd = await folderWith();
  await wellfit(cwd, 'train', ...dataset, '--lr', '-1', '--out', 'fresh');
  expect(await readdir(cwd)).toEqual([]);
});

describe('with --json', () => {
  test.each<[string, string[], object]>([
    [
      'data',
      ['train', '--dataset', 'digts'],
      { kind: 'option', message: 'there is no data set named "digts"', fix: expect.any(String) },
    ],
    [
      'a number',
      ['train', ...dataset, '--lr', 'x'],
      { kind: 'option', message: '--lr must be a number', received: 'x' },
    ],
    [
      'an option',
      ['train', ...dataset, '--epoch', '3'],
      { message: expect.stringContaining("unknown option '--epoch'") },
    ],
    [
      'a check',
      ['gradcheck', ...dataset, '--epsilon', '0'],
      { kind: 'option', message: 'epsilon: must be greater than 0' },
    ],
  ])('a refusal is one object on stdout, and on stderr the text for people: %s', async (_, args, error) => {
    const done = await wellfit(await folderWith(), ...args, '--json');
    expect(jsonOf(done)).toEqual({ error: expect.objectContaining(error) });
    expect(done.code).toBe(2);
    expect(done.stderr).not.toBe('');
  });
});

describe('an engine that this machine lacks', () => {
  test.each(['cuda', 'webgpu'])('is refused with one clear error: %s', async (engine) => {
    const cwd = await folderWith();
    const done = await wellfit(cwd, 'train', ...dataset, '--epochs', '1', '--engine', engine, '--json');
    // Where the machine has it, training works.
    if (done.code === 0) return expect(jsonOf(done).engine).toBe(engine);
    expect(done.stderr).not.toMatch(stackTrace);
    expect(done.stderr.match(/is not available here/g)).toHaveLength(1);
    expect(done.stderr).toContain('Fix: use the engine "cpu"');
    expect(jsonOf(done).error).toMatchObject({
      kind: 'engine',
      message: `the engine "${engine}" is not available here`,
    });
    expect(done.code).toBe(1);
  });
});
