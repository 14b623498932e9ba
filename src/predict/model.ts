import { formatShape, grouped, sizeOf, WellfitError } from '../base/index.ts';
import { type ColumnValues, type Row, textOf } from '../data/index.ts';
import { type ModelTensor, type OpenModel, openModel } from '../engine/index.ts';
import { type ModelColumn, type ModelFacts, readFacts, readMetadata } from '../onnx/index.ts';
import { checkColumns } from './compare.ts';
import { cellsOf, feederOf, type Surprises } from './feeds.ts';

/** A class for a row. */
export interface ClassPrediction {
  readonly label: string;
  /** Of the label, 0 … 1. */
  readonly probability: number;
  readonly probabilities: Readonly<Record<string, number>>;
}

/** A class for a row from a model of the hinge loss, whose scores are no probabilities. */
export interface ScorePrediction {
  readonly label: string;
  readonly scores: Readonly<Record<string, number>>;
}

/** A number for a row, in the unit of the target. */
export interface NumberPrediction {
  readonly value: number;
  /** All of them, where a row has several. */
  readonly values: readonly number[];
}

/** For each label of a row how probable it is, 0 … 1. */
export interface LabelsPrediction {
  readonly probabilities: readonly number[];
}

/**
 * Rows to answer for. Of a table: an object for each row with a value for each column; null, undefined and '' where one is missing. Else numbers in the
 * order of the features, as one array or as a list a row; images as bytes 0 … 255 in planes [channels, height, width].
 */
export type PredictInput = readonly Row[] | Float32Array | Uint8Array | readonly (readonly number[])[];

/** Inputs of the model by name, with so many rows each. */
export type Feeds = Readonly<Record<string, ModelTensor>>;

/** Row-major numbers, `width` a row. */
export interface Answers {
  readonly width: number;
  readonly data: Float32Array;
}

interface Predictor<P> {
  readonly facts: ModelFacts;
  /**
   * One prediction a row, in their order.
   * @throws WellfitError with a table of the differences where the columns are not the model's
   */
  predict(rows: PredictInput): Promise<P[]>;
  /** What `predict` makes objects of: a probability or score for each class, a probability for each label, or predicted numbers. */
  answer(feeds: Feeds, rows: number): Promise<Answers>;
  /** The same as losses and metrics see it: logits instead of probabilities, one of two classes where the network gives one. */
  outputs(feeds: Feeds, rows: number): Promise<Answers>;
  /** The inputs for columns of a table; `surprises` collects what the training rows did not have. */
  feeds(columns: (name: string) => ColumnValues, rows: number, surprises: Surprises): Feeds;
  /** Frees the memory of the network; nothing can be asked afterwards. */
  release(): Promise<void>;
}

/** An open model; `task` tells what its predictions are. */
export type Model =
  | (Predictor<ClassPrediction> & { readonly task: 'classes' })
  | (Predictor<ScorePrediction> & { readonly task: 'scores' })
  | (Predictor<LabelsPrediction> & { readonly task: 'labels' })
  | (Predictor<NumberPrediction> & { readonly task: 'regression' });

export interface LoadModelOptions {
  /** Threads inside one operator; 0, the default, means one a core. */
  readonly threads?: number;
}

/** Numbers that are computed at once, at most: about 16 MB. */
const mostNumbers = 1 << 22;
/** Rows that are computed at once, at most. */
const mostRows = 1024;

/**
 * Opens a model file that Wellfit made, in Node or in a browser.
 * @example const model = await loadModel(bytes); const [answer] = await model.predict([{ age: 31, city: 'Rome' }]);
 * @throws WellfitError for bytes that are no model, or not one of Wellfit
 */
