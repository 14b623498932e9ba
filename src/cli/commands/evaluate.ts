import { grouped, percent, pick, WellfitError } from '../../base/index.ts';
import { losses, metrics, type Predictions, type TargetKind } from '../../nn/index.ts';
import type { ModelFacts } from '../../onnx/index.ts';
import type { Model } from '../../predict/index.ts';
import { type Report, reportOf, type Settings } from '../../train/index.ts';
import type { Command, Io } from '../command.ts';
import { jsonOption } from '../options.ts';
import { openModelFile } from '../predictions/open.ts';
import { openSource, type Source } from '../predictions/source.ts';
import { progress, remark, surprisesOf, warnings } from '../predictions/tell.ts';
import { truthOf } from '../predictions/truth.ts';
import { formatMetric, metricName } from '../terminal/table.ts';

export const evaluate: Command = {
  summary: 'measure a trained model on rows or images whose truth is known',
  examples: [
    'wellfit evaluate last customers-of-may.csv',
    'wellfit evaluate models/churn customers.parquet --where "country = \'IT\'" --json',
    'wellfit evaluate last photos/test',
  ],
  define: (parser) =>
    jsonOption(
      parser
        .argument('<model>', 'a model file, the folder of a run, the name of a run in .wellfit/runs, or "last"')
        .argument(
          '<data>',
          'a table with the target among its columns, or a folder with one subfolder of images for each class',
        )
        .option('--target <column>', 'the column of the truth, where it is called otherwise than in training')
        .option('--where <condition>', 'which rows of the table, in SQL, as in "age > 18"')
        .option('--sql <query>', 'a whole query; the table is called data'),
    ),

  async run([given, data], options, io) {
    const { where, sql } = options as Readonly<Record<string, string | undefined>>;
    const { path, model } = await openModelFile(given);
    const target = (options.target as string | undefined) ?? model.facts.target;
    const { signal } = io;
    const source = await openSource(model, data, { where, sql, target }, io);
    try {
      const { predictions, leftOut } = await judged(model, source, data, target, { io, signal });
      const settings = model.facts.settings as Settings;
      const network = {
        loss: pick(losses, settings.loss, 'loss', 'loss'),
        metric: pick(metrics, settings.metric, 'metric', 'metric'),
      };
      // The loss of training counts targets in a unit of its own; "logLoss" and "rmse" say the same of the answers.
      const { loss: _, ...report } = reportOf(network, predictions, Number.NaN);
      const before = recorded(model.facts);
      print({ data, rows: predictions.rows, leftOut, settings, facts: model.facts }, report, before, source, io);
      for (const line of warnings(model, source)) remark(io, `warning: ${line}`);
      const { classes, ...rest } = report;
      io.result({
        model: path,
        data,
        rows: predictions.rows,
        leftOut,
        ...rest,
        metric: { name: metricName(settings), value: report.metric },
        ...(classes && { classes: classes.map((one, i) => ({ name: model.facts.classes![i], ...one })) }),
        training: before && { metric: before.report.metric, metrics: before.report.metrics, rows: before.rows },
        surprises: surprisesOf(source),
        broken: source.broken,
      });
      return 0;
    } finally {
      await source.close();
      await model.release();
    }
  },
};

/** What the model says of every row that has a truth. */
async function judged(
  model: Model,
  source: Source,
  data: string,
  target: string | undefined,
  { io, signal }: { io: Io; signal: AbortSignal },
): Promise<{ predictions: Predictions; leftOut: number }> {
  const truth = truthOf(model, source, data, target);
  const show = progress(io, source);
  const targets = new Float64Array(source.total);
  let outputs = new Float32Array(0);
  let [rows, seen, width] = [0, 0, 1];
  for await (const portion of source.portions(truth.request ? [truth.request] : [])) {
    if (signal.aborted)
      throw new WellfitError(
        'interrupted',
        `interrupted after ${grouped(seen)} of ${grouped(source.total)} ${source.what}`,
      );
    const answers = await model.outputs(portion.feeds, portion.rows);
    if (seen === 0) {
      width = answers.width;
      outputs = new Float32Array(source.total * width);
    }
    for (const [i, value] of truth.of(portion).entries()) {
      if (Number.isNaN(value)) continue;
      outputs.set(answers.data.subarray(i * width, (i + 1) * width), rows * width);
      targets[rows++] = value;
    }
    seen += portion.rows;
    show(seen);
  }
  io.redraw('');
  if (rows === 0)
    throw new WellfitError('data', `no ${source.what === 'rows' ? 'row' : 'image'} is left to measure`, {
      received:
        source.what === 'rows'
          ? `${grouped(seen)} rows, all without a "${target}"`
          : `${source.broken[0].path}: ${source.broken[0].why}`,
    });
  const told = targets.subarray(0, rows);
  const said = inTraining(model.facts, outputs.subarray(0, rows * width));
  return {
    predictions: { rows, width, outputs: said, target: kindOf(model.facts, width, told), targets: told },
    leftOut: seen - rows,
  };
}

