import { forShell, grouped, WellfitError } from '../../base/index.ts';
import { describeFile, isOwn, readFacts, readMetadata } from '../../onnx/index.ts';
import type { Dataset, EarlierColumn } from '../dataset.ts';
import type { DataSettings, ImageSettings, TableSettings } from '../source.ts';
import { type Table, type TableData, tableDataset } from '../table/index.ts';
import { type BrokenImage, loadImageFolder } from './imageFolder/index.ts';
import { type LoadOptions, loadDataset } from './named.ts';
import { openTable } from './table/index.ts';

/** Data that were read, and what else is known of them. */
export interface LoadedData {
  readonly dataset: Dataset;
  /** The settings with what was found filled in: reading them again gives the same data set. */
  readonly data: DataSettings;
  /** Tables only; `rowsAt` takes rows of the data set. */
  readonly table?: TableData & Pick<Table, 'rowsAt'>;
  /** Images only. */
  readonly paths?: readonly string[];
  readonly broken?: readonly BrokenImage[];
}

export interface LoadDataOptions extends LoadOptions {
  /** Hears what is being done, and how far it is: 0 … 1. */
  readonly onProgress?: (words: string, done?: number) => void;
  readonly signal?: AbortSignal;
  /** The ONNX file that a training goes on from: columns and sizes of images are taken as it takes them. */
  readonly from?: Uint8Array;
}

/**
 * Reads the data that an experiment names.
 * @throws WellfitError for files that are missing or damaged, and data that nothing can be learned of
 */
export async function loadData(data: DataSettings, options: LoadDataOptions = {}): Promise<LoadedData> {
  if ('dataset' in data) return { dataset: await loadDataset(data.dataset, options), data };
  const given = options.from && inputsOf(options.from);
  if ('table' in data) return loadTable(data, options, given?.columns);
  const [channels, height, width] = given?.shape ?? [];
  const fitting: Partial<ImageSettings> =
    height && width ? { size: [height, width], channels: channels === 1 ? 'grey' : 'color' } : {};
  return loadImages({ ...fitting, ...data }, options);
}

/** What a model takes: the columns of a table, or images [channels, height, width]. */
function inputsOf(bytes: Uint8Array): { columns?: readonly EarlierColumn[]; shape?: readonly number[] } {
  const metadata = readMetadata(bytes);
  if (isOwn(metadata)) return readFacts(metadata);
  const [first] = describeFile(bytes).inputs;
  const shape = first?.shape.slice(1).map(Number);
  return shape?.length === 3 && shape.every((n) => n > 0) ? { shape } : {};
}

async function loadTable(
  data: TableSettings,
  { onProgress = () => {} }: LoadDataOptions,
  like?: readonly EarlierColumn[],
): Promise<LoadedData> {
  const source = { table: data.table, where: data.where, sql: data.sql };
  const table = await openTable(source, { onProgress });
  try {
    const read = await tableDataset(table, { ...data, like }, (done) => onProgress(`reading ${table.name}`, done));
    const kinds = Object.fromEntries(read.columns.map(({ name, kind }) => [name, kind]));
    return {
      dataset: read.dataset,
      data: { ...data, task: read.task, columns: asWritten(kinds) },
      table: {
        ...read,
        // The rows are looked up when they are needed, so that nothing stays open.
        async rowsAt(rows) {
          const again = await openTable(source);
          try {
            return await again.rowsAt(rows.map((row) => read.rowNumbers[row]));
          } finally {
            await again.close();
          }
        },
      },
    };
  } finally {
    await table.close();
  }
}

/** Kinds that were inferred, as an experiment may write them: what is left out is ignored. */
const asWritten = (kinds: Readonly<Record<string, TableData['columns'][number]['kind']>>): TableSettings['columns'] =>
  Object.fromEntries(
    Object.entries(kinds).map(([name, kind]) => [
      name,
      kind === 'text' || kind === 'identifier' || kind === 'constant' ? 'ignore' : kind,
    ]),
  );

/**
 * The error for a table whose target nobody named: it lists the columns to choose from.
 * @throws WellfitError as opening the table does
 */
export async function missingTarget(source: { table: string | readonly string[] }): Promise<WellfitError> {
  const table = await openTable({ table: source.table });
  await table.close();
  const names = table.columns.map(({ name }) => name);
  return new WellfitError('option', `which column of "${table.name}" is to be learned?`, {
    expected: `one of its ${names.length} columns: ${names.slice(0, 40).join(', ')}${names.length > 40 ? ', …' : ''}`,
    received: 'no target',
    fix: `name it, as in: --target ${forShell(names.at(-1) ?? 'churned')}`,
  });
}

async function loadImages(data: ImageSettings, { onProgress, signal }: LoadDataOptions): Promise<LoadedData> {
  const { dataset, paths, broken, notes } = await loadImageFolder(data, {
    signal,
    onProgress: (done, total) => onProgress?.(`reading ${grouped(total)} images`, done / total),
  });
  const [channels, height, width] = dataset.shape;
  if (dataset.rows < 2)
    throw new WellfitError('data', `"${data.images}" has ${dataset.rows} images that can be read`, {
      expected: 'some for each class',
    });
  return {
    dataset: { ...dataset, notes: [...(dataset.notes ?? []), ...notes] },
    data: { ...data, size: [height, width], channels: channels === 1 ? 'grey' : 'color' },
    paths,
    broken,
  };
}
