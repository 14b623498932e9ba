import { formatShape, short, sizeOf, WellfitError } from '../../base/index.ts';
import type { Dataset, TableColumn } from '../../data/index.ts';
import { type Engine, onnxRuntimeEngine } from '../../engine/index.ts';
import type { EnsembleRun } from '../../ensemble/index.ts';
import { classReport, losses, metrics, type Predictions } from '../../nn/index.ts';
import { metricOf, type Network, reportOf } from '../../train/index.ts';
import type { Baseline, Curve, DataFacts, Interval, ReportData, WorstRow } from '../data.ts';
import { inUnit, taskOf } from './answers.ts';
import { calibrationOf } from './calibration.ts';
import { mostColumns, permutationImportance } from './importance.ts';
import { judgeOf } from './judge.ts';
import { residualsOf } from './residuals.ts';
import { worstOf } from './worst.ts';

/** What only the caller knows: where the data came from and how a row is shown. */
export interface ReportFacts {
  readonly version: string;
  readonly made: Date;
  readonly title?: string;
  readonly command?: string;
  readonly noun?: string;
  readonly columns?: DataFacts['columns'];
  /** Name of what is predicted; of several numbers or labels, one for each. */
  readonly target?: string | readonly string[];
  /** Beside those of the run. */
  readonly notes?: readonly string[];
  readonly broken?: DataFacts['broken'];
  readonly baselines?: readonly Baseline[];
  readonly interval?: Interval;
  readonly findings?: ReportData['findings'];
  readonly repair?: ReportData['repair'];
  /** Rows of the data set as a person would want to see them. */
  readonly rowsAt?: (rows: readonly number[]) => Promise<Record<string, string | null>[]>;
  readonly nameOf?: (row: number) => string;
  /** An image of the data set as a data URI. */
  readonly encodeImage?: (row: number) => string | Promise<string>;
  readonly engine?: Engine;
}

/**
 * Everything a report shows, measured on the test rows (the validation rows where there are none).
 * @throws WellfitError where neither has rows
 */
export async function gatherReport(run: EnsembleRun, dataset: Dataset, facts: ReportFacts): Promise<ReportData> {
  const { network, rows, settings } = run;
  const on = rows.test.length > 0 ? 'test' : 'validation';
  const held = rows[on];
  if (held.length === 0)
    throw new WellfitError('data', 'a report needs rows that were not trained on', {
      received: 'neither validation nor test rows',
      fix: 'leave a fraction of the rows for validation or test',
    });
  const judge = judgeOf(run, facts.engine ?? onnxRuntimeEngine());
  const given = await judge(dataset, held);
  const predictions = inUnit(network, given);
  const task = taskOf(network, predictions);
  const names = namesOf(dataset, facts.target, given.width);
  const report = reportOf(network, given, Number.NaN);
  const { better } = metrics[network.metric.kind];
  const metric = (part: Predictions) => metricOf(network, part);
  return {
    ...(facts.findings && { findings: facts.findings }),
    ...(facts.repair && { repair: facts.repair }),
    title: facts.title ?? `A model for ${dataset.name}`,
    version: facts.version,
    made: facts.made,
    command: facts.command,
    seconds: run.seconds,
    updates: run.updates,
    stopped: run.stopped,
    headline: {
      task,
      metric: network.metric.kind,
      value: report.metric,
      interval: facts.interval,
      better,
      on,
      rows: held.length,
      baselines: facts.baselines ?? [],
    },
    data: dataFacts(run, dataset, facts, task, names),
    chosen: run.chosen,
    settings,
    model: {
      layers: layersOf(network),
      parameters: network.model.parameterCount,
      members: run.members?.length ?? 1,
    },
    curves: curvesOf(run),
    metrics: report.metrics,
    confusion: report.confusion,
    classReport: report.classes ?? (task === 'labels' ? classReport(predictions) : undefined),
    ...(dataset.targets.kind === 'classes' &&
      losses[network.loss.kind].output === 'logits' && { calibration: calibrationOf(given, dataset.targets.classes) }),
    ...(task === 'regression' && { residuals: residualsOf(predictions, names, settings.seed) }),
    worst: await worstRows(network, dataset, held, predictions, names, facts),
    ...(dataset.columns &&
      dataset.columns.length <= mostColumns &&
      Number.isFinite(report.metric) && {
        importance: await permutationImportance({ dataset, rows: held, judge, metric, better, seed: settings.seed }),
      }),
  };
}

