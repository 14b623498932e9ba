import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { type ClassPrediction, loadModel } from '../../src/index.ts';
import { people } from '../predict/support.ts';
import { folderWithImages, folderWithModels, peopleCsv } from './models.ts';
import { jsonOf, stackTrace, start, wellfit } from './support.ts';

let cwd: string;
beforeAll(async () => {
  cwd = await folderWithModels();
});

const linesOf = (text: string): string[] => text.trimEnd().split('\n');

describe('predictions of a table', () => {
  test('are CSV on stdout, a line a row in the order of the table, the same as those of loadModel', async () => {
    const { code, stdout, stderr } = await wellfit(cwd, 'predict', 'run', 'people.csv');
    expect(code).toBe(0);
    expect(stderr).toMatch(/^note: not needed by the model: id, spent\n/);
    const [header, ...lines] = linesOf(stdout);
    expect(header).toBe('row,prediction,probability_no,probability_yes');
    expect(lines).toHaveLength(people.length);
    const model = await loadModel(join(cwd, 'run'));
    const wanted = (await model.predict(people)) as ClassPrediction[];
    for (const [i, line] of lines.entries()) {
      const [row, prediction, no, yes] = line.split(',');
      expect([row, prediction]).toEqual([String(i), wanted[i].label]);
      expect(Number(no)).toBeCloseTo(wanted[i].probabilities.no, 6);
      expect(Number(yes)).toBeCloseTo(wanted[i].probabilities.yes, 6);
    }
  });

  test('carry columns over, quoted where they must be', async () => {
    const { stdout } = await wellfit(cwd, 'predict', 'run/model.onnx', 'people.csv', '--keep', 'city,id');
    const [header, ...lines] = linesOf(stdout);
    expect(header).toBe('row,city,id,prediction,probability_no,probability_yes');
    expect(lines[1]).toMatch(/^1,"a, ""b""",1001,/);
    expect(lines[0]).toMatch(/^0,,1000,/);
  });

  test('go to JSON lines, with numbers as numbers and null where nothing is', async () => {
    const done = await wellfit(
      cwd,
      'predict',
      'spending.onnx',
      'people.csv',
      '--keep',
      'id,city,active',
      '--out',
      's.jsonl',
    );
    expect(done.stdout).toMatch(/^s\.jsonl: predictions for 400 rows in /);
    const rows = linesOf(await readFile(join(cwd, 's.jsonl'), 'utf8')).map((line) => JSON.parse(line));
    expect(rows).toHaveLength(400);
    expect(rows[0]).toEqual({ row: 0, id: 1000, city: null, active: true, prediction: expect.any(Number) });
  });

  test('go to Parquet, which can be read again with the types of its columns', async () => {
    await wellfit(cwd, 'predict', 'run', 'people.csv', '--keep', 'id,age,city,plan,since,active', '--out', 'p.parquet');
    const again = await wellfit(cwd, 'predict', 'run', 'p.parquet', '--json');
    expect(jsonOf(again).rows).toBe(400);
    const first = await wellfit(cwd, 'predict', 'run', 'people.csv', '--json');
    expect(jsonOf(again).predictions).toEqual(jsonOf(first).predictions);
  });

  test('are of the rows that --where or --sql choose, and stand in the one object of --json', async () => {
    const done = await wellfit(cwd, 'predict', 'run', 'people.csv', '--where', 'id < 1003', '--keep', 'id', '--json');
    const { rows, predictions, spare, surprises, model } = jsonOf(done);
    expect({ rows, spare, surprises, model }).toEqual({
      rows: 3,
      spare: ['spent'],
      surprises: {},
      model: join('run', 'model.onnx'),
    });
    expect(predictions.map(({ id }: { id: number }) => id)).toEqual([1000, 1001, 1002]);
    const query = 'select *, age as years from data order by id desc limit 2';
    const { stdout } = await wellfit(cwd, 'predict', 'run', 'people.csv', '--sql', query, '--keep', 'id');
    expect(linesOf(stdout).map((line) => line.split(',')[1])).toEqual(['id', '1399', '1398']);
  });

  test('are given for values never seen, which are counted and told of', async () => {
    const csv = 'age,city,plan,since,active\n300,Atlantis,pro,2020-05-01,true\n-4,Oslo,gold,1999-01-01,false\n,,,,\n';
    await writeFile(join(cwd, 'strange.csv'), csv);
    const done = await wellfit(cwd, 'predict', 'run', 'strange.csv', '--json');
    expect(jsonOf(done)).toMatchObject({
      rows: 3,
      surprises: {
        age: { outside: 2, unseen: 0, examples: ['300', '-4'] },
        city: { outside: 0, unseen: 1, examples: ['Atlantis'] },
        plan: { outside: 0, unseen: 1, examples: ['gold'] },
        since: { outside: 1, unseen: 0, examples: ['1999-01-01'] },
      },
    });
    expect(done.stderr).toContain(
      'warning: age: 2 of 3 rows lie outside 18 … 77, all that the model has seen: 300, -4',
    );
    expect(done.stderr).toContain(
      'warning: city: 1 of 3 rows has a value that the model has not learned, such as "Atlantis"',
    );
    expect(done.stderr).toContain('warning: since: 1 of 3 rows lies outside 2020-01-');
  });
});

