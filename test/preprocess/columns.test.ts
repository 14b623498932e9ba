import { describe, expect, test } from 'vitest';
import { type Dataset, fromRows, type TableColumn } from '../../src/data/index.ts';
import { type Engine, onnxRuntimeEngine, referenceEngine } from '../../src/engine/index.ts';
import { Graph } from '../../src/graph/index.ts';
import { decode, encode } from '../../src/onnx/index.ts';
import { applyPreprocess, embeddedSlots, outputShape, readPreprocess } from '../../src/preprocess/index.ts';
import { messageOf } from '../data/support.ts';
import { gap, readGolden, type StoredTensor, tensorOf } from '../golden/read.ts';
import { apply, batch, dataset, fit, range } from './support.ts';

interface Golden {
  readonly features: StoredTensor;
  readonly train: StoredTensor;
  readonly table: readonly TableColumn[];
  readonly cases: readonly { options: Record<string, number>; slots: readonly number[]; y: StoredTensor }[];
}

const golden = readGolden<Golden>('columns.json');
const features = tensorOf(golden.features);
const train = tensorOf(golden.train).data as Int32Array;
const data: Dataset = {
  ...dataset(features.data as Float32Array, features.shape.slice(1)),
  table: golden.table,
};
const cpu = onnxRuntimeEngine({ device: 'cpu', threads: 1 });
const engines: [Engine, number][] = [
  [referenceEngine, 1e-12],
  // The year of a day, about 54, stands in float32 with an error of 2e-6: twice around, an angle of 2e-5.
  [cpu, 5e-5],
];
const columns = (options: object = {}) => [{ columns: options }];

/** A table of one column of numbers, and what "columns" makes of it. */
async function oneColumn(values: readonly (number | null)[], options: object = { bins: 0 }, rows?: Int32Array) {
  const numbers = Float32Array.from(values, (x) => x ?? Number.NaN);
  const table = [{ name: 'x', kind: 'number', missing: values.includes(null) }] as const;
  const one = { ...dataset(numbers, [1]), table };
  const fitted = await fit(referenceEngine, one, columns(options), rows);
  const { data: y, shape } = await apply(referenceEngine, fitted.steps, batch(one, one.rows));
  return { y, shape, fitted };
}

describe('columns fitted on the training rows make of all rows what scikit-learn and NumPy make of them', () => {
  for (const { options, slots, y } of golden.cases)
    for (const [engine, tolerance] of engines)
      test(`${JSON.stringify(options)} (${engine.name})`, async () => {
        const steps = readPreprocess(columns(options));
        const expected = tensorOf(y);
        expect(outputShape(steps, data)).toEqual(expected.shape.slice(1));
        expect(embeddedSlots(steps, data)).toEqual(slots);
        const fitted = await fit(engine, data, columns(options), train);
        expect(fitted.shape).toEqual(expected.shape.slice(1));
        const result = await apply(engine, fitted.steps, batch(data, data.rows));
        expect(result.shape).toEqual(expected.shape);
        expect(gap(result.data, expected.data)).toBeLessThan(tolerance);
      });
});

test('columns without information in the training rows are named', async () => {
  const { notes } = await fit(referenceEngine, data, columns(), train);
  expect(notes).toEqual([
    'constant in the training rows, and so without effect: constant, missing where it is learned',
  ]);
});

describe('only the training rows are learned from', () => {
  const width = data.shape[0];
  const moved = (change: (x: number, at: number) => number): Dataset => {
    const held = new Set(range(0, data.rows).filter((row) => !train.includes(row)));
    const changed = (data.features as Float32Array).map((x, i) =>
      held.has(Math.floor(i / width)) ? change(x, i % width) : x,
    );
    return { ...data, features: changed };
  };

  test.each([
    [
      'wild numbers, and other values of categories',
      (_: number, at: number) =>
        golden.table[at].kind === 'category' ? Math.max(0, golden.table[at].values!.length - 1) : 1e9,
    ],
    ['nothing in any column', (_: number, at: number) => golden.table[at].values?.length ?? Number.NaN],
    ['values that are on no list', (x: number, at: number) => (golden.table[at].values ? -1 : -x)],
  ])('other rows hold %s', async (_, change) => {
    const before = await fit(referenceEngine, data, columns(), train);
    expect(await fit(referenceEngine, moved(change), columns(), train)).toEqual(before);
    const others = await fit(referenceEngine, moved(change), columns(), range(0, data.rows));
    expect(others.steps).not.toEqual(before.steps);
  });
});

