import { duration, grouped, WellfitError } from '../../base/index.ts';
import type { ColumnRequest } from '../../data/index.ts';
import type { Model } from '../../predict/index.ts';
import type { Command, Io } from '../command.ts';
import { jsonOption } from '../options.ts';
import { type Layout, layoutOf } from '../predictions/columns.ts';
import { openModelFile } from '../predictions/open.ts';
import { checkOut, fileSink, memorySink, type Sink, standardSink } from '../predictions/sink.ts';
import { openSource, type Source } from '../predictions/source.ts';
import { listed, progress, remark, surprisesOf, warnings } from '../predictions/tell.ts';

export const predict: Command = {
  summary: 'answer for new rows or images with a trained model',
  examples: [
    'wellfit predict last customers.csv',
    'wellfit predict models/churn/model.onnx customers.parquet --keep id,name --out predictions.csv',
    'wellfit predict last customers.csv --where "country = \'IT\'" --out predictions.parquet',
    'wellfit predict last photos/ --out predictions.jsonl',
  ],
  define: (parser) =>
    jsonOption(
      parser
        .argument('<model>', 'a model file, the folder of a run, the name of a run in .wellfit/runs, or "last"')
        .argument('<data>', 'a table (.csv, .tsv, .jsonl, .json, .parquet, also .gz), an image, or a folder of images')
        .option('--out <file>', 'where the predictions go: .csv, .jsonl or .parquet; default: CSV on stdout')
        .option('--keep <columns>', 'columns of the table to carry over, separated by commas')
        .option('--where <condition>', 'which rows of the table, in SQL, as in "age > 18"')
        .option('--sql <query>', 'a whole query; the table is called data'),
    ),

  async run([given, data], options, io) {
    const { out, where, sql } = options as Readonly<Record<string, string | undefined>>;
    if (out !== undefined) await checkOut(out, [data]);
    const started = performance.now();
    const { path, model } = await openModelFile(given);
    if (out !== undefined) await checkOut(out, [path]);
    const { signal } = io;
    const source = await openSource(model, data, { where, sql }, io);
    try {
      const keep = keptNames(options.keep as string | undefined, source);
      const rows: object[] = [];
      const open: Open = async (columns) => {
        if (out !== undefined) return fileSink(out, columns);
        return io.json ? memorySink(columns, source.total, rows) : standardSink(columns);
      };
      const done = await answerAll(model, source, keep, open, { io, signal });
      if (done === undefined) return 0;
      const seconds = (performance.now() - started) / 1000;
      const spare = source.spare.filter((name) => name !== model.facts.target && !keep.includes(name));
      if (spare.length > 0) remark(io, `note: not needed by the model: ${listed(spare)}`);
      for (const line of warnings(model, source)) remark(io, `warning: ${line}`);
      if (out !== undefined) io.say(`${out}: predictions for ${grouped(done)} ${source.what} in ${duration(seconds)}`);
      io.result({
        model: path,
        data,
        rows: done,
        ...(out === undefined ? { predictions: rows } : { out }),
        surprises: surprisesOf(source),
        spare,
        broken: source.broken,
        seconds,
      });
      return 0;
    } finally {
      await source.close();
      await model.release();
    }
  },
};

/** "id,name"; a name that holds a comma is taken as it is where the table has it. */
function keptNames(text: string | undefined, { columns }: Source): string[] {
  if (text === undefined) return [];
  if (columns.some(({ name }) => name === text)) return [text];
  return [...new Set(text.split(',').map((name) => name.trim()))].filter((name) => name !== '');
}

type Open = (columns: Layout['columns']) => Promise<Sink>;

/** The number of rows; undefined where nobody reads the answers any more. */
async function answerAll(
  model: Model,
  source: Source,
  keep: readonly string[],
  open: Open,
  { io, signal }: { io: Io; signal: AbortSignal },
): Promise<number | undefined> {
  const show = progress(io, source);
  const extra = keep.map((name): ColumnRequest => ({ name, as: 'texts' }));
  // How wide the answers are is known with the first of them; what is wrong with the columns to keep is known before.
  let layout = layoutOf(model, source, keep, 1);
  let sink: Sink | undefined;
  let done = 0;
  try {
    for await (const portion of source.portions(extra)) {
      if (signal.aborted) throw interrupted(done, source);
      if (source.broken.length === source.total) throw nothingRead(source);
      const answers = await model.answer(portion.feeds, portion.rows);
      if (!sink) layout = layoutOf(model, source, keep, answers.width);
      sink ??= await open(layout.columns);
      if (!(await sink.write(layout.rowsOf(portion, answers)))) return undefined;
      done += portion.rows;
      show(done);
    }
    if (signal.aborted) throw interrupted(done, source);
    await sink?.finish();
    return done;
  } catch (error) {
    await sink?.abort();
    throw error;
  }
}

const interrupted = (done: number, { total, what }: Source): WellfitError =>
  new WellfitError('interrupted', `interrupted after ${grouped(done)} of ${grouped(total)} ${what}`);

const nothingRead = ({ broken: [first], total }: Source): WellfitError =>
  new WellfitError(
    'data',
    total === 1 ? `${first.path} cannot be read` : `none of the ${grouped(total)} images can be read`,
    {
      received: `${first.path}: ${first.why}`,
    },
  );
