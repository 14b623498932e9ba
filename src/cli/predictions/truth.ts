import { sep } from 'node:path';
import { grouped, nearest, suggest, WellfitError } from '../../base/index.ts';
import type { ColumnRequest } from '../../data/index.ts';
import type { Model } from '../../predict/index.ts';
import { type Portion, requireColumn, type Source } from './source.ts';

/** What is true of the rows, read beside them. */
export interface Truth {
  /** The target, where it is a column. */
  readonly request?: ColumnRequest;
  /** For each row the place of its class, or its number; NaN where it has none. */
  of(portion: Portion): Float64Array;
}

/** @throws WellfitError where the data do not say what is true */
export function truthOf(model: Model, source: Source, data: string, target: string | undefined): Truth {
  const { task, classes } = model.facts;
  if (task === 'labels')
    throw new WellfitError('data', 'a model of several labels a row cannot be measured on a table', {
      fix: 'measure it in TypeScript, on the arrays that it was trained on',
    });
  const places = new Map((classes ?? []).map((name, place) => [name, place]));
  if (source.what === 'images') return { of: (portion) => labelsOf(portion, data, places) };
  if (target === undefined)
    throw new WellfitError('option', 'the model does not say which column it predicts', {
      expected: `--target with one of: ${source.columns.map(({ name }) => name).join(', ')}`,
    });
  const column = requireColumn(source, target, 'the target');
  if (task === 'regression') {
    if (column.holds !== 'integer' && column.holds !== 'number' && column.distinct > 0)
      throw new WellfitError('data', `the target "${target}" holds no numbers here`, {
        expected: 'numbers, as in training',
        received: `${column.holds}, such as ${JSON.stringify(column.top[0].value)}`,
      });
    return {
      request: { name: target, as: 'numbers' },
      of: ({ extra }) => Float64Array.from(extra[extra.length - 1] as Float64Array),
    };
  }
  return {
    request: { name: target, as: 'texts' },
    of({ extra, ids }) {
      const texts = extra[extra.length - 1] as readonly (string | null)[];
      return Float64Array.from(texts, (text, i) =>
        text === null
          ? Number.NaN
          : (places.get(text) ?? unknown(`row ${grouped(ids[i] as number)}: "${target}" is`, text, places.keys())),
      );
    },
  };
}

const splits = new Set(['train', 'training', 'val', 'valid', 'validation', 'test', 'testing']);

/** The class of an image is the folder right below the one that was given. */
function labelsOf({ ids, broken }: Portion, data: string, places: ReadonlyMap<string, number>): Float64Array {
  const root = data
    .replace(/[/\\]+$/, '')
    .split(/[/\\]/)
    .filter((part) => part !== '.').length;
  return Float64Array.from(ids, (id, i) => {
    const parts = String(id)
      .split(sep)
      .filter((part) => part !== '.');
    const label = parts[root];
    if (parts.length <= root + 1)
      throw new WellfitError('data', `the class of ${id} is not known`, {
        expected: 'a folder with one subfolder for each class',
        received: `an image directly in ${data}`,
        fix: 'move it into the folder of its class',
      });
    if (!places.has(label) && splits.has(label.toLowerCase()))
      throw new WellfitError('data', `${data} holds several data sets, not classes`, {
        expected: `subfolders named as the classes: ${[...places.keys()].slice(0, 10).join(', ')}`,
        received: `a folder "${label}"`,
        fix: `name one of them, as in ${data.replace(/[/\\]+$/, '')}/test`,
      });
    const place = places.get(label) ?? unknown(`${id} is`, label, places.keys());
    return broken.has(i) ? Number.NaN : place;
  });
}

function unknown(where: string, text: string, classes: Iterable<string>): never {
  const known = [...classes];
  const near = nearest(text, known);
  throw new WellfitError('data', `${where} "${text}", a class that the model does not know`, {
    expected: `one of: ${known.slice(0, 20).join(', ')}${known.length > 20 ? ', …' : ''}`,
    received: `"${text}"`,
    fix:
      near === undefined || known.length > 20
        ? 'leave such rows out with --where, or train with them'
        : `${suggest(text, known).split(' (known')[0]} Else leave such rows out, or train with them`,
  });
}
