import { mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { loadModel } from '../../src/index.ts';
import { describeFile, type ModelColumn, readFacts, readMetadata, writeFacts } from '../../src/onnx/index.ts';
import { checkColumns } from '../../src/predict/index.ts';
import { churn, modelOf, people } from './support.ts';

let file: Uint8Array;
beforeAll(async () => {
  file = await modelOf(await churn(), { epochs: 1 });
});

test('a model file says what it takes, what it predicts, how it was trained and how good it was', () => {
  const facts = readFacts(readMetadata(file));
  expect(facts).toMatchObject({ task: 'classes', dataset: 'people', target: 'churned', classes: ['no', 'yes'] });
  expect(facts.columns!.map(({ name, kind }) => [name, kind])).toEqual([
    ['age', 'number'],
    ['city', 'category'],
    ['plan', 'category'],
    ['since', 'date'],
    ['active', 'category'],
  ]);
  const [age, city] = facts.columns!;
  expect(age.range).toEqual([18, 77]);
  expect(new Set(city.values)).toEqual(new Set(['Rome', 'Oslo', 'São Paulo', 'a, "b"']));
  expect(facts.settings).toMatchObject({ epochs: 1, seed: 0 });
  expect(facts.results).toMatchObject({ test: { metric: expect.any(Number) } });
  expect(facts.data).toMatchObject({ rows: people.length });
});

test('any ONNX file is described: inputs, outputs, operators, versions', () => {
  const { inputs, outputs, operators, opsets, producer, numbers } = describeFile(file);
  expect(inputs).toContainEqual({ name: 'city', type: 'string', shape: ['batch', 1] });
  expect(inputs).toContainEqual({ name: 'since', type: 'float', shape: ['batch', 1] });
  expect(outputs.map(({ name }) => name)).toEqual(['logits', 'probabilities', 'label']);
  expect(operators['ai.onnx.ml.LabelEncoder']).toBe(4);
  expect(opsets).toEqual({ '': 21, 'ai.onnx.ml': 3 });
  expect(producer).toBe('wellfit');
  expect(numbers).toBeGreaterThan(100);
});

describe('a file that is no model of this Wellfit is refused with what it is', () => {
  const facts = { task: 'regression', dataset: 'x', shape: [1], bytes: false } as const;

  test('made by another program', () => {
    expect(() => readFacts({})).toThrow(/was not made by Wellfit[\s\S]*ONNX Runtime/);
  });

  test('made by a newer Wellfit', () => {
    expect(() => readFacts({ ...writeFacts(facts), 'wellfit.version': '99' })).toThrow(/a newer Wellfit[\s\S]*update/);
  });

  test('made by an older one', () => {
    expect(() => readFacts({ ...writeFacts(facts), 'wellfit.version': '1' })).toThrow(/another Wellfit[\s\S]*again/);
  });

  test.each<[string, (bytes: Uint8Array) => Uint8Array]>([
    ['empty', () => new Uint8Array(0)],
    ['a text', () => new TextEncoder().encode('age,city\n1,Rome\n')],
    ['cut in half', (bytes) => bytes.slice(0, bytes.length >> 1)],
    ['cut by a byte', (bytes) => bytes.slice(0, -1)],
  ])('%s', async (_, damage) => {
    await expect(loadModel(damage(file))).rejects.toThrow(/no ONNX model|was not made by Wellfit|cannot be loaded/);
  });
});

describe('in Node a model may be named by its path', () => {
  let folder: string;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'wellfit-model-'));
    await writeFile(join(folder, 'model.onnx'), file);
  });

  test('or by the folder that holds it', async () => {
    const wanted = await (await loadModel(file)).predict(people.slice(0, 3));
    for (const path of [join(folder, 'model.onnx'), folder])
      expect(await (await loadModel(path)).predict(people.slice(0, 3))).toEqual(wanted);
  });

  test('and a name that is not there suggests the near one', async () => {
    await expect(loadModel(join(folder, 'modell.onnx'))).rejects.toThrow(
      `did you mean "${join(folder, 'model.onnx')}"?`,
    );
    await expect(loadModel(join(folder, 'nowhere', 'a.onnx'))).rejects.toThrow(/a path in a folder that is not there/);
  });
});

describe('columns are compared by name and content', () => {
  const columns: readonly ModelColumn[] = [
    { name: 'age', input: 'age', kind: 'number' },
    { name: 'hours_per_week', input: 'hours_per_week', kind: 'number' },
    { name: 'born', input: 'born', kind: 'date' },
    { name: 'city', input: 'city', kind: 'category' },
  ];
  const fitting = [
    { name: 'age', holds: 'integer', example: '3' },
    { name: 'hours_per_week', holds: 'boolean', example: 'true' },
    { name: 'born', holds: 'date', example: '2024-02-29' },
    { name: 'city', holds: 'integer', example: '7' },
  ] as const;

  test('what fits is taken in any order, and what is not needed is named', () => {
    expect(checkColumns(columns, [...fitting].reverse())).toEqual([]);
    expect(checkColumns(columns, [...fitting, { name: 'id', holds: 'integer', example: '1' }])).toEqual(['id']);
  });

  test('a column without any value fits everything', () => {
    expect(
      checkColumns(
        columns,
        fitting.map(({ name }) => ({ name, holds: 'text' })),
      ),
    ).toEqual([]);
  });

  test('every difference stands in one table', () => {
    const given = [
      { name: 'age', holds: 'text', example: 'forty', row: 17_202 },
      { name: 'Hours per week', holds: 'integer', example: '40' },
      { name: 'born', holds: 'integer', example: '1999' },
    ] as const;
    expect(() => checkColumns(columns, given)).toThrow(
      [
        '4 of 4 columns are not as the model needs them',
        '  expected  column          the model takes  the table has',
        '            age             number           text, such as "forty" in row 17,202',
        '            hours_per_week  number           missing; "Hours per week" looks like it',
        '            born            date             integer, such as "1999"',
        '            city            category         missing',
        '  received  3 columns: age, Hours per week, born',
      ].join('\n'),
    );
  });

  test('no column stands for two', () => {
    const two: readonly ModelColumn[] = [
      { name: 'rate1', input: 'rate1', kind: 'number' },
      { name: 'rate2', input: 'rate2', kind: 'number' },
    ];
    expect(() => checkColumns(two, [{ name: 'rate3', holds: 'number', example: '1' }])).toThrow(
      /rate1 {3}number {11}missing; "rate3" looks like it\n +rate2 {3}number {11}missing\n/,
    );
  });

  test('where all were only renamed, the query is given', () => {
    const renamed = fitting.map((column) => (column.name === 'age' ? { ...column, name: 'Age' } : column));
    expect(() => checkColumns(columns, renamed)).toThrow('select *, "Age" as "age" from data');
  });
});
