import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { peopleCsv } from './models.ts';
import { expectRefusal, type Finished, folderWith, jsonOf, stackTrace, start, wellfit } from './support.ts';

const [head, ...lines] = peopleCsv.trim().split('\n');
const table = (rows: readonly string[]) => `${[head, ...rows].join('\n')}\n`;
/** Half of the people, and the other half with a city that the first model does not know. */
const files = {
  'people.csv': table(lines.slice(0, 200)),
  'more.csv': table(lines.slice(200).map((line) => line.replace('Oslo', 'Lima'))),
};
const brief = ['--target', 'churned', '--column', 'spent=ignore', '--epochs', '2', '--json'];
const from = ['--target', 'churned', '--epochs', '2', '--json', '--from'];

describe('train --from', () => {
  let cwd: string;
  let first: { run: string; files: { model: string } };
  let second: Finished;
  beforeAll(async () => {
    cwd = await folderWith(files);
    first = jsonOf(await wellfit(cwd, 'train', 'people.csv', ...brief, '--model', 'mlp'));
    second = await wellfit(cwd, 'train', 'more.csv', ...from, first.run, '--out', 'second');
  });

  test('goes on from a run by its name, its folder, its file, or "last"', async () => {
    const result = jsonOf(second);
    expect(second.code).toBe(0);
    expect(result.settings).toMatchObject({ preprocess: [], from: { model: first.files.model, head: 'keep' } });
    expect(result.settings.from).not.toHaveProperty('bytes');
    expect(result.settings.data.columns).toMatchObject({ spent: 'ignore', id: 'ignore', city: 'category' });
    for (const given of [join('.wellfit', 'runs', first.run), 'last']) {
      const same = jsonOf(await wellfit(cwd, 'train', 'more.csv', ...from, given, '--out', `by-${given.length}`));
      expect(same.settings.from).toEqual(result.settings.from);
      expect(same.test).toEqual(result.test);
    }
  });

  test('writes a model that can be inspected, asked and gone on from, and a report', async () => {
    const facts = await wellfit(cwd, 'inspect', join('second', 'model.onnx'));
    expect(facts.code).toBe(0);
    for (const name of ['age', 'city', 'since', 'churned']) expect(facts.stdout).toContain(name);
    expect(await readFile(join(cwd, 'second', 'report.html'), 'utf8')).toContain('from');
    await writeFile(join(cwd, 'blind.csv'), files['more.csv']);
    const said = await wellfit(cwd, 'predict', 'second', 'blind.csv', '--out', 'said.csv');
    expect(said.code, said.stderr).toBe(0);
    expect((await readFile(join(cwd, 'said.csv'), 'utf8')).trim().split('\n')).toHaveLength(201);
    const third = await wellfit(cwd, 'train', 'people.csv', ...from, 'second', '--out', 'third');
    expect(jsonOf(third).settings.from).toMatchObject({ model: join('second', 'model.onnx'), head: 'keep' });
  });

  test('names what is near where there is no such model', async () => {
    const near = `${first.run.slice(0, -1)}x`;
    expectRefusal(
      await wellfit(cwd, 'train', 'more.csv', ...from, near),
      'there is no model',
      `did you mean "${first.run}"`,
    );
    const odd = await wellfit(cwd, 'train', 'more.csv', ...from, 'people.csv');
    expect(odd.code).toBe(1);
    expect(odd.stderr).not.toMatch(stackTrace);
    expect(odd.stderr).toContain('people.csv is no ONNX model');
  });

  test('names the column that a table lacks', async () => {
    const cut = files['more.csv'].split('\n').map((line) => line.replace(/^([^,]*),[^,]*,/, '$1,'));
    await writeFile(join(cwd, 'cut.csv'), cut.join('\n'));
    const refused = await wellfit(cwd, 'train', 'cut.csv', ...from, first.run);
    expectRefusal(refused, 'the earlier model', 'the table has no column "age"');
  });

  test('an interrupted run goes on, unless the model has changed', async () => {
    await wellfit(cwd, 'train', 'people.csv', ...brief, '--model', 'mlp', '--out', 'base');
    const long = ['train', 'more.csv', '--target', 'churned', '--from', 'base', '--epochs', '4000'];
    const running = start(cwd, [...long, '--set', 'earlyStopping=false', '--out', 'stopped']);
    await running.until(/^ +3 +\d/m);
    running.child.kill('SIGINT');
    expect((await running.finished).code).toBe(130);
    const again = start(cwd, ['train', '--resume', 'stopped']);
    await again.until(/resuming stopped in epoch/);
    await again.until(/^ +\d+ +\d\.\d+/m);
    again.child.kill('SIGINT');
    expect((await again.finished).code).toBe(130);
    await writeFile(join(cwd, 'base', 'model.onnx'), await readFile(join(cwd, 'second', 'model.onnx')));
    expectRefusal(
      await wellfit(cwd, 'train', '--resume', 'stopped'),
      'another model than the one',
      'bring the old file back',
    );
  });
});
