import { execFileSync } from 'node:child_process';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { encodePng } from '../../src/data/readers/index.ts';
import { expectRefusal, folderWith, jsonOf, wellfit } from './support.ts';

const times = <T>(count: number, of: (i: number) => T): T[] => Array.from({ length: count }, (_, i) => of(i));

const csv = `id,age,zip,note,spent,churned
${times(120, (i) => `${i},${20 + ((i * 7) % 50)},${1000 + (i % 3)},remark number ${i} of them,${(i * 13) % 31},${i % 2 ? 'yes' : 'no'}`).join('\n')}
`;
const brief = ['--epochs', '1', '--set', 'ensemble.members=2', '--json'];

/** The command that the report of a run shows, as a person would read it. */
async function commandIn(cwd: string, report: string): Promise<string> {
  const page = await readFile(join(cwd, report), 'utf8');
  const [, shown] = /<code>(wellfit train[^<]*)<\/code>/.exec(page) ?? expect.fail('no command in the report');
  return shown
    .replaceAll('&quot;', '"')
    .replaceAll('&#39;', "'")
    .replaceAll('&gt;', '>')
    .replaceAll('&lt;', '<')
    .replaceAll('&amp;', '&');
}

describe('train on a table', () => {
  let cwd: string;
  beforeAll(async () => {
    cwd = await folderWith({ 'people.csv': csv });
  });

  test('--where, --column and --task decide what is learned from what', async () => {
    const options = ['--where', 'age > 30', '--column', 'spent=ignore', '--column', 'age=category'];
    const done = await wellfit(cwd, 'train', 'people.csv', '--target', 'churned', ...options, ...brief);
    expect(done.code, done.stderr).toBe(0);
    const result = jsonOf(done);
    const rows = times(120, (i) => 20 + ((i * 7) % 50)).filter((age) => age > 30).length;
    const [train, validation, held] = /([\d,]+) rows to train on, (\d+) for validation, (\d+) for/
      .exec(done.stderr)!
      .slice(1);
    expect(Number(train) + Number(validation) + Number(held)).toBe(rows);
    expect(result.settings.data).toMatchObject({
      where: 'age > 30',
      task: 'binary',
      columns: { id: 'ignore', age: 'category', zip: 'category', note: 'ignore', spent: 'ignore' },
    });
    expect(result.table).toMatchObject({ target: 'churned', task: 'binary' });
    expect(done.stderr).toMatch(/^ {2}age +category /m);
    expect(done.stderr).toMatch(/^ {2}spent +ignore .* left out: as asked$/m);
    expect(result.baselines.map(({ name }: { name: string }) => name)).toEqual([
      expect.stringMatching(/^always "(yes|no)"$/),
      'a linear model',
    ]);
  });

  test('--task takes numbers for classes, and --sql brings columns of its own', async () => {
    const sql = 'SELECT age, spent / 2.0 AS half, age % 3 AS third FROM data WHERE spent > 3';
    const done = await wellfit(
      cwd,
      'train',
      'people.csv',
      '--target',
      'third',
      '--task',
      'classes',
      '--sql',
      sql,
      ...brief,
    );
    expect(done.code, done.stderr).toBe(0);
    const { settings, table } = jsonOf(done);
    expect(settings.data).toMatchObject({ sql, task: 'classes', columns: { age: 'number', half: 'number' } });
    expect(settings.metric).toBe('accuracy');
    expect(table.columns.map(({ name }: { name: string }) => name)).toEqual(['age', 'half']);
  });

  test('the report shows a command that does the same again', async () => {
    const told = ['people.csv', '--target', 'churned', '--column', 'spent=ignore', '--column', 'note=ignore'];
    const odd = ['--where', "note <> 'it''s' and age > 25", '--seed', '3', '--threads', '1', '--lr', '0.01'];
    const first = await wellfit(cwd, 'train', ...told, ...odd, ...brief, '--out', 'somewhere else');
    expect(first.code, first.stderr).toBe(0);
    const { files, test: measured } = jsonOf(first);
    const command = await commandIn(cwd, files.report);
    expect(command).toContain('wellfit train people.csv ');
    for (const part of ['--target churned', '--column spent=ignore --column note=ignore', '--seed 3', '--lr 0.01'])
      expect(command).toContain(part);
    for (const part of ['--json', '--out', '--engine', 'undefined']) expect(command).not.toContain(part);
    // A real shell divides it.
    const words = execFileSync('sh', ['-c', `printf '%s\\n' ${command}`], { encoding: 'utf8' })
      .trim()
      .split('\n');
    expect(words).toContain("note <> 'it''s' and age > 25");
    const again = await wellfit(cwd, ...words.slice(1), '--json');
    expect(again.code, again.stderr).toBe(0);
    expect(jsonOf(again).test).toEqual(measured);
  });

  test('without --target lists the columns to choose from', async () => {
    const refused = await wellfit(cwd, 'train', 'people.csv');
    expectRefusal(
      refused,
      'which column of "people" is to be learned?',
      'id, age, zip, note, spent, churned',
      '--target churned',
    );
  });

  test.each([
    ['agee', ['--where', 'agee > 3']],
    ['did you mean "age"?', ['--column', 'agee=number']],
    ['--column name=kind', ['--column', 'age']],
    ['cannot be taken for date', ['--column', 'age=date']],
    ['data.task', ['--task', 'guess']],
    ['no row of people.csv is left', ['--where', 'age > 1000']],
  ])('says "%s" after %j', async (said, options) => {
    expectRefusal(await wellfit(cwd, 'train', 'people.csv', '--target', 'churned', ...options), said);
  });

  test('refuses what is said of a table where there is none', async () => {
    const refused = await wellfit(cwd, 'train', '--dataset', 'iris', '--where', 'age > 3');
    expectRefusal(refused, '--where needs a table');
  });
});

describe('train on a folder of images', () => {
  test('goes on without a broken file, and tells of it', async () => {
    const cwd = await folderWith();
    for (const [label, value] of [
      ['dark', 20],
      ['light', 220],
    ] as const) {
      await mkdir(join(cwd, 'photos', label), { recursive: true });
      for (let i = 0; i < 15; i++) {
        const pixels = Uint8Array.from({ length: 64 }, (_, k) => value + ((k * i) % 7));
        await writeFile(join(cwd, 'photos', label, `${i}.png`), await encodePng(pixels, [1, 8, 8]));
      }
    }
    await writeFile(join(cwd, 'photos', 'dark', 'broken.png'), 'no picture at all');
    const done = await wellfit(cwd, 'train', 'photos/', '--epochs', '1', '--json');
    expect(done.code, done.stderr).toBe(0);
    expect(done.stderr).toMatch(/^skipped dark\/broken\.png: .+$/m);
    const { broken, settings, files } = jsonOf(done);
    expect(broken).toEqual([{ path: 'dark/broken.png', why: expect.any(String) }]);
    expect(settings.data).toEqual({ images: 'photos/', size: [8, 8], channels: 'grey' });
    const page = await readFile(join(cwd, files.report), 'utf8');
    expect(page).toContain('dark/broken.png');
    expect(await commandIn(cwd, files.report)).toBe('wellfit train photos/ --epochs 1');
  });
});
