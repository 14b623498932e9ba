import { grouped, hashText, type Picked, pick, Random, type Shape, WellfitError, z } from '../base/index.ts';
import type { Dataset, TableColumn } from '../data/index.ts';
import type { Engine } from '../engine/index.ts';
import { Graph, type Value } from '../graph/index.ts';
import { center } from './center.ts';
import { clip } from './clip.ts';
import { columns } from './columns.ts';
import { pulse } from './fitting/pulse.ts';
import { type Earlier, openRows } from './fitting/rows.ts';
import { log1p } from './log1p.ts';
import { minMax } from './minMax.ts';
import { pca } from './pca.ts';
import type { Fitted, Preprocessor } from './preprocessor.ts';
import { rescale } from './rescale.ts';
import { robust } from './robust.ts';
import { scale } from './scale.ts';
import { standardize } from './standardize.ts';
import { binsFor, layoutOf } from './table/layout.ts';
import { type LearnedColumn, learnedColumns } from './table/learned.ts';
import { whiten } from './whiten.ts';

/** Every preprocessor. To add one: a file beside these, and a line here. */
export const preprocessors = { columns, center, standardize, scale, minMax, robust, clip, log1p, rescale, pca, whiten };

export type PreprocessName = keyof typeof preprocessors;

/** A step of an experiment with its options and what it learned. */
export interface Preprocess extends Picked<PreprocessName> {
  readonly fitted: Fitted;
}

export interface PreprocessTools {
  /** Transforms rows through the steps before, and multiplies matrices. */
  readonly engine: Engine;
  /** Draws the rows of a `sample`. */
  readonly seed: number;
  /** Told now and then which step is being fitted, and how far it is (0 … 1). */
  readonly onProgress?: (step: string, done: number) => void;
}

export const preprocessSchema = z.array(z.unknown());

/** Reads what an experiment asks for. */
export const readPreprocess = (entries: readonly unknown[]): Picked<PreprocessName>[] =>
  entries.map((entry, i) => pick(preprocessors, entry, `preprocess[${i}]`, 'preprocessing step'));

const specOf = (kind: PreprocessName): Preprocessor => preprocessors[kind];
const nameOf = (kind: string, i: number) => `preprocess[${i}].${kind}`;
const stream = hashText('preprocess');

/**
 * Shape of a row after the steps, before they are fitted: the largest it can become where that depends on the data, as with the components
 * that hold a share of the variance.
 * @throws WellfitError for a step that cannot work on the rows it would get
 */
export function outputShape(
  steps: readonly Picked<PreprocessName>[],
  { shape: input, table, name }: Pick<Dataset, 'shape' | 'table' | 'name'>,
): Shape {
  if (table) checkFirst(steps, table, name);
  return steps.reduce(
    (shape, { kind, options }, i) =>
      specOf(kind).shape?.(shape, options, nameOf(kind, i), i === 0 ? table : undefined) ?? shape,
    input,
  );
}

/** The step that suits a table: numbers are cut into as many pieces as its rows can fill. */
export const columnsStep = ({ rows }: Dataset, table: readonly TableColumn[]): unknown => ({
  columns: { bins: binsFor(table, rows) },
});

/** How many slots each category has that "columns" gives as a number, slot 0 for unseen values included; none for other data. */
export const embeddedSlots = (
  [first]: readonly Picked<PreprocessName>[],
  { table }: Pick<Dataset, 'table'>,
): number[] =>
  table && first?.kind === 'columns'
    ? layoutOf(table, first.options as never).embedded.map(({ slots }) => slots + 1)
    : [];

/** What the steps learned of each column of a table; nothing where the columns are numbers that other steps scale. */
export const learnedOf = ([first]: readonly Preprocess[], table: readonly TableColumn[]): LearnedColumn[] =>
  first?.kind === 'columns' ? learnedColumns(table, first.fitted) : table.map(() => ({}));

