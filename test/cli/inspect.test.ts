import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeAll, expect, test } from 'vitest';
import { Graph } from '../../src/graph/index.ts';
import { encode } from '../../src/onnx/index.ts';
import { relu } from '../../src/ops/index.ts';
import { folderWithImages, folderWithModels } from './models.ts';
import { jsonOf, stackTrace, wellfit } from './support.ts';

let cwd: string;
beforeAll(async () => {
  cwd = await folderWithModels();
});

test('a model of a table is described: columns, classes, layers, training, result, file', async () => {
  const { stdout, code } = await wellfit(cwd, 'inspect', 'run');
  expect(code).toBe(0);
  for (const line of [
    /^run.model\.onnx: \d+ kB, written \d{4}-\d\d-\d\d \d\d:\d\d UTC$/m,
    /^trained on people$/m,
    /^predicts churned: one of "no", "yes"$/m,
    /^age +number +18 … 77$/m,
    /^plan +category +"basic", "pro", "team"$/m,
    /^since +date +2020-01-\d\d … 2022-\d\d-\d\d$/m,
    /^preprocessing: columns/m,
    /^layers: dense 8 - tanh - dense 2$/m,
    /^data: 400 rows .*fingerprint [0-9a-f]{16}$/m,
    /^training: \d+ updates, batches of 32, at most 4 epochs, epoch \d kept, adam, seed 0$/m,
    /^test: accuracy \d+\.\d\d %/m,
    /^ONNX: opset 21, ai\.onnx\.ml 3, written by wellfit; /m,
    /^ {2}inputs: age float \[batch, 1\]; city string \[batch, 1\]/m,
  ])
    expect(stdout).toMatch(line);
});

test('--json holds everything', async () => {
  const facts = jsonOf(await wellfit(cwd, 'inspect', 'spending.onnx', '--json'));
  expect(facts).toMatchObject({ wellfit: true, task: 'regression', target: 'spent', file: { opsets: { '': 21 } } });
  expect(facts.bytes).toBeGreaterThan(1000);
  expect(facts.columns).toHaveLength(5);
});

test('a model of images says what shape it takes', async () => {
  const { stdout } = await wellfit(await folderWithImages(), 'inspect', 'photos.onnx');
  expect(stdout).toContain('takes rows of [1, 8, 8] bytes, as pixels');
  expect(stdout).toContain('inputs: input uint8 [batch, 1, 8, 8]');
});

test('an ONNX file of another program is described as far as it goes', async () => {
  const graph = new Graph();
  graph.output('y', relu(graph.feed('x', 'float', [2, 3])));
  await writeFile(join(cwd, 'foreign.onnx'), encode(graph, { metadata: { author: 'somebody' } }));
  const { stdout, code } = await wellfit(cwd, 'inspect', 'foreign.onnx');
  expect(code).toBe(0);
  expect(stdout).toContain('not by Wellfit');
  expect(stdout).toContain('author = somebody');
  expect(stdout).toContain('inputs: x float [2, 3]');
  expect(stdout).toContain('operators: Relu');
  const predicted = await wellfit(cwd, 'predict', 'foreign.onnx', 'people.csv');
  expect(predicted.stderr).toContain('foreign.onnx: this model was not made by Wellfit');
  expect(predicted.code).toBe(1);
});

test.each<[string, string, number, string]>([
  ['no ONNX file', 'people.csv', 1, 'people.csv: these bytes are no ONNX model'],
  ['a folder without a model', 'void', 2, 'there is no model.onnx in void'],
  ['nothing there', 'spendin.onnx', 2, 'did you mean "spending.onnx"?'],
])('%s is refused', async (_, path, code, says) => {
  await mkdir(join(cwd, 'void'), { recursive: true });
  const done = await wellfit(cwd, 'inspect', path);
  expect(done.stderr).toContain(says);
  expect(done.stderr).not.toMatch(stackTrace);
  expect([done.code, done.stdout]).toEqual([code, '']);
});