const kindOf = ({ classes }: ModelFacts, width: number, targets: Float64Array): TargetKind =>
  classes
    ? { kind: 'classes', classes: classes.length }
    : { kind: 'numbers', width, labels: false, negative: targets.some((x) => x < 0) };

/** The file gives rates where the network gave their logarithms. */
function inTraining({ settings }: ModelFacts, outputs: Float32Array): ArrayLike<number> {
  const { kind } = pick(losses, (settings as Settings).loss, 'loss', 'loss');
  return losses[kind].output === 'logRates' ? Float64Array.from(outputs, Math.log) : outputs;
}

/** What the test rows of the training said, and how many they were. */
function recorded({ results }: ModelFacts): { report: Report; rows?: number } | undefined {
  const { test: report } = (results ?? {}) as { test?: Report };
  return report && { report, rows: report.classes?.reduce((sum, { support }) => sum + support, 0) };
}

interface Facts {
  readonly data: string;
  readonly rows: number;
  readonly leftOut: number;
  readonly settings: Settings;
  readonly facts: ModelFacts;
}

function print(
  { data, rows, leftOut, settings, facts }: Facts,
  { metric, metrics: all, interval, classes }: Omit<Report, 'loss'>,
  before: ReturnType<typeof recorded>,
  { what }: Source,
  io: Io,
): void {
  const name = metricName(settings);
  const why = what === 'images' ? 'that cannot be read' : `without a "${facts.target ?? 'target'}"`;
  io.say(`${data}: ${grouped(rows)} ${what}${leftOut > 0 ? `; ${grouped(leftOut)} ${why} are left out` : ''}`);
  const between = interval
    ? ` (${Math.round(100 * interval.level)} % sure: ${formatMetric(name, interval.low)} to ${formatMetric(name, interval.high)})`
    : '';
  io.say('');
  io.say(`${name} ${formatMetric(name, metric)}${between}`);
  if (rows + leftOut === (facts.data as { rows?: number } | undefined)?.rows)
    io.say('note: these seem to be the rows that the model was trained on: the measure flatters');
  if (before)
    io.say(
      `at training ${formatMetric(name, before.report.metric)}${before.rows === undefined ? ' on the test rows' : ` on ${grouped(before.rows)} test ${what}`}`,
    );
  io.say('');
  const names = Object.keys(all) as (keyof typeof all)[];
  const width = Math.max(...names.map((one) => one.length));
  io.say(`${''.padEnd(width)}  ${'here'.padStart(9)}${before ? `  ${'training'.padStart(9)}` : ''}`);
  for (const one of names) {
    const then = before?.report.metrics[one];
    io.say(
      `${one.padEnd(width)}  ${formatMetric(one, all[one]!).padStart(9)}${typeof then === 'number' ? `  ${formatMetric(one, then).padStart(9)}` : ''}`,
    );
  }
  if (!classes) return;
  const labels = facts.classes!;
  const wide = Math.max(5, ...labels.map((label) => label.length));
  io.say('');
  io.say(
    `${'class'.padEnd(wide)}  ${'precision'.padStart(9)}  ${'recall'.padStart(9)}  ${'f1'.padStart(9)}  ${what.padStart(9)}`,
  );
  classes.forEach(({ precision, recall, f1, support }, i) => {
    const cells = [percent(precision), percent(recall), percent(f1), grouped(support)];
    io.say(`${labels[i].padEnd(wide)}  ${cells.map((cell) => cell.padStart(9)).join('  ')}`);
  });
}