/** @throws WellfitError where codes of categories or missing values would be taken for numbers */
function checkFirst(steps: readonly Picked<PreprocessName>[], table: readonly TableColumn[], name: string): void {
  const odd = table.find(({ kind, missing }) => kind !== 'number' || missing);
  if (steps[0]?.kind !== 'columns' && odd)
    throw new WellfitError('option', `the columns of "${name}" need the preprocessing step "columns" first`, {
      received: `${odd.kind === 'number' ? 'missing values in' : `the ${odd.kind}`} "${odd.name}", and ${steps.length === 0 ? 'no step' : `"${steps[0].kind}" first`}`,
      fix: 'begin "preprocess" with "columns", or leave preprocess out',
    });
  const embedded = steps[0]?.kind === 'columns' ? layoutOf(table, steps[0].options as never).embedded : [];
  if (steps.length > 1 && embedded.length > 0)
    throw new WellfitError('option', `${nameOf(steps[1].kind, 1)} would change the codes of categories`, {
      received: `"${table[embedded[0].at].name}" of ${table[embedded[0].at].values!.length} values`,
      fix: 'end with "columns", or give { "columns": { "oneHot": 1000 } } so that no category is embedded',
    });
}

/**
 * Fits the steps in order, each on the training rows as the steps before left them; other rows are only checked. `shape` is that of a row
 * after the last step; `notes` say in sentences what a person should know, such as constant features.
 * @throws WellfitError for a step that does not fit the rows
 */
export async function fitPreprocess(
  steps: readonly Picked<PreprocessName>[],
  dataset: Dataset,
  rows: Int32Array,
  { engine, seed, onProgress = () => {} }: PreprocessTools,
): Promise<{ steps: Preprocess[]; shape: Shape; notes: string[] }> {
  const fitted: Preprocess[] = [];
  const notes: string[] = [];
  let shape = dataset.shape;
  for (const [i, { kind, options }] of steps.entries()) {
    const spec = specOf(kind);
    const where = nameOf(kind, i);
    const tools = {
      engine,
      where,
      table: i === 0 ? dataset.table : undefined,
      pulse: pulse((done) => onProgress(kind, done)),
    };
    const look = async <T>(indices: Int32Array, at: (rows: Awaited<ReturnType<typeof openRows>>) => Promise<T>) => {
      const open = await openRows(dataset, indices, earlier(fitted), engine);
      try {
        return await at(open);
      } finally {
        await open.release();
      }
    };
    spec.shape?.(shape, options, where, tools.table);
    if (spec.check) await look(allRows(dataset), (all) => spec.check!(all, options, tools));
    const chosen = sampleOf(rows, options.sample as number | undefined, seed, i);
    const learned = spec.fit && (await look(chosen, (open) => spec.fit!(open, options, tools)));
    const step = { kind, options, fitted: learned?.fitted ?? {} };
    fitted.push(step);
    notes.push(...(learned?.notes ?? []));
    if (chosen.length < rows.length)
      notes.push(`${kind} learned from a sample of ${grouped(chosen.length)} of ${grouped(rows.length)} training rows`);
    shape = applyPreprocess([step], new Graph().feed('row', 'float', [1, ...shape])).shape.slice(1);
  }
  return { steps: fitted, shape, notes };
}

const earlier = (steps: readonly Preprocess[]): Earlier => ({
  origin: steps.length === 0 ? 'data' : steps.some(({ kind }) => specOf(kind).mixes) ? 'mixed' : 'computed',
  apply: (x) => applyPreprocess(steps, x),
});

const allRows = ({ rows }: Dataset) => Int32Array.from({ length: rows }, (_, row) => row);

/** As many of the rows as asked for, drawn without replacement, in ascending order. */
const sampleOf = (rows: Int32Array, sample: number | undefined, seed: number, step: number): Int32Array =>
  sample === undefined || sample >= rows.length
    ? rows
    : new Random(seed, stream, step).shuffle(rows.slice()).subarray(0, sample).sort();

/** The steps as nodes of the graph: [batch, …row] to [batch, …shape]. */
export const applyPreprocess = (steps: readonly Preprocess[], x: Value): Value =>
  steps.reduce(
    (value, { kind, options, fitted }) => x.graph.scope(kind, () => specOf(kind).apply(value, fitted, options)),
    x,
  );

/**
 * The way back, as nodes of the graph: from what `applyPreprocess` gives to the raw row.
 * @throws WellfitError for a step that has no inverse
 */
export const invertPreprocess = (steps: readonly Preprocess[], y: Value): Value =>
  steps.reduceRight((value, { kind, options, fitted }, i) => {
    const { invert } = specOf(kind);
    if (!invert)
      throw new WellfitError('option', `${nameOf(kind, i)} has no inverse`, {
        likely: `${kind} loses what it changes`,
        fix: 'invert the steps after it alone, or leave it out',
      });
    return y.graph.scope(`${kind}/inverse`, () => invert(value, fitted, options));
  }, y);