export async function loadModel(bytes: Uint8Array, { threads }: LoadModelOptions = {}): Promise<Model> {
  const facts = readFacts(readMetadata(bytes));
  const opened = await openModel(bytes, threads);
  const feeders = facts.columns?.map((column) => ({ column, feed: feederOf(column) }));
  const feeds = (columns: (name: string) => ColumnValues, rows: number, surprises: Surprises): Feeds =>
    Object.fromEntries(
      (feeders ?? []).map(({ column, feed }) => [column.input, feed(columns(column.name), rows, surprises)]),
    );
  const answer = async (given: Feeds, rows: number) =>
    bothClasses(facts, await run(opened, outputOf[facts.task], given, rows));
  const predictor = {
    facts,
    feeds,
    answer,
    outputs: (given: Feeds, rows: number) => run(opened, networkOutputOf[facts.task], given, rows),
    async predict(rows: PredictInput) {
      const predictions: unknown[] = [];
      for (const { given, count } of facts.columns ? tableBlocks(facts.columns, rows, feeds) : blocks(facts, rows)) {
        const { data, width } = await answer(given, count);
        for (let i = 0; i < count; i++) predictions.push(describe(facts, data.subarray(i * width, (i + 1) * width)));
      }
      return predictions as never[];
    },
    release: () => opened.release(),
  };
  return { ...predictor, task: facts.task } as Model;
}

const outputOf = {
  classes: 'probabilities',
  labels: 'probabilities',
  scores: 'scores',
  regression: 'prediction',
} as const;

const networkOutputOf = { ...outputOf, classes: 'logits', labels: 'logits' } as const;

async function run(opened: OpenModel, name: string, feeds: Feeds, rows: number): Promise<Answers> {
  const { [name]: result } = await opened.run(feeds, [name]);
  const data = result.data as Float32Array;
  return { width: data.length / rows, data };
}

/** Of two classes the network may give the probability of the second alone. */
function bothClasses({ task }: ModelFacts, answers: Answers): Answers {
  if (task !== 'classes' || answers.width > 1) return answers;
  const { data } = answers;
  return {
    width: 2,
    data: Float32Array.from({ length: 2 * data.length }, (_, i) => (i % 2 ? data[i >> 1] : 1 - data[i >> 1])),
  };
}

/** Place of the greatest of the numbers, the first of equal ones; -1 where one is NaN. */
export function greatest(numbers: ArrayLike<number>): number {
  let best = 0;
  for (let i = 0; i < numbers.length; i++) {
    if (Number.isNaN(numbers[i])) return -1;
    if (numbers[i] > numbers[best]) best = i;
  }
  return best;
}

function describe({ task, classes = [] }: ModelFacts, numbers: Float32Array) {
  if (task === 'regression') return { value: numbers[0], values: [...numbers] };
  if (task === 'labels') return { probabilities: [...numbers] };
  const best = Math.max(0, greatest(numbers));
  const each = Object.fromEntries(classes.map((name, i) => [name, numbers[i]]));
  return task === 'scores'
    ? { label: classes[best], scores: each }
    : { label: classes[best], probability: numbers[best], probabilities: each };
}

/** Rows of a table in blocks of a size that the memory does not feel. */
function* tableBlocks(
  columns: readonly ModelColumn[],
  given: PredictInput,
  feeds: Model['feeds'],
): Generator<{ given: Feeds; count: number }> {
  const rows = requireRows(given);
  if (rows.length > 0) checkRowColumns(columns, rows);
  const byName = new Map(columns.map((column) => [column.name, column]));
  for (let from = 0; from < rows.length; from += mostRows) {
    const part = rows.slice(from, from + mostRows);
    yield { given: feeds((name) => cellsOf(byName.get(name)!, part), part.length, new Map()), count: part.length };
  }
}

/** The same for rows of numbers. */
function* blocks(facts: ModelFacts, rows: PredictInput): Generator<{ given: Feeds; count: number }> {
  const shape = facts.shape!;
  const size = sizeOf(shape);
  const together = size * Math.max(1, Math.min(mostRows, Math.floor(mostNumbers / size)));
  const numbers = flat(rows, facts);
  for (let from = 0; from < numbers.length; from += together) {
    const data = numbers.slice(from, from + together);
    const count = data.length / size;
    yield { given: { input: { shape: [count, ...shape], data } }, count };
  }
}