describe('a number', () => {
  test('that is missing stands where the median does, and the flag tells them apart', async () => {
    const { y, shape } = await oneColumn([1, 2, 3, 4, 5, null, 3]);
    expect(shape).toEqual([7, 2]);
    expect([y[10], y[11]]).toEqual([0, 1]);
    expect([y[12], y[13]]).toEqual([0, 0]);
  });

  test('never goes beyond 3, keeps its order and is hardly changed between the quartiles', async () => {
    const values = [-1e12, -50, -1, -0.5, 0, 0.5, 1, 50, 1e12];
    const { y, fitted } = await oneColumn(values);
    const [median, factor] = [fitted.steps[0].fitted.median.data[0], fitted.steps[0].fitted.factor.data[0]];
    expect(y).toEqual(y.toSorted());
    for (const [i, x] of values.entries()) {
      expect(Math.abs(y[i])).toBeLessThanOrEqual(3);
      const z = (x - median) * factor;
      if (Math.abs(z) <= 0.5) expect(Math.abs(y[i] - z)).toBeLessThan(0.01);
    }
  });

  test('of two values is scaled and has no pieces between them', async () => {
    const { y, shape } = await oneColumn([0, 1, 0, 1, 1, 0], { bins: 4 });
    expect(shape).toEqual([6, 5]);
    for (let row = 0; row < 6; row++) expect([...y.slice(5 * row + 1, 5 * row + 5)]).toEqual([0, 0, 0, 0]);
    expect(y[0]).not.toBe(y[5]);
  });

  test('in pieces: each has mean 0 over the training rows, and a number beyond the last edge changes nothing', async () => {
    const values = Array.from({ length: 40 }, (_, i) => Math.exp(i / 7));
    const { y } = await oneColumn([...values, 1e3, 1e6], { bins: 5 }, range(0, 40));
    for (let piece = 1; piece <= 5; piece++) {
      let sum = 0;
      for (let row = 0; row < 40; row++) sum += y[6 * row + piece];
      expect(Math.abs(sum)).toBeLessThan(1e-12);
      expect(y[6 * 40 + piece]).toBe(y[6 * 41 + piece]);
    }
  });
});

test('a model file carries "columns", for batches of any size', async () => {
  const fitted = await fit(cpu, data, columns(), train);
  const graph = new Graph();
  graph.output('y', applyPreprocess(fitted.steps, graph.feed('x', 'float', [2, ...data.shape])));
  const file = encode(graph, { freeBatch: true });
  for (const rows of [1, 7]) {
    const program = await cpu.compile(decode(file, rows).graph);
    const { y } = await program.run(cpu.memory(), { x: batch(data, rows) });
    const expected = await apply(cpu, fitted.steps, batch(data, rows));
    expect(y.shape).toEqual(expected.shape);
    expect(gap(y.data, expected.data)).toBeLessThan(1e-6);
    await program.release();
  }
});

describe('what would take codes or missing values for numbers is refused', () => {
  const refused: [readonly unknown[], RegExp][] = [
    [[], /"test" need the preprocessing step "columns" first\n {2}received {2}the category "region", and no step/],
    [['standardize'], /the category "region", and "standardize" first/],
    [['standardize', 'columns'], /"standardize" first/],
    [['columns', 'standardize'], /preprocess\[1\].standardize would change the codes of categories\n.*"town" of 12/],
    [[{ columns: { bins: -1 } }], /bins: must be at least 0/],
    [[{ columns: { most: 0 } }], /most: must be greater than 0/],
  ];
  test.each(refused)('%j', async (steps, said) => {
    expect(await messageOf(() => outputShape(readPreprocess(steps), data))).toMatch(said);
  });

  test('"columns" on rows that are no table, and as a later step', async () => {
    const plain = { shape: [3], name: 'plain' };
    expect(await messageOf(() => outputShape(readPreprocess(['columns']), plain))).toMatch(
      /preprocess\[0\].columns: these rows are no columns of a table/,
    );
    const numbers = { ...plain, table: [{ name: 'x', kind: 'number', missing: false }] as const, shape: [1] };
    expect(await messageOf(() => outputShape(readPreprocess(['center', 'columns']), numbers))).toMatch(
      /preprocess\[1\].columns: these rows are no columns of a table/,
    );
  });

  test('missing numbers', async () => {
    const lacking = { shape: [1], name: 'lacking', table: [{ name: 'x', kind: 'number', missing: true }] as const };
    expect(await messageOf(() => outputShape(readPreprocess(['standardize']), lacking))).toMatch(
      /missing values in "x", and "standardize" first/,
    );
  });

  test('but whole numbers alone may go through any steps, and one-hot features through more', async () => {
    const numbers = { shape: [2], name: 'numbers', table: [0, 1].map((i) => number(`x${i}`)) };
    expect(outputShape(readPreprocess(['standardize', { pca: 1 }]), numbers)).toEqual([1]);
    const steps = readPreprocess([{ columns: { oneHot: 1000, bins: 0 } }, 'standardize']);
    expect(embeddedSlots(steps, data)).toEqual([]);
    expect(outputShape(steps, data)).toEqual(outputShape(steps.slice(0, 1), data));
  });
  const number = (name: string) => ({ name, kind: 'number', missing: false }) as const;
});

test('a value beyond the list of a category is neither a feature nor an error', async () => {
  const colours = ['red', 'green', 'blue', 'red', 'green', 'blue', 'red', 'green'];
  const made = await fromRows(
    colours.map((colour, i) => ({ colour, y: i % 2 })),
    { target: 'y' },
  );
  const { steps } = await fit(referenceEngine, made, columns());
  const x = { dtype: 'float', shape: [2, 1], data: Float64Array.of(-1, 3) } as const;
  const { data: y } = await apply(referenceEngine, steps, x);
  expect([...y]).toEqual([0, 0, 0, 0, 0, 0]);
});
