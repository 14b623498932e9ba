import { readFile } from 'node:fs/promises';
import { describe, expect, test } from 'vitest';
import { commands } from '../../src/cli/commands/index.ts';
import { bar } from '../../src/cli/terminal/bar.ts';
import { epochHeader, epochRow, formatMetric } from '../../src/cli/terminal/table.ts';
import { experimentSchema } from '../../src/train/index.ts';
import { folderWith, jsonOf, start, wellfit } from './support.ts';

describe('the help', () => {
  test('of wellfit lists every command with what it does', async () => {
    const { code, stdout } = await wellfit(await folderWith(), '--help');
    expect(code).toBe(0);
    for (const name of Object.keys(commands)) expect(stdout).toMatch(new RegExp(`^ {2}${name} `, 'm'));
  });

  test.each(Object.entries(commands))(
    'of %s has a summary, its options and examples that begin with its name',
    async (name, command) => {
      const { code, stdout, stderr } = await wellfit(await folderWith(), name, '--help');
      expect([code, stderr]).toEqual([0, '']);
      const flat = stdout.replace(/\s+/g, ' ');
      expect(flat).toContain(command.summary);
      expect(flat).toContain('--json');
      const examples = stdout.slice(stdout.indexOf('Examples:')).trim().split('\n').slice(1);
      expect(examples.length).toBeGreaterThan(0);
      for (const line of examples) expect(line).toMatch(new RegExp(`^ {2}wellfit ${name}\\b`));
    },
  );

  test('--version prints the version of the package', async () => {
    const { version } = JSON.parse(await readFile(new URL('../../package.json', import.meta.url), 'utf8'));
    expect(await wellfit(await folderWith(), '--version')).toMatchObject({
      code: 0,
      stdout: `${version}\n`,
      stderr: '',
    });
  });
});

describe('schema', () => {
  test.each([[['schema']], [['schema', '--json']]])(
    'prints a JSON schema with every setting of an experiment: %j',
    async (args) => {
      const schema = jsonOf(await wellfit(await folderWith(), ...args));
      expect(schema.$schema).toContain('json-schema.org');
      expect(Object.keys(schema.properties)).toEqual(Object.keys(experimentSchema.shape));
      expect(schema.required).toEqual(['data']);
      expect(schema.additionalProperties).toBe(false);
    },
  );
});

describe('gradcheck', () => {
  test('--json prints exactly one object with the verdict and what was checked', async () => {
    const done = await wellfit(await folderWith(), 'gradcheck', '--dataset', 'iris', '--json');
    expect(done.code).toBe(0);
    const report = jsonOf(done);
    expect(report).toMatchObject({
      verdict: 'correct',
      epsilon: 1e-7,
      rows: 8,
      after: 0,
      conditions: ['no regularization'],
    });
    expect(report.ratio).toBeLessThan(1e-7);
    expect(report.parameters[0]).toMatchObject({ name: 'dense1.weight', checked: 40, total: 256, kinks: 0 });
    expect(done.stderr).toContain('the gradients are correct');
  });

  test('prints a table on stdout, and takes its settings from the command line', async () => {
    const args = ['--model', 'linear', '--rows', '5', '--per-parameter', '4', '--epsilon', '1e-6', '--after', '3'];
    const { code, stdout, stderr } = await wellfit(await folderWith(), 'gradcheck', '--dataset', 'iris', ...args);
    expect([code, stderr]).toEqual([0, '']);
    expect(stdout).toContain('batch of 5 rows, epsilon 0.000001, after 3 updates; no regularization');
    expect(stdout).toMatch(/dense1\.weight +\d\.\d\de-\d+ +4 of +12 +0\n/);
    expect(stdout).toMatch(/dense1\.bias +\d\.\d\de-\d+ +3 of +3 +0\n/);
    expect(stdout).toMatch(/ratio \d\.\d\de-\d+: the gradients are correct\n$/);
  });

  test('reads an experiment file', async () => {
    const cwd = await folderWith({
      'e.json': JSON.stringify({ data: { dataset: 'iris' }, model: 'linear', regularize: { l2: 0.25 } }),
    });
    expect(jsonOf(await wellfit(cwd, 'gradcheck', 'e.json', '--json')).conditions).toEqual([
      'the loss includes l2 strength 0.25',
    ]);
  });

  test('counts the entries at kinks, which it cannot compare', async () => {
    const model = [{ dense: { units: 4, bias: false, init: 'zeros' } }, 'relu', { dense: { units: 3 } }];
    const cwd = await folderWith({ 'e.json': JSON.stringify({ data: { dataset: 'iris' }, model }) });
    const { parameters } = jsonOf(await wellfit(cwd, 'gradcheck', 'e.json', '--json'));
    expect(parameters[0]).toMatchObject({ name: 'dense1.weight', checked: 0, kinks: 16, total: 16 });
  });

  test('ends at once after Ctrl-C', async () => {
    // More than ten thousand entries, of which each takes two evaluations: far more than the ten seconds after which the process is killed.
    const args = ['gradcheck', '--dataset', 'digits', '--model', 'cnn', '--rows', '32', '--per-parameter', '100000'];
    const { child, finished } = start(await folderWith(), args, 10);
    await new Promise((resolve) => setTimeout(resolve, 2000));
    child.kill('SIGINT');
    const { code, signal } = await finished;
    expect(code === 130 || signal === 'SIGINT', `it ended with ${code ?? signal}`).toBe(true);
  });
});

describe('what the terminal shows', () => {
  test('is a bar as long as the share that is done, and never longer than its place', () => {
    expect([0, 0.5, 1, 1.2, -1].map((share) => bar(share, 4))).toEqual(['░░░░', '██░░', '████', '████', '░░░░']);
  });

  test('is a table whose columns stand below their names', () => {
    const measure = { loss: 0.123456, metric: 0.97654 };
    const record = { epoch: 12, train: measure, validation: measure, seconds: 83 };
    const [header, row] = [epochHeader('accuracy'), epochRow(record, 'accuracy', true)];
    expect(row).toBe('    12      0.1235   97.65 %       0.1235   97.65 % 1 min 23 s   best');
    let end = 0;
    for (const name of ['epoch', 'train loss', 'train', 'valid. loss', 'valid.']) {
      end = header.indexOf(name, end) + name.length;
      expect(row.slice(end - 1, end + 1), `the number below "${name}" ends with it`).toMatch(/^\S $/);
    }
  });

  test('leaves the validation columns empty where there are no validation rows', () => {
    const record = { epoch: 1, train: { loss: 2, metric: 3 }, seconds: 1.5 };
    const row = epochRow(record, 'rmse', false);
    expect(row).toMatch(/^ {5}1 {7}2\.000 {5}3\.000 +1\.5 s$/);
    expect(row.length).toBe(epochRow({ ...record, validation: record.train }, 'rmse', false).length);
  });

  test('is a share in percent, or a number', () => {
    expect([formatMetric('accuracy', 0.5), formatMetric('rmse', 0.5)]).toEqual(['50.00 %', '0.5000']);
  });
});