describe('a wrong command line or table is refused, and nothing is written', () => {
  const renamed = peopleCsv.replace('age,', 'Age,').replace(/^1007,\d+/m, '1007,forty');
  const text = peopleCsv.replace(/^1007,\d+/m, '1007,forty');
  test.each<[string, string[], number, string[]]>([
    ['no model', ['runn', 'people.csv'], 2, ['there is no model runn', 'did you mean "run"?']],
    ['no data', ['run'], 2, ["missing required argument 'data'"]],
    [
      'data that are not there',
      ['run', 'peopel.csv'],
      1,
      ['there is no file peopel.csv', 'did you mean "people.csv"?'],
    ],
    ['no ONNX file', ['people.csv', 'people.csv'], 1, ['people.csv: these bytes are no ONNX model']],
    ['a renamed column', ['run', 'renamed.csv'], 1, ['missing; "Age" looks like it']],
    ['a text among numbers', ['run', 'text.csv'], 1, ['number', 'text, such as "forty" in row 7']],
    ['no rows', ['run', 'header.csv'], 1, ['header.csv has no rows']],
    ['an empty file', ['run', 'empty.csv'], 1, ['empty.csv is empty']],
    ['no row left', ['run', 'people.csv', '--where', 'age > 1000'], 2, ['no row of people.csv is left']],
    ['a folder', ['run', 'run'], 1, ['run is a folder']],
    ['an unknown ending', ['run', 'people.csv', '--out', 'p.xlsx'], 2, ['.csv, .jsonl, .parquet']],
    ['no folder', ['run', 'people.csv', '--out', 'a/b.csv'], 1, ['the folder of --out is not there: a']],
    ['the data as output', ['run', 'people.csv', '--out', './people.csv'], 2, ['--out would overwrite people.csv']],
    ['an unknown column', ['run', 'people.csv', '--keep', 'idd'], 2, ['no column "idd"', 'did you mean "id"?']],
  ])('%s', async (_, args, code, says) => {
    for (const [name, content] of Object.entries({ 'renamed.csv': renamed, 'text.csv': text, 'empty.csv': '' }))
      await writeFile(join(cwd, name), content);
    await writeFile(join(cwd, 'header.csv'), peopleCsv.split('\n')[0]);
    const before = await readdir(cwd);
    const done = await wellfit(cwd, 'predict', ...args);
    for (const part of says) expect(done.stderr).toContain(part);
    expect(done.stderr).not.toMatch(stackTrace);
    expect(done.code).toBe(code);
    expect(done.stdout).toBe('');
    expect(await readdir(cwd)).toEqual(before);
    expect(await readFile(join(cwd, 'people.csv'), 'utf8')).toBe(peopleCsv);
  });

  test('a kept column that is called as one of the output', async () => {
    const query = 'select *, 1 as prediction from data';
    const done = await wellfit(cwd, 'predict', 'run', 'people.csv', '--sql', query, '--keep', 'prediction');
    expect(done.stderr).toContain('the output would have two columns "prediction"');
    expect(done.code).toBe(2);
  });

  test('with --json, as one object', async () => {
    const done = await wellfit(cwd, 'predict', 'run', 'people.csv', '--keep', 'idd', '--json');
    expect(jsonOf(done)).toEqual({ error: expect.objectContaining({ kind: 'option' }) });
  });
});