/** One curve for each member that was trained alone, else that of the run. */
function curvesOf({ members = [], epochs, best }: EnsembleRun): Curve[] {
  const alone = members.flatMap((member, i) =>
    member.epochs ? [{ name: `network ${i + 1}`, epochs: member.epochs, best: member.best?.epoch }] : [],
  );
  return alone.length > 0 ? alone : [{ name: 'the network', epochs, best: best?.epoch }];
}

/** Names of classes, of labels, or of the numbers that are predicted. */
function namesOf({ targets, targetName }: Dataset, target: ReportFacts['target'], width: number): readonly string[] {
  if (targets.kind === 'classes') return targets.classes;
  if (typeof target === 'object' && target.length === width) return target;
  const one = typeof target === 'string' ? target : (targetName ?? 'value');
  return width === 1 ? [one] : Array.from({ length: width }, (_, k) => `${one} ${k + 1}`);
}

function dataFacts(
  { rows, notes }: EnsembleRun,
  dataset: Dataset,
  facts: ReportFacts,
  task: ReportData['headline']['task'],
  names: readonly string[],
): DataFacts {
  const { targets } = dataset;
  const perRow = targets.kind === 'classes' ? 1 : targets.width;
  const counts = new Array<number>(names.length).fill(0);
  if (task !== 'regression')
    for (let i = 0; i < targets.data.length; i++)
      if (targets.kind === 'classes') counts[targets.data[i]]++;
      else counts[i % perRow] += targets.data[i];
  return {
    name: dataset.name,
    noun: facts.noun,
    rows: { train: rows.train.length, validation: rows.validation.length, test: rows.test.length },
    columns: facts.columns,
    target: typeof facts.target === 'object' ? facts.target.join(', ') : (facts.target ?? dataset.targetName),
    ...(task !== 'regression' && { classes: names.map((name, i) => ({ name, count: counts[i] })) }),
    notes: [...new Set([...(dataset.notes ?? []), ...notes, ...(facts.notes ?? [])])],
    broken: facts.broken,
  };
}

/** "dense 64 [64]": what a layer is and what it gives. */
const layersOf = ({ model }: Network): string[] =>
  model.layers.map(({ kind, output }) =>
    kind === 'dense' ? `dense ${sizeOf(output)}` : `${kind} ${formatShape(output)}`,
  );

async function worstRows(
  network: Network,
  dataset: Dataset,
  held: Int32Array,
  predictions: Predictions,
  names: readonly string[],
  { rowsAt, nameOf, encodeImage }: ReportFacts,
): Promise<WorstRow[]> {
  const found = worstOf(network, predictions, names).map(({ at, ...said }) => ({ row: held[at], ...said }));
  const values = rowsAt ? await rowsAt(found.map(({ row }) => row)) : found.map(({ row }) => featuresOf(dataset, row));
  return Promise.all(
    found.map(async (entry, i) => ({
      ...entry,
      name: nameOf?.(entry.row),
      values: values[i],
      image: await encodeImage?.(entry.row),
    })),
  );
}

/** The features of a row by name, where they have names. */
function featuresOf({ columns, features, shape, table }: Dataset, row: number): WorstRow['values'] {
  if (!columns) return undefined;
  return Object.fromEntries(
    columns.map((name, k) => [name, featureText(features[row * sizeOf(shape) + k], table?.[k])]),
  );
}

function featureText(value: number, column: TableColumn | undefined): string | null {
  if (column?.values) return column.values[column.earlier?.codes?.indexOf(value) ?? value] ?? null;
  if (Number.isNaN(value)) return null;
  return column?.kind === 'date' ? new Date(value * 86_400_000).toISOString().slice(0, 10) : short(value);
}