function requireRows(rows: PredictInput): readonly Row[] {
  const odd = Array.isArray(rows)
    ? rows.findIndex((row) => typeof row !== 'object' || row === null || Array.isArray(row))
    : 0;
  if (odd === -1) return rows as readonly Row[];
  throw new WellfitError('data', 'this model answers for rows of a table', {
    expected: 'an array of objects with a value for each column',
    received: Array.isArray(rows)
      ? `${JSON.stringify(rows[odd])?.slice(0, 80)} at place ${odd}`
      : ((rows as object | undefined)?.constructor?.name ?? String(rows)),
    ...(typeof rows === 'object' &&
      rows !== null &&
      !Array.isArray(rows) && { fix: 'put one row into brackets, as in [row]' }),
  });
}

function checkRowColumns(columns: readonly ModelColumn[], rows: readonly Row[]): void {
  const names = [...new Set(rows.flatMap((row) => Object.keys(row)))];
  const given = names.map((name) => {
    const column = columns.find((known) => known.name === name);
    // Read as the model would read it, what is neither missing nor readable is something else.
    const odd = column && column.kind !== 'category' ? rows.findIndex((row) => unreadable(column, row)) : -1;
    const value = (rows[odd] ?? rows.find((row) => textOf(row[name]) !== null))?.[name];
    const holds = odd >= 0 ? ('text' as const) : column?.kind === 'date' ? ('date' as const) : ('number' as const);
    return { name, holds, ...(value !== undefined && { example: textOf(value) ?? '' }), ...(odd >= 0 && { row: odd }) };
  });
  checkColumns(columns, given);
}

const unreadable = (column: ModelColumn, row: Row): boolean =>
  textOf(row[column.name]) !== null && Number.isNaN((cellsOf(column, [row]) as Float64Array)[0]);

function flat(rows: PredictInput, { shape, bytes }: ModelFacts): Float32Array | Uint8Array {
  const size = sizeOf(shape!);
  const expected = `${bytes ? 'a Uint8Array' : 'a Float32Array'}, or lists, of ${formatShape(shape!)} = ${grouped(size)} numbers a row`;
  const refuse = (what: string, received: string): never => {
    throw new WellfitError('data', what, { expected, received });
  };
  const lists = Array.isArray(rows) ? (rows as readonly (readonly number[])[]) : undefined;
  if (!lists && !ArrayBuffer.isView(rows)) refuse('the rows do not fit the model', typeof rows);
  const odd = lists?.findIndex((row) => !Array.isArray(row) || row.length !== size) ?? -1;
  if (odd >= 0)
    refuse(
      `row ${odd} does not fit the model`,
      Array.isArray(lists![odd]) ? `${grouped(lists![odd].length)} numbers` : JSON.stringify(lists![odd]),
    );
  const numbers = lists ? lists.flat() : (rows as Float32Array | Uint8Array);
  if (numbers.length % size !== 0) refuse('the numbers do not fill whole rows', `${grouped(numbers.length)} numbers`);
  const wrong = bytes
    ? numbers.findIndex((x) => !(Number.isInteger(x) && x >= 0 && x <= 255))
    : numbers.findIndex((x) => typeof x !== 'number' || Number.isNaN(x));
  if (wrong >= 0)
    refuse(
      `number ${grouped(wrong % size)} of row ${grouped(Math.floor(wrong / size))} does not fit the model`,
      `${numbers[wrong]}${bytes ? ', where whole numbers from 0 to 255 belong' : ''}`,
    );
  if (bytes) return numbers instanceof Uint8Array ? numbers : Uint8Array.from(numbers);
  return numbers instanceof Float32Array ? numbers : Float32Array.from(numbers);
}
