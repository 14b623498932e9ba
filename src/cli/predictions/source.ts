import { formatShape, grouped, sizeOf, suggest, WellfitError } from '../../base/index.ts';
import {
  type ColumnProfile,
  type ColumnRequest,
  type ColumnValues,
  daysOf,
  numberOf,
  type Table,
} from '../../data/index.ts';
import { decodeImages, listImages, openTable } from '../../data/readers/index.ts';
import { checkColumns, type Feeds, fits, type GivenColumn, type Model, type Surprises } from '../../predict/index.ts';
import type { Io } from '../command.ts';

/** Some rows, ready for the model. */
export interface Portion {
  readonly rows: number;
  readonly feeds: Feeds;
  /** How each row is found again: its number in the table, or the path of its image. */
  readonly ids: readonly (number | string)[];
  /** Columns that were asked for, in their order. */
  readonly extra: readonly ColumnValues[];
  /** Places of images that cannot be read, which have no answer. */
  readonly broken: ReadonlySet<number>;
}

/** Data that a model is to answer for, read as the model needs them. */
export interface Source {
  readonly id: 'row' | 'path';
  readonly what: 'rows' | 'images';
  readonly total: number;
  /** Columns of a table. */
  readonly columns: readonly ColumnProfile[];
  /** Columns that the model does not need. */
  readonly spare: readonly string[];
  /** What the training rows did not have, counted while the portions are read. */
  readonly surprises: Surprises;
  /** Images that cannot be read, the same. */
  readonly broken: { readonly path: string; readonly why: string }[];
  portions(extra: readonly ColumnRequest[]): AsyncIterable<Portion>;
  close(): Promise<void>;
}

export interface SourceOptions {
  readonly where?: string;
  readonly sql?: string;
  /** A column that is no feature even where the model does not name its columns. */
  readonly target?: string;
}

const tableFile = /\.(csv|tsv|txt|jsonl|ndjson|json|parquet)(\.(gz|zst))?$/i;

/** @throws WellfitError where the data cannot be read, or are not such as the model was trained on */
export async function openSource(model: Model, data: string, options: SourceOptions, io: Io): Promise<Source> {
  const { columns, shape, bytes } = model.facts;
  if (!columns && shape!.length === 3 && !tableFile.test(data)) {
    if (options.where !== undefined || options.sql !== undefined)
      throw new WellfitError('option', '--where and --sql choose rows of a table', { received: `images, ${data}` });
    if (!bytes)
      throw new WellfitError('data', 'this model was not trained on the pixels of image files', {
        expected: `a table with ${grouped(sizeOf(shape!))} columns of numbers, as the data set "${model.facts.dataset}" has them`,
        received: data,
      });
    return openImages(data, shape as [number, number, number]);
  }
  const table = await openTable(
    { table: data, where: options.where, sql: options.sql, texts: textsOf(model, options.target) },
    { onProgress: (words) => io.redraw(words) },
  );
  try {
    io.redraw('');
    return columns ? await tableSource(model, table) : numbersSource(model, table, options.target);
  } catch (error) {
    await table.close();
    throw error;
  }
}

/** How numbers, booleans and dates are written that were read as such. */
const typed = /^(-?(0|[1-9]\d*)(\.\d*[1-9])?(e[-+]?\d+)?|true|false|\d{4}-\d\d-\d\d( .*)?)$/;

/** Columns that were texts in training stay texts, also where each of them could be a number here: "1.0" is not 1. */
function textsOf({ facts }: Model, target = facts.target): string[] {
  const columns = (facts.columns ?? []).map(({ name, values }) => ({ name, values }));
  const all = target === undefined ? columns : [...columns, { name: target, values: facts.classes }];
  return all.filter(({ values }) => values?.some((text) => !typed.test(text))).map(({ name }) => name);
}

/** A table whose columns the model knows by name. */
async function tableSource(model: Model, table: Table): Promise<Source> {
  const columns = model.facts.columns!;
  const spare = checkColumns(columns, await givenColumns(columns, table));
  const placeOf = new Map(columns.map(({ name }, i) => [name, i]));
  const surprises: Surprises = new Map();
  const requests = columns.map(
    ({ name, kind }): ColumnRequest => ({ name, as: kind === 'category' ? 'texts' : 'numbers' }),
  );
  return {
    ...tableParts(table),
    spare,
    surprises,
    async *portions(extra) {
      for await (const { first, rows, columns: values } of table.blocks([...requests, ...extra]))
        yield {
          rows,
          feeds: model.feeds((name) => values[placeOf.get(name)!], rows, surprises),
          ids: numbered(first, rows),
          extra: values.slice(requests.length),
          broken: none,
        };
    },
  };
}

const none: ReadonlySet<number> = new Set();
const numbered = (first: number, rows: number): number[] => Array.from({ length: rows }, (_, i) => first + i);

const tableParts = (table: Table) => ({
  id: 'row' as const,
  what: 'rows' as const,
  total: table.rows,
  columns: table.columns,
  broken: [],
  close: () => table.close(),
});

