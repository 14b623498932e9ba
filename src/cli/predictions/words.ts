import { grouped, type OptionSchema, short, type z } from '../../base/index.ts';
import { layers } from '../../nn/index.ts';
import type { ModelColumn } from '../../onnx/index.ts';
import { dayText } from '../../predict/index.ts';
import { preprocessors } from '../../preprocess/index.ts';

type Table = Readonly<Record<string, { readonly options: OptionSchema }>>;

const tables = { layers, preprocess: preprocessors } as unknown as Readonly<Record<'layers' | 'preprocess', Table>>;

/** Layers or steps as a person would say them: names, with the options that are not the usual ones: "dense 64 - relu - dropout rate 0.2". */
export const inWords = (what: keyof typeof tables, entries: readonly unknown[]): string =>
  entries.length === 0 ? 'none' : entries.map((entry) => one(tables[what], entry)).join(' - ');

function one(table: Table, entry: unknown): string {
  const [kind, options] = typeof entry === 'string' ? [entry, {}] : Object.entries(entry as Record<string, object>)[0];
  const schema = table[kind]?.options.shape as Readonly<Record<string, z.ZodType>> | undefined;
  const told = Object.entries(options ?? {}).filter(([name, value]) => {
    if (name === 'name' || typeof value === 'object') return false;
    const usual = schema?.[name]?.safeParse(undefined);
    return !(usual?.success && usual.data === value);
  });
  // "init" and the like are chosen for most layers and say nothing of what they compute.
  const plain = told.filter(([name]) => !/init$/i.test(name));
  const words = plain.map(([name, value]) =>
    ['units', 'filters'].includes(name) ? String(value) : `${name} ${value}`,
  );
  return [kind, ...words].join(' ');
}

const mostValues = 6;

/** What a column may hold: "18 … 90", "basic, pro, team". */
export function contentOf({ kind, range, values }: ModelColumn): string {
  if (values) {
    const shown = values
      .slice(0, mostValues)
      .map((text) => JSON.stringify(text))
      .join(', ');
    return values.length > mostValues ? `${shown}, … (${grouped(values.length)})` : shown;
  }
  if (!range) return '';
  return range
    .map((x) =>
      kind === 'date'
        ? dayText(x)
        : short(x, 6)
            .replace(/(\.\d*?)0+$/, '$1')
            .replace(/\.$/, ''),
    )
    .join(' … ');
}
