import { type OptionSchema, parseOptions, unknownKey, WellfitError, z } from '../base/index.ts';
import { columnKinds } from './table/index.ts';

const kind = z.enum(Object.keys(columnKinds) as [keyof typeof columnKinds]);

/** Where data comes from, by the key that says so. */
export const dataSources = {
  /** Built in, or one of the public sets that are known by name. */
  dataset: z.strictObject({ dataset: z.string() }),
  table: z.strictObject({
    /** A path or glob, or several: .csv, .tsv, .jsonl, .json, .parquet, each also .gz. */
    table: z.union([z.string(), z.array(z.string()).min(1)]),
    target: z.string(),
    /** Which rows: a condition in SQL. */
    where: z.string().optional(),
    /** A whole query; the files are the table "data". */
    sql: z.string().optional(),
    task: z.enum(['binary', 'classes', 'regression']).optional(),
    /** What columns are, where the guess is not right. */
    columns: z.record(z.string(), kind).optional(),
    /** The columns that say which rows belong together, and when they happened; for a split by group or time. */
    group: z.string().optional(),
    time: z.string().optional(),
  }),
  images: z.strictObject({
    /** A folder with one folder for each class, or a table of paths and labels. */
    images: z.string(),
    /** Height and width in pixels; one number for a square. */
    size: z.union([z.int().positive(), z.tuple([z.int().positive(), z.int().positive()])]).optional(),
    channels: z.enum(['grey', 'color']).optional(),
    /** The columns of a table of paths and labels. */
    path: z.string().optional(),
    label: z.string().optional(),
  }),
} satisfies Record<string, OptionSchema>;

export const dataSchema = z.union([dataSources.dataset, dataSources.table, dataSources.images]);

export type DataSettings = z.output<typeof dataSchema>;
export type TableSettings = z.output<typeof dataSources.table>;
export type ImageSettings = z.output<typeof dataSources.images>;

/** @throws WellfitError for data that are of no known kind, and for unknown or wrong settings of a known one */
export function readData(given: unknown): DataSettings {
  const keys = typeof given === 'object' && given !== null ? Object.keys(given) : [];
  const named = keys.filter((key) => Object.hasOwn(dataSources, key));
  if (named.length !== 1) {
    if (keys.length > 0 && named.length === 0)
      throw unknownKey(
        keys[0],
        new Set([...Object.keys(dataSources), ...Object.keys(dataSources.table.shape)]),
        'data',
      );
    throw new WellfitError('option', 'the experiment does not say which data to use', {
      expected: '"data" with one of: dataset, table, images',
      received: named.length > 1 ? named.join(' and ') : (JSON.stringify(given) ?? 'nothing'),
      fix: 'as in { "table": "customers.csv", "target": "churned" }, { "images": "photos/" } or { "dataset": "digits" }',
    });
  }
  const source = named[0] as keyof typeof dataSources;
  if (source === 'table' && !keys.includes('target'))
    throw new WellfitError('option', 'the experiment does not say which column to learn', {
      fix: 'name it, as in: --target churned',
    });
  return parseOptions(dataSources[source] as z.ZodType<DataSettings>, given, 'data');
}

/** What the data are called before they are read. */
export function dataName(data: DataSettings): string {
  if ('dataset' in data) return data.dataset;
  if ('images' in data) return data.images;
  const [first, ...more] = [data.table].flat();
  return more.length > 0 ? `${first} and ${more.length} more` : first;
}