/** What the columns hold; for one of texts where the model takes numbers, the first value that is none. */
async function givenColumns(columns: NonNullable<Model['facts']['columns']>, table: Table): Promise<GivenColumn[]> {
  const given: GivenColumn[] = [];
  for (const { name, holds, top } of table.columns) {
    const plain: GivenColumn = { name, holds, ...(top.length > 0 && { example: top[0].value }) };
    const wanted = columns.find((column) => column.name === name);
    if (!wanted || fits(wanted, plain) || holds !== 'text') given.push(plain);
    else given.push({ ...plain, ...(await firstOdd(table, name, wanted.kind === 'date' ? daysOf : numberOf)) });
  }
  return given;
}

async function firstOdd(
  table: Table,
  name: string,
  read: (text: string) => number,
): Promise<{ example: string; row: number } | undefined> {
  for await (const { first, columns } of table.blocks([{ name, as: 'texts' }]))
    for (const [i, text] of (columns[0] as readonly (string | null)[]).entries())
      if (text !== null && Number.isNaN(read(text))) return { example: text, row: first + i };
  return undefined;
}

/** A table for a model that takes rows of so many numbers and does not know their names: its columns of numbers, in their order. */
function numbersSource({ facts }: Model, table: Table, target: string | undefined): Source {
  const shape = facts.shape!;
  const size = sizeOf(shape);
  const numeric = table.columns.filter(
    ({ name, holds }) => name !== target && (holds === 'integer' || holds === 'number'),
  );
  if (numeric.length !== size)
    throw new WellfitError('data', `the columns do not fit the model, which takes ${grouped(size)} numbers a row`, {
      expected: `${facts.bytes && shape.length === 3 ? 'an image, a folder of images, or ' : ''}${grouped(size)} columns of numbers, in the order of the features of "${facts.dataset}" ${formatShape(shape)}`,
      received: `${grouped(numeric.length)} of ${grouped(table.columns.length)}: ${numeric
        .slice(0, 12)
        .map(({ name }) => name)
        .join(', ')}${numeric.length > 12 ? ', …' : ''}`,
      fix: 'select the columns, as in: --sql "select a, b, c from data"',
    });
  const requests = numeric.map(({ name }): ColumnRequest => ({ name, as: 'numbers' }));
  const used = new Set(numeric.map(({ name }) => name));
  return {
    ...tableParts(table),
    spare: table.columns.map(({ name }) => name).filter((name) => !used.has(name)),
    surprises: new Map(),
    async *portions(extra) {
      for await (const { first, rows, columns } of table.blocks([...requests, ...extra])) {
        const data = facts.bytes ? new Uint8Array(rows * size) : new Float32Array(rows * size);
        for (let c = 0; c < size; c++)
          for (let i = 0; i < rows; i++) {
            const value = columns[c][i] as number;
            if (Number.isNaN(value) || (facts.bytes && !(value >= 0 && value <= 255)))
              throw new WellfitError(
                'data',
                `row ${grouped(first + i)}, column "${numeric[c].name}", does not fit the model`,
                {
                  expected: facts.bytes
                    ? 'a number from 0 to 255'
                    : 'a number: this model does not fill in what is missing',
                  received: Number.isNaN(value) ? 'nothing' : String(value),
                  fix: 'leave the row out with --where, or fill in a value with --sql',
                },
              );
            data[i * size + c] = value;
          }
        const feeds = { input: { shape: [rows, ...shape], data } };
        yield { rows, feeds, ids: numbered(first, rows), extra: columns.slice(size), broken: none };
      }
    },
  };
}

/** Pixels that are computed at once, at most, and images. */
const mostPixels = 1 << 22;
const mostImages = 128;

async function openImages(data: string, shape: readonly [number, number, number]): Promise<Source> {
  const paths = await listImages(data);
  const size = sizeOf(shape);
  const together = Math.max(1, Math.min(mostImages, Math.floor(mostPixels / size)));
  const broken: { path: string; why: string }[] = [];
  return {
    id: 'path',
    what: 'images',
    total: paths.length,
    columns: [],
    spare: [],
    surprises: new Map(),
    broken,
    async *portions() {
      let pixels: Uint8Array[] = [];
      let ids: string[] = [];
      let unread = new Set<number>();
      const portion = (): Portion => {
        const all = new Uint8Array(pixels.length * size);
        for (const [i, one] of pixels.entries()) all.set(one, i * size);
        const feeds = { input: { shape: [pixels.length, ...shape], data: all } };
        return { rows: pixels.length, feeds, ids, extra: [], broken: unread };
      };
      for await (const { path, pixels: read, why } of decodeImages(paths, shape)) {
        if (!read) {
          broken.push({ path, why: why! });
          unread.add(pixels.length);
        }
        pixels.push(read ?? new Uint8Array(size));
        ids.push(path);
        if (pixels.length < together) continue;
        yield portion();
        [pixels, ids, unread] = [[], [], new Set()];
      }
      if (pixels.length > 0) yield portion();
    },
    close: async () => {},
  };
}

/** @throws WellfitError for a name that is no column of the table, with near names */
export function requireColumn(source: Source, name: string, option: string): ColumnProfile {
  const found = source.columns.find((column) => column.name === name);
  if (found) return found;
  if (source.what === 'images')
    throw new WellfitError('option', `${option} names a column of a table, but the data are images`, {
      received: name,
    });
  throw new WellfitError('option', `${option}: the table has no column "${name}"`, {
    fix: suggest(
      name,
      source.columns.map((column) => column.name),
    ),
  });
}
