import { readFileSync } from 'node:fs';
import { mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as runtime from 'onnxruntime-node';
import { beforeAll, describe, expect, test, vi } from 'vitest';
import { Random, WellfitError } from '../../src/base/index.ts';
import { type Dataset, fromArrays, fromRows, type Row } from '../../src/data/index.ts';
import { loadData } from '../../src/data/readers/index.ts';
import { type EnsembleRun, trainEnsemble } from '../../src/ensemble/index.ts';
import { modelFile } from '../../src/export/index.ts';
import { crossValidate, gradientCheck, loadModel, rangeTest, train } from '../../src/index.ts';
import { readFacts, readMetadata } from '../../src/onnx/index.ts';
import { onnx } from '../../src/onnx/schema/onnx.js';
import {
  type Checkpoint,
  decodeCheckpoint,
  type Experiment,
  encodeCheckpoint,
  resolve,
  type TrainOptions,
} from '../../src/train/index.ts';
import { cpu, different, digits, expectSameBits, on, stepwise } from './support.ts';

vi.setConfig({ testTimeout: 60_000 });

type Rest = Omit<Experiment, 'data'>;
type From = NonNullable<Experiment['from']>;

const random = new Random(21);
const pick = <T>(list: readonly T[]): T => list[random.below(list.length)];
const colours = ['blue', 'green', 'red'];
const towns = Array.from({ length: 20 }, (_, i) => `town ${i}`);

/** People: a number, categories of few and of many values, a date and a boolean; what is to be told hangs on age and town. */
function peopleOf(count: number, { oldest = 60, more = [] as string[], gaps = false } = {}): Row[] {
  return Array.from({ length: count }, () => {
    const [age, town] = [18 + random.below(oldest - 17), random.below(20)];
    const gap = () => gaps && random.uniform() < 0.1;
    return {
      age: gap() ? null : age,
      colour: gap() ? null : pick([...colours, ...more]),
      town: random.uniform() < 0.05 ? 'rare' : towns[town],
      since: gap() ? null : new Date(Date.UTC(2020, 0, 1 + random.below(900))).toISOString().slice(0, 10),
      member: random.below(2) === 0,
      spent: 1e5 + 1e3 * age + 2e3 * (town % 4) + 500 * random.normal(),
      left: age + 5 * (town % 4) > 45 ? 'yes' : 'no',
    };
  });
}

const csv = (rows: readonly Row[]): string => {
  const names = [...new Set(rows.flatMap((row) => Object.keys(row)))];
  return [names.join(','), ...rows.map((row) => names.map((name) => row[name] ?? '').join(',')), ''].join('\n');
};
const folder = await mkdtemp(join(tmpdir(), 'wellfit-from-'));
let files = 0;
async function csvOf(rows: readonly Row[]): Promise<string> {
  const path = join(folder, `${files++}.csv`);
  await writeFile(path, csv(rows));
  return path;
}
const without = (rows: readonly Row[], ...names: string[]): Row[] =>
  rows.map((row) => Object.fromEntries(Object.entries(row).filter(([name]) => !names.includes(name))));

/** A table from a file, with the columns of an earlier model where there is one. */
async function tableOf(rows: readonly Row[], target: string, from?: Uint8Array): Promise<Dataset> {
  const left = target === 'left' ? 'spent' : 'left';
  return (await loadData({ table: await csvOf(without(rows, left)), target }, { from })).dataset;
}

const small: Rest = {
  model: [{ dense: { units: 8 } }, 'tanh', { dense: { units: 2 } }],
  optimizer: { adam: { lr: 0.02 } },
  epochs: 6,
  batchSize: 32,
};
const numbers: Rest = { ...small, model: [{ dense: { units: 8 } }, 'tanh', { dense: { units: 1 } }] };
/** Steps so small that no weight moves. */
const still: Rest = { optimizer: { sgd: { lr: 1e-38 } }, epochs: 1, earlyStopping: false };
const brief: Rest = { optimizer: { adam: { lr: 0.003 } }, epochs: 2, batchSize: 16 };

const run = (dataset: Dataset, rest: Rest, options: TrainOptions = {}): Promise<EnsembleRun> =>
  trainEnsemble(dataset, on(dataset, rest), { engine: cpu, ...options });
const fromOf = (bytes: Uint8Array, rest: Partial<From> = {}): From => ({
  model: 'old.onnx',
  bytes,
  ...rest,
});
const factsOf = (bytes: Uint8Array) => readFacts(readMetadata(bytes));

async function refusal(work: () => unknown): Promise<string> {
  try {
    await work();
  } catch (error) {
    if (error instanceof WellfitError) return error.message;
    throw error;
  }
  return expect.fail('nothing was refused');
}

/** What a person without Wellfit feeds: a tensor for each column. */
async function outputsOf(file: Uint8Array, rows: readonly Row[], output: string): Promise<number[]> {
  const session = await runtime.InferenceSession.create(file, { logSeverityLevel: 3, intraOpNumThreads: 1 });
  const shape = [rows.length, 1];
  const texts = (name: string) =>
    new runtime.Tensor(
      'string',
      rows.map((row) => String(row[name] ?? '')),
      shape,
    );
  const reals = (of: (row: Row) => number) => new runtime.Tensor('float32', Float32Array.from(rows, of), shape);
  const results = await session.run({
    age: reals(({ age }) => (age ?? Number.NaN) as number),
    colour: texts('colour'),
    town: texts('town'),
    since: reals(({ since }) => (since == null ? Number.NaN : Date.parse(since as string) / 86_400_000)),
    member: texts('member'),
  });
  await session.release();
  return [...(results[output].data as Float32Array)];
}

/** The same for rows in one input. */
async function plainOutputs(file: Uint8Array, { features, shape }: Dataset, rows: number, input = 'input') {
  const session = await runtime.InferenceSession.create(file, { logSeverityLevel: 3, intraOpNumThreads: 1 });
  const width = shape.reduce((a, b) => a * b, 1);
  const type = features instanceof Uint8Array ? 'uint8' : 'float32';
  const data = features.slice(0, rows * width);
  const results = await session.run({ [input]: new runtime.Tensor(type, data as Float32Array, [rows, ...shape]) });
  await session.release();
  return [...((results.logits ?? results.prediction).data as Float32Array)];
}

function expectClose(actual: readonly number[], expected: readonly number[], digitsAfter = 5): void {
  expect(actual.length).toBe(expected.length);
  expect(new Set(expected.map((x) => x.toFixed(6))).size, 'the answers differ').toBeGreaterThan(10);
  const scale = Math.max(...expected.map(Math.abs));
  for (const [i, x] of actual.entries()) expect(x / scale, `number ${i}`).toBeCloseTo(expected[i] / scale, digitsAfter);
}

const before = peopleOf(300);
const after: readonly Row[] = [
  ...peopleOf(196, { oldest: 90, more: ['mauve'], gaps: true }),
  // Nothing but what the first model has never seen.
  ...peopleOf(4).map((row) => ({ ...row, colour: 'mauve', town: 'Atlantis', since: '2031-05-05' })),
];

describe('a table of which more rows came', () => {
  let old: Uint8Array;
  let dataset: Dataset;
  beforeAll(async () => {
    const first = await tableOf(before, 'left');
    old = modelFile(await run(first, { ...small, preprocess: [{ columns: { bins: 6 } }] }));
    // Other columns beside, and in another order.
    const turned = after.map((row, i) => ({ extra: i % 7, ...Object.fromEntries(Object.entries(row).reverse()) }));
    dataset = await tableOf(turned, 'left', old);
  });

  test('has the columns and numbers of the model; what it has not seen is -1', () => {
    const { columns } = factsOf(old);
    expect(dataset.columns).toEqual(columns!.map(({ name }) => name));
    const colour = columns!.findIndex(({ name }) => name === 'colour');
    const { values, codes } = columns![colour];
    after.forEach((row, i) => {
      const known = values!.indexOf(row.colour as string);
      expect(dataset.features[i * dataset.shape[0] + colour]).toBe(known < 0 ? -1 : codes![known]);
    });
    expect(after.some((row) => row.colour === 'mauve') && after.some((row) => row.colour === null)).toBe(true);
  });

  test('before any update the file answers as before, and what was measured says so too', async () => {
    const same = await run(dataset, { ...still, from: fromOf(old) });
    const file = modelFile(same);
    for (const rows of [before, after])
      expectClose(await outputsOf(file, rows, 'probabilities'), await outputsOf(old, rows, 'probabilities'));
    const answers = await outputsOf(old, after, 'probabilities');
    const test = [...same.rows.test];
    const right = test.filter((row) => {
      const yes = answers[2 * row + 1] > answers[2 * row];
      return (after[row].left === 'yes') === yes;
    });
    expect(same.test!.metric).toBeCloseTo(right.length / test.length, 6);
  });

  test('learns on, says what was chosen, and goes on again and again', async () => {
    const longer = { ...brief, epochs: 8 };
    const second = await run(dataset, { ...longer, from: fromOf(old) });
    expect(second.settings).toMatchObject({ preprocess: [], model: [], from: { head: 'keep', freeze: false } });
    expect(second.chosen.map(({ setting }) => setting)).toEqual(expect.arrayContaining(['from.head', 'from.freeze']));
    const [start] = (await run(dataset, { ...still, from: fromOf(old) })).epochs;
    expect(second.epochs.at(-1)!.train.loss).toBeLessThan(start.train.loss);
    const file = modelFile(second);
    const third = await run(await tableOf(after, 'left', file), { ...still, from: fromOf(file) });
    const again = modelFile(third);
    expectClose(await outputsOf(again, after, 'probabilities'), await outputsOf(file, after, 'probabilities'));
    const [one, three] = [factsOf(old), factsOf(again)];
    const bare = ({ range: _, ...column }: (typeof one.columns & object)[number]) => column;
    expect(three.columns!.map(bare)).toEqual(one.columns!.map(bare));
    // Both the rows of then and those of now have been learned from.
    const ages = [...second.rows.train, ...third.rows.train].flatMap((row) => (after[row].age as number | null) ?? []);
    const [low, high] = one.columns!.find(({ name }) => name === 'age')!.range!;
    expect(high).toBeLessThan(Math.max(...ages));
    expect(three.columns!.find(({ name }) => name === 'age')!.range).toEqual([
      Math.min(low, ...ages),
      Math.max(high, ...ages),
    ]);
    expect(three.classes).toEqual(one.classes);
    const model = await loadModel(again);
    expect(await model.predict(after.slice(0, 3))).toHaveLength(3);
    await model.release();
  });

  test('all weights move, embeddings of many values too', async () => {
    const first = await run(dataset, { ...still, from: fromOf(old) });
    const moved = await run(dataset, { ...brief, from: fromOf(old) });
    expect(different(first.weights, moved.weights).sort()).toEqual([...first.weights.keys()].sort());
    expect([...first.weights.keys()].some((name) => name.startsWith('embed1.'))).toBe(true);
  });

  test('with other classes, or in another order, gets a new last layer', async () => {
    const renamed = after.map((row) => ({ ...row, left: row.left === 'yes' ? 'gone' : 'here' }));
    const other = await run(await tableOf(renamed, 'left', old), { ...brief, from: fromOf(old) });
    expect(other.settings.from).toMatchObject({ head: 'replace', freeze: false });
    expect(other.settings.model).toMatchObject([{ dense: { units: 2 } }]);
    expect(factsOf(modelFile(other)).classes).toEqual(['gone', 'here']);
    const { targets } = dataset;
    if (targets.kind !== 'classes') throw new Error('no classes');
    const turned: Dataset = {
      ...dataset,
      targets: { ...targets, classes: ['yes', 'no'], data: targets.data.map((x) => 1 - x) },
    };
    expect(resolve(on(turned, { from: fromOf(old) }), turned).settings.from).toMatchObject({ head: 'replace' });
    const listed = { from: fromOf(old), model: ['relu', { dense: { units: 2 } }] };
    expect(resolve(on(dataset, listed), dataset).settings.from).toMatchObject({ head: 'replace' });
  });

  test('for another question gets a new last layer too', async () => {
    const spent = await tableOf(after, 'spent', old);
    const other = await run(spent, { ...brief, from: fromOf(old) });
    expect(other.settings).toMatchObject({ from: { head: 'replace' }, target: 'standardize' });
    const answers = await outputsOf(modelFile(other), after, 'prediction');
    expect(Math.min(...answers)).toBeGreaterThan(5e4);
  });

  test('a column that is wanting, that is the target or holds something else is named', async () => {
    const table = async (rows: readonly Row[], target = 'left', more = {}) =>
      refusal(async () => loadData({ table: await csvOf(rows), target, ...more }, { from: old }));
    expect(await table(without(after, 'colour'))).toContain('the table has no column "colour"');
    expect(await table(after, 'member')).toContain('takes "member", which is the target now');
    expect(await table(after, 'left', { group: 'town' })).toContain('takes "town", which is the group now');
    const words = await table(after.map((row) => ({ ...row, age: 'old' })));
    expect(words).toContain('"age" cannot be taken for number');
    expect(await table(after, 'left', { columns: { colour: 'ignore' } })).toContain('than the earlier model');
    expect(await table(after, 'left', { columns: { spent: 'number' } })).toContain('the model does not take it');
  });

  test('a column without any value is all missing', async () => {
    const empty = await tableOf(
      after.map((row) => ({ ...row, age: null, since: null, colour: null })),
      'left',
      old,
    );
    const width = empty.shape[0];
    const at = empty.columns!.indexOf('age');
    for (let row = 0; row < empty.rows; row++) expect(empty.features[row * width + at]).toBeNaN();
    const same = await run(empty, { ...still, from: fromOf(old) });
    expect(Number.isFinite(same.test!.loss)).toBe(true);
  });

  test('that was read without the model is refused, and rows in memory can be read as it reads them', async () => {
    const rows = without(after, 'spent');
    const fresh = await fromRows(rows, { target: 'left' });
    const said = await refusal(() => run(fresh, { ...still, from: fromOf(old) }));
    expect(said).toContain('not numbered as in the model');
    const like = factsOf(old).columns!;
    const read = await fromRows(rows, { target: 'left', like });
    expect([...read.features]).toEqual([...(await tableOf(after, 'left', old)).features]);
    const flat = fromArrays({
      features: rows.map(() => [1, 2, 3, 4, 5]),
      targets: rows.map(({ left }) => left as string),
    });
    expect(await refusal(() => run(flat, { ...still, from: fromOf(old) }))).toContain('rows of numbers, no table');
  });

  test('its preprocessing is inside, and cannot be set before it again', async () => {
    const twice = { ...still, from: fromOf(old), preprocess: ['columns'] };
    expect(await refusal(() => run(dataset, twice))).toContain('has its preprocessing inside');
  });
});

describe('numbers', () => {
  let old: Uint8Array;
  let dataset: Dataset;
  beforeAll(async () => {
    old = modelFile(await run(await tableOf(before, 'spent'), { ...numbers, loss: 'huber', epochs: 40 }));
    dataset = await tableOf(after, 'spent', old);
  });

  test('go on in the unit of the target, with the loss they were learned by', async () => {
    const same = await run(dataset, { ...still, from: fromOf(old) });
    expect(same.settings).toMatchObject({ target: 'raw', loss: { huber: {} }, from: { head: 'keep' } });
    const answers = await outputsOf(old, after, 'prediction');
    expectClose(await outputsOf(modelFile(same), after, 'prediction'), answers);
    const rows = [...same.rows.test];
    const squares = rows.map((row) => (answers[row] - (after[row].spent as number)) ** 2);
    const rmse = Math.sqrt(squares.reduce((a, b) => a + b, 0) / rows.length);
    expect(same.test!.metric / rmse).toBeCloseTo(1, 3);
    const longer = await run(dataset, { ...brief, epochs: 10, from: fromOf(old) });
    expect(longer.epochs.at(-1)!.train.loss).toBeLessThan(same.epochs[0].train.loss);
  });

  test('a target that is standardized, or a loss of rates, does not fit a last layer that is kept', async () => {
    const said = await refusal(() => run(dataset, { ...still, from: fromOf(old), target: 'standardize' }));
    expect(said).toContain('answers in the unit of the target');
    const rates = await refusal(() => run(dataset, { ...still, from: fromOf(old), loss: 'poisson' }));
    expect(rates).toContain('logarithms of rates');
  });

  test('rates go on as the rates they are', async () => {
    const points = Array.from({ length: 120 }, () => [random.normal(), random.normal()]);
    const counts = fromArrays({ features: points, targets: points.map(([a]) => Math.round(Math.exp(1 + a / 2))) });
    const first = modelFile(await run(counts, { ...numbers, loss: 'poisson' }));
    const same = await run(counts, { ...still, from: fromOf(first) });
    expect(same.settings).toMatchObject({ loss: 'meanSquaredError', from: { head: 'keep' } });
    expectClose(await plainOutputs(modelFile(same), counts, 50), await plainOutputs(first, counts, 50));
  });
});

describe('other kinds of answers', () => {
  const points = Array.from({ length: 160 }, () => [random.normal(), random.normal()]);
  const cases: Record<string, { dataset: Dataset; rest: Rest; loss: string }> = {
    'one logit for two classes': {
      dataset: fromArrays({ features: points, targets: points.map(([a, b]) => (a > b ? 'above' : 'below')) }),
      rest: { model: [{ dense: { units: 4 } }, 'relu', { dense: { units: 1 } }], loss: 'binaryCrossEntropy' },
      loss: 'binaryCrossEntropy',
    },
    scores: {
      dataset: fromArrays({ features: points, targets: points.map(([a, b]) => (a > b ? 'above' : 'below')) }),
      rest: { model: [{ dense: { units: 4 } }, 'relu', { dense: { units: 2 } }], loss: 'hinge' },
      loss: 'hinge',
    },
    'several labels': {
      dataset: fromArrays({ features: points, targets: points.map(([a, b]) => [a > 0 ? 1 : 0, b > 0 ? 1 : 0]) }),
      rest: { model: [{ dense: { units: 4 } }, 'relu', { dense: { units: 2 } }], loss: 'binaryCrossEntropy' },
      loss: 'binaryCrossEntropy',
    },
    'several numbers': {
      dataset: fromArrays({ features: points, targets: points.map(([a, b]) => [a + b, 1e3 * (a - b)]) }),
      rest: { model: [{ dense: { units: 4 } }, 'relu', { dense: { units: 2 } }] },
      loss: 'meanSquaredError',
    },
  };

  test.each(Object.keys(cases))('%s: kept, with their loss', async (name) => {
    const { dataset, rest, loss } = cases[name];
    const first = await run(dataset, { ...rest, epochs: 3 });
    const same = await run(dataset, { ...still, from: fromOf(modelFile(first)) });
    expect(same.settings.from).toMatchObject({ head: 'keep' });
    expect(JSON.stringify(same.settings.loss)).toContain(loss);
    expect(same.test!.metric).toBeCloseTo(first.test!.metric, 3);
  });
});

describe('images', () => {
  const pixels = Uint8Array.from({ length: 120 * 64 }, () => random.below(256));
  const bytes = fromArrays({
    features: pixels,
    shape: [1, 8, 8],
    targets: Array.from({ length: 120 }, (_, row) => (pixels[row * 64] > 128 ? 'light' : 'dark')),
    name: 'bytes',
  });
  const conv: Rest = {
    model: [{ conv2d: { filters: 4 } }, 'batchNorm', 'relu', 'batchNorm', 'flatten', { dense: { units: 2 } }],
    epochs: 2,
  };

  test('go on with batch normalization folded and not, as bytes', async () => {
    const old = modelFile(await run(bytes, conv));
    const same = await run(bytes, { ...still, from: fromOf(old) });
    expect(same.settings).toMatchObject({ from: { head: 'keep' }, preprocess: [] });
    const names = [...same.weights.keys()].sort();
    // The first normalization is inside the convolution; running statistics are no weights.
    expect(names).toEqual(
      ['batchNorm2.scale', 'batchNorm2.shift', 'conv2d1.bias', 'conv2d1.weight', 'dense1.bias', 'dense1.weight'].sort(),
    );
    expectClose(await plainOutputs(modelFile(same), bytes, 60), await plainOutputs(old, bytes, 60));
    const on = await run(bytes, { ...brief, from: fromOf(old) });
    const file = modelFile(on);
    const again = await run(bytes, { ...still, from: fromOf(file) });
    expectClose(await plainOutputs(modelFile(again), bytes, 60), await plainOutputs(file, bytes, 60));
  });

  test('of another range of numbers, or another size, are refused', async () => {
    const old = modelFile(await run(bytes, conv));
    const floats: Dataset = { ...bytes, features: Float32Array.from(pixels, (x) => x / 255) };
    expect(await refusal(() => run(floats, { ...still, from: fromOf(old) }))).toContain('not what the model');
    const half: Dataset = {
      ...bytes,
      rows: 240,
      shape: [1, 8, 4],
      targets: { ...bytes.targets, data: new Int32Array(240) },
    } as Dataset;
    const said = await refusal(() => run(half, { ...still, from: fromOf(old) }));
    expect(said).toContain('do not fit together');
    expect(said).toContain('[1, 8, 8]');
  });
});

describe('an ensemble', () => {
  test('goes on as one network', async () => {
    const first = await tableOf(before, 'left');
    const bagged = await run(first, { ...small, epochs: 3, ensemble: { members: 2, bag: true } });
    const old = modelFile(bagged);
    const dataset = await tableOf(after, 'left', old);
    const same = await run(dataset, { ...still, from: fromOf(old) });
    expect(same.settings.from).toMatchObject({ head: 'keep' });
    expectClose(await outputsOf(modelFile(same), after, 'probabilities'), await outputsOf(old, after, 'probabilities'));
    const names = [...same.weights.keys()];
    for (const member of ['member1', 'member2']) expect(names.some((name) => name.startsWith(member))).toBe(true);
    const moved = await run(dataset, { ...brief, from: fromOf(old) });
    expect(different(same.weights, moved.weights).length).toBe(names.length);
    expect(await refusal(() => run(dataset, { ...still, from: fromOf(old, { head: 'replace' }) }))).toContain(
      'cannot be replaced',
    );
  });

  test('can be made of one network, bagged, and that goes on again', async () => {
    const old = modelFile(await run(await tableOf(before, 'left'), small));
    const dataset = await tableOf(after, 'left', old);
    const bagged = await run(dataset, { ...brief, from: fromOf(old), ensemble: { members: 2, bag: true } });
    const file = modelFile(bagged);
    expect(different(bagged.members![0].weights, bagged.members![1].weights).length).toBeGreaterThan(0);
    const again = await run(dataset, { ...still, from: fromOf(file) });
    expect(again.test!.metric).toBeCloseTo(bagged.test!.metric, 6);
    expectClose(
      await outputsOf(modelFile(again), after, 'probabilities'),
      await outputsOf(file, after, 'probabilities'),
    );
  });
});

describe('a model made elsewhere', () => {
  const golden = (file: string) =>
    new Uint8Array(readFileSync(new URL(`../golden/onnxModels/${file}`, import.meta.url)));
  const rowsOf = (shape: number[], classes: number, count = 90): Dataset =>
    fromArrays({
      features: Float32Array.from({ length: count * shape.reduce((a, b) => a * b, 1) }, () => random.normal()),
      shape,
      targets: Array.from({ length: count }, (_, row) => `class ${row % classes}`),
      name: 'made',
    });
  const images = rowsOf([3, 8, 8], 3);
  const cnn = golden('cnn-script.onnx');

  test.each(['mlp-script.onnx', 'mlp-old.onnx', 'cnn-dynamo.onnx', 'mobile-script.onnx', 'viewed-old.onnx'])(
    '%s: gets a new last layer and is frozen up to there; file and measure agree',
    async (file) => {
      const shape = { mlp: [3, 4], cnn: [3, 8, 8], mobile: [3, 9, 9], viewed: [1, 12, 12] }[file.split('-')[0]]!;
      const dataset = rowsOf(shape, 2);
      const trained = await run(dataset, { from: fromOf(golden(file)), epochs: 2, batchSize: 16 });
      expect(trained.settings).toMatchObject({ from: { head: 'replace', freeze: true }, optimizer: { adam: {} } });
      expect([...trained.weights.keys()]).toEqual(['dense1.weight', 'dense1.bias']);
      const out = modelFile(trained);
      const logits = await plainOutputs(out, dataset, dataset.rows);
      const { data } = dataset.targets;
      const right = [...trained.rows.test].filter((row) => Number(logits[2 * row + 1] > logits[2 * row]) === data[row]);
      expect(trained.test!.metric).toBeCloseTo(right.length / trained.rows.test.length, 6);
      const again = await run(dataset, { ...still, from: fromOf(out) });
      expect(again.settings.from).toMatchObject({ head: 'keep', freeze: false });
      expectClose(await plainOutputs(modelFile(again), dataset, 60), logits.slice(0, 120));
      const third = modelFile(await run(dataset, { ...brief, from: fromOf(modelFile(again)) }));
      expectClose(
        await plainOutputs(modelFile(await run(dataset, { ...still, from: fromOf(third) })), dataset, 60),
        await plainOutputs(third, dataset, 60),
      );
    },
  );

  test('learns as a whole with freeze false, and in part with a list', async () => {
    const all = await run(images, { ...brief, from: fromOf(cnn, { freeze: false }) });
    const names = [...all.weights.keys()];
    expect(names.length).toBeGreaterThan(4);
    const start = await run(images, { ...still, from: fromOf(cnn, { freeze: false }) });
    expect(different(start.weights, all.weights).sort()).toEqual(names.sort());
    const first = names.find((name) => name.endsWith('.weight') && !name.startsWith('dense1'))!;
    const part = await run(images, { ...brief, from: fromOf(cnn, { freeze: [first] }) });
    expect([...part.weights.keys()].sort()).toEqual(names.filter((name) => name !== first).sort());
    expect(part.settings.from).toMatchObject({ freeze: [first] });
    const said = await refusal(() => run(images, { ...brief, from: fromOf(cnn, { freeze: ['nothing'] }) }));
    expect(said).toContain('no weight that is kept is called "nothing…"');
  });

  test('keeps its last layer where that is asked for and fits', async () => {
    const five = rowsOf([3, 8, 8], 5);
    const kept = await run(five, { ...brief, from: fromOf(cnn, { head: 'keep' }) });
    expect(kept.settings).toMatchObject({ model: [], from: { head: 'keep', freeze: false } });
    const said = await refusal(() => run(images, { ...brief, from: fromOf(cnn, { head: 'keep' }) }));
    expect(said).toContain('the loss "crossEntropy" does not fit');
    const nothing = await refusal(() => run(five, { ...brief, from: fromOf(cnn, { head: 'keep', freeze: true }) }));
    expect(nothing).toContain('nothing in the model can be trained');
  });

  test("may be followed by layers of one's own", async () => {
    const model = [{ dense: { units: 6 } }, 'relu', { dropout: { rate: 0.2 } }, { dense: { units: 3 } }];
    const trained = await run(images, { ...brief, from: fromOf(cnn), model });
    expect(trained.network.model.parameterCount).toBeGreaterThan(20);
    const named = await run(images, { ...brief, from: fromOf(cnn), model: 'mlp' });
    expect(named.settings.model.length).toBeGreaterThan(2);
  });

  test('of another input, damaged, or no model at all is refused by name', async () => {
    const say = (bytes: Uint8Array, dataset = images) => refusal(() => run(dataset, { ...brief, from: fromOf(bytes) }));
    const shape = await say(cnn, rowsOf([3, 9, 9], 3));
    expect(shape).toContain('the model takes');
    expect(shape).toContain('[3, 9, 9]');
    expect(await say(cnn, rowsOf([8, 8, 3], 3))).toContain('channels at the other end');
    expect(await say(new TextEncoder().encode('age,city\n1,2\n'))).toMatch(/old\.onnx: .*no ONNX model/);
    expect(await say(new Uint8Array(0))).toContain('the file is empty');
    expect(await say(cnn.slice(0, cnn.length - 400))).toMatch(/old\.onnx: /);
    const model = onnx.ModelProto.decode(cnn);
    model.graph!.node!.find(({ opType }) => opType === 'Relu')!.opType = 'Rulu';
    const odd = onnx.ModelProto.encode(model).finish();
    expect(await say(odd)).toContain('the operator Rulu, which Wellfit does not have');
    expect(await refusal(() => run(images, { from: { model: 'old.onnx' } }))).toContain('was not read');
    const list = { model: 'old.onnx', bytes: [1, 2] } as unknown as From;
    expect(await refusal(() => run(images, { from: list }))).toContain('must be a Uint8Array');
  });
});

describe('an interrupted run', () => {
  /** Says that it is aborted when it is asked for the n-th time, and ever after. */
  const afterAsked = (n: number): AbortSignal => {
    let asked = 0;
    return {
      get aborted() {
        return ++asked >= n;
      },
    } as AbortSignal;
  };
  let old: Uint8Array;
  let dataset: Dataset;
  beforeAll(async () => {
    old = modelFile(await run(await tableOf(before, 'left'), small));
    dataset = await tableOf(after, 'left', old);
  });

  test.each<[string, Rest]>([
    ['one network', {}],
    ['an ensemble', { ensemble: { members: 2, bag: true } }],
    ['an average', { average: 'ema' }],
  ])('goes on to the same end: %s', async (_, more) => {
    const rest = { ...brief, ...more, from: fromOf(old) };
    const whole = await run(dataset, rest);
    let latest: Checkpoint | undefined;
    const options = { engine: stepwise(), checkpointSeconds: 1e9, onCheckpoint: (c: Checkpoint) => void (latest = c) };
    const part = await run(dataset, rest, { ...options, signal: afterAsked(8) });
    expect(part.stopped.ending).toBe('interrupted');
    const written = encodeCheckpoint(latest!);
    const resume = decodeCheckpoint(written);
    expect(written.length, 'the model that it goes on from is not inside').toBeLessThan(20 * old.length);
    expect(resume.settings.from).toEqual(whole.settings.from);
    // As the command line does it: by the settings of the checkpoint.
    const { bytes } = fromOf(old);
    const settings = { ...resume.settings, from: { ...resume.settings.from!, bytes } };
    const end = await trainEnsemble(dataset, settings, { engine: cpu, resume });
    expectSameBits(end.weights, whole.weights);
    expect(end.test).toEqual(whole.test);
    const other = modelFile(await run(await tableOf(before, 'left'), { ...small, seed: 5 }));
    const changed = { ...resume.settings, from: { ...resume.settings.from!, bytes: other } };
    const said = await refusal(() => trainEnsemble(dataset, changed, { engine: cpu, resume }));
    expect(said).toContain('another model than the one');
  });

  test('settings that were written do the same run again', async () => {
    const first = await run(dataset, { ...brief, from: fromOf(old) });
    const written = JSON.parse(JSON.stringify(first.settings)) as Experiment;
    const again = await trainEnsemble(dataset, { ...written, from: { ...written.from!, bytes: old } }, { engine: cpu });
    expectSameBits(again.weights, first.weights);
    expect(again.settings).toEqual(first.settings);
  });
});

describe('by the path of the file', () => {
  let old: string;
  let table: string;
  const data = () => ({ table, target: 'left' });
  beforeAll(async () => {
    old = join(folder, 'model.onnx');
    table = await csvOf(without(after, 'spent'));
    await writeFile(old, modelFile(await run(await tableOf(before, 'left'), small)));
  });

  test('train', async () => {
    const trained = await train({ ...brief, data: data(), from: { model: old } }, { engine: cpu });
    expect(trained.settings.from).toMatchObject({ model: old, head: 'keep' });
    const byFolder = await train({ ...still, data: data(), from: { model: folder } }, { engine: cpu });
    expect(byFolder.settings.from).toEqual(trained.settings.from);
    const said = await refusal(() => train({ data: data(), from: { model: join(folder, 'modle.onnx') } }));
    expect(said).toContain('did you mean');
    const odd = await refusal(() => train({ data: data(), from: { model: table } }));
    expect(odd).toMatch(/\.csv is no ONNX model/);
  });

  test('crossValidate, rangeTest and gradientCheck', async () => {
    const rest = { ...brief, data: data(), from: { model: old } };
    const { folds, metric } = await crossValidate(rest, 3, { engine: cpu });
    expect(folds).toHaveLength(3);
    expect(metric.mean).toBeGreaterThan(0.5);
    const found = await rangeTest({ ...rest, optimizer: 'adam' }, { engine: cpu }).catch((error) => error);
    // A model that has learned already may have no rate at which its loss clearly falls; then that is said.
    if (found instanceof Error) expect(found).toBeInstanceOf(WellfitError);
    else expect(found.lr).toBeGreaterThan(0);
    const { ratio } = await gradientCheck(rest);
    expect(ratio).toBeLessThan(1);
  });
});

test('digits: what was learned of some classes is a start for all', async () => {
  const model = ['flatten', { dense: { units: 24 } }, 'relu', { dense: { units: 10 } }];
  const first = await run(digits, { model, epochs: 12, limit: { train: 400 } });
  const old = modelFile(first);
  const rest: Rest = { limit: { train: 200 }, epochs: 2, split: { seed: 3 } };
  const on = await run(digits, { ...rest, from: fromOf(old) });
  const anew = await run(digits, { ...rest, model });
  expect(on.test!.metric).toBeGreaterThan(anew.test!.metric + 0.1);
});
