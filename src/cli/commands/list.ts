import { lookUp, type OptionSchema, z } from '../../base/index.ts';
import { augmentations } from '../../data/index.ts';
import { datasets } from '../../data/readers/index.ts';
import { initializers, layers, losses, metrics } from '../../nn/index.ts';
import { clippers, optimizers, regularizers, schedules } from '../../optim/index.ts';
import { preprocessors } from '../../preprocess/index.ts';
import { averages, recipes } from '../../train/index.ts';
import type { Command } from '../command.ts';

type Table = Readonly<Record<string, { readonly summary: string; readonly options?: OptionSchema }>>;

/** Everything that an experiment can name, in the order in which data flows. */
const tables: Readonly<Record<string, Table>> = {
  datasets,
  preprocess: preprocessors,
  augment: augmentations,
  models: recipes,
  layers,
  initializers,
  losses,
  metrics,
  optimizers,
  schedules,
  regularizers,
  clip: clippers,
  averages,
};

export const list: Command = {
  summary: 'everything that an experiment can name, one line each: layers, optimizers, losses and so on',
  examples: ['wellfit list', 'wellfit list optimizers', 'wellfit list layers --json'],
  define: (parser) =>
    parser
      .argument('[table]', `one of: ${Object.keys(tables).join(', ')}`)
      .option('--json', 'one JSON object on stdout, with the schema of every option'),

  async run([name], _, io) {
    const shown = name === undefined ? Object.keys(tables) : [lookUp(tables, name, 'list', 'table')];
    const width = Math.max(...shown.flatMap((table) => Object.keys(tables[table]).map((entry) => entry.length)));
    for (const table of shown) {
      if (name === undefined) io.say(`${table}:`);
      for (const [entry, { summary, options }] of Object.entries(tables[table]))
        io.say(`  ${entry.padEnd(width)}  ${summary}${options ? optionNames(options) : ''}`);
    }
    io.result(Object.fromEntries(shown.map((table) => [table, describe(tables[table])])));
    return 0;
  },
};

/** " [rate, scaling = training]" */
function optionNames(options: OptionSchema): string {
  const names = Object.entries(options.shape).map(([name, schema]) => {
    const filled = (schema as z.ZodType).safeParse(undefined);
    const simple = filled.success && filled.data !== undefined && typeof filled.data !== 'object';
    const value = typeof filled.data === 'number' ? Number(filled.data.toPrecision(4)) : filled.data;
    return simple ? `${name} = ${String(value)}` : name;
  });
  return names.length > 0 ? `  [${names.join(', ')}]` : '';
}

const describe = (table: Table) =>
  Object.fromEntries(
    Object.entries(table).map(([entry, { summary, options }]) => [
      entry,
      { summary, ...(options && { options: z.toJSONSchema(options, { io: 'input', unrepresentable: 'any' }) }) },
    ]),
  );