test('interrupted while it writes, it leaves no file behind and ends with 130', async () => {
  const [header, ...rows] = linesOf(peopleCsv);
  const many = Array.from({ length: 700 }, () => rows.join('\n')).join('\n');
  await writeFile(join(cwd, 'many.csv'), `${header}\n${many}\n`);
  const running = start(cwd, ['predict', 'run', 'many.csv', '--out', 'many.out.csv']);
  const parts = async () => (await readdir(cwd)).filter((name) => name.startsWith('many.out'));
  while ((await parts()).length === 0) await new Promise((done) => setTimeout(done, 20));
  expect(await parts()).toEqual([expect.stringMatching(/^many\.out\.csv\.\d+\.part$/)]);
  running.child.kill('SIGINT');
  const { code, stderr } = await running.finished;
  expect(stderr).toMatch(/interrupted after [\d,]+ of 280,000 rows/);
  expect(code).toBe(130);
  expect(await parts()).toEqual([]);
});

describe('predictions of images', () => {
  let folder: string;
  beforeAll(async () => {
    folder = await folderWithImages();
  });

  test('of a folder and of one file, by path', async () => {
    const { stdout, code } = await wellfit(folder, 'predict', 'photos.onnx', 'photos');
    expect(code).toBe(0);
    const [header, ...lines] = linesOf(stdout);
    expect(header).toBe('path,prediction,probability_bright,probability_dark');
    expect(lines.map((line) => line.split(',').slice(0, 2))).toEqual(
      ['bright', 'dark'].flatMap((label) => [0, 1, 2, 3, 4].map((n) => [join('photos', label, `${n}.png`), label])),
    );
    const one = await wellfit(folder, 'predict', 'photos.onnx', 'photos/dark/3.png');
    expect(linesOf(one.stdout)[1].split(',').slice(1)).toEqual(lines[8].split(',').slice(1));
  });

  test('an image that cannot be read has no prediction, and is told of; of none that can, nothing is made', async () => {
    const { 'photos/dark/0.png': good, ...rest } = {
      'photos/dark/0.png': await readFile(join(folder, 'photos/dark/0.png')),
      'a.png': Buffer.from('not an image'),
    };
    const mixed = await folderWithImages();
    await writeFile(join(mixed, 'photos', 'a.png'), rest['a.png']);
    await writeFile(join(mixed, 'photos', 'b.png'), good);
    const done = await wellfit(mixed, 'predict', 'photos.onnx', 'photos/*.png', '--json');
    const { predictions, broken } = jsonOf(done);
    expect(predictions.map(({ prediction }: { prediction: string }) => prediction)).toEqual([null, 'dark']);
    expect(broken).toEqual([{ path: join('photos', 'a.png'), why: expect.stringContaining('none of JPEG') }]);
    expect(done.stderr).toContain('warning: 1 of 2 images cannot be read');
    const none = await wellfit(mixed, 'predict', 'photos.onnx', 'photos/a.png');
    expect(none.stderr).toContain('cannot be read');
    expect([none.code, none.stdout]).toEqual([1, '']);
  });

  test('a folder without images, and options of tables, are refused', async () => {
    const { stderr, code } = await wellfit(folder, 'predict', 'photos.onnx', 'photos/nothing');
    expect(stderr).toContain('there is no file or folder photos/nothing');
    expect(code).toBe(1);
    const where = await wellfit(folder, 'predict', 'photos.onnx', 'photos', '--where', 'a > 1');
    expect(where.stderr).toContain('--where and --sql choose rows of a table');
    expect(where.code).toBe(2);
    const keep = await wellfit(folder, 'predict', 'photos.onnx', 'photos', '--keep', 'id');
    expect(keep.stderr).toContain('the data are images');
    expect(keep.code).toBe(2);
  });
});
