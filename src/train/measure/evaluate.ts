import type { Dataset } from '../../data/index.ts';
import { type Engine, type Memory, type Program, referenceEngine } from '../../engine/index.ts';
import { Graph } from '../../graph/index.ts';
import {
  answers,
  type ClassReport,
  classReport,
  confusionMatrix,
  type Loss,
  losses,
  type Metric,
  type MetricName,
  metrics,
  type Predictions,
  targetUnder,
} from '../../nn/index.ts';
import type { Measure } from '../events.ts';
import { type Network, targetKind } from '../step/network.ts';
import { evaluationGraph, standardized, weightedMean } from '../step/step.ts';
import { bootstrap, type Interval, wilson } from './interval.ts';

/** Everything that is worth knowing of a finished network on held-out rows. */
export interface Report extends Measure {
  /** Every metric that fits the targets, at its default options. */
  readonly metrics: Readonly<Partial<Record<MetricName, number>>>;
  /** How far the metric may be trusted. */
  readonly interval?: Interval;
  /** Rows: the true class; columns: the class that was said. Classes only. */
  readonly confusion?: readonly (readonly number[])[];
  readonly classes?: readonly ClassReport[];
}

/** What the network says of some rows, and its mean loss there. */
export interface Judged extends Predictions {
  readonly loss: number;
}

/** Measures weights in memory on any rows, in evaluation mode. One program; the last batch is padded with rows of weight 0. */
export class Evaluator {
  private program?: Promise<Program>;
  private readonly engine: Engine;
  private readonly memory: Memory;
  private readonly network: Network;
  private readonly dataset: Dataset;
  private readonly batch: number;
  private readonly nameOf: (name: string) => string;

  constructor(
    engine: Engine,
    memory: Memory,
    network: Network,
    dataset: Dataset,
    batch: number,
    nameOf = (name: string) => name,
  ) {
    this.engine = engine;
    this.memory = memory;
    this.network = network;
    this.dataset = dataset;
    this.batch = batch;
    this.nameOf = nameOf;
  }

  async measure(rows: Int32Array): Promise<Measure> {
    const judged = await this.judge(rows);
    return { loss: judged.loss, metric: metricOf(this.network, judged) };
  }

  async judge(rows: Int32Array): Promise<Judged> {
    this.program ??= this.engine.compile(evaluationGraph(this.network, this.batch, this.nameOf));
    const program = await this.program;
    const indices = new Int32Array(this.batch);
    const weights = new Float32Array(this.batch);
    const width = this.network.model.output.reduce((n, s) => n * s, 1);
    const outputs = new Float32Array(rows.length * width);
    let [loss, weight] = [0, 0];
    for (let start = 0; start < rows.length; start += this.batch) {
      const part = rows.subarray(start, start + this.batch);
      indices.fill(part[0]).set(part);
      weights.fill(0).fill(1, 0, part.length);
      const results = await program.run(this.memory, {
        indices: { dtype: 'int32', shape: [this.batch], data: indices },
        weights: { dtype: 'float', shape: [this.batch], data: weights },
      });
      loss += results.loss.data[0];
      weight += results.weight.data[0];
      outputs.set(results.output.data.subarray(0, part.length * width), start * width);
    }
    return { loss: loss / weight, ...predictionsOf(this.dataset, rows, outputs, width) };
  }

  async release(): Promise<void> {
    await (await this.program)?.release();
  }
}

/** Outputs beside the truth of their rows. */
export function predictionsOf(
  dataset: Dataset,
  rows: Int32Array,
  outputs: ArrayLike<number>,
  width: number,
): Predictions {
  const { targets } = dataset;
  const perRow = targets.kind === 'classes' ? 1 : targets.width;
  const truth = new Float64Array(rows.length * perRow);
  rows.forEach((row, i) => {
    for (let k = 0; k < perRow; k++) truth[i * perRow + k] = targets.data[row * perRow + k];
  });
  return { rows: rows.length, width, outputs, target: targetKind(dataset), targets: truth };
}

/** What a metric sees: outputs in the unit of the target. */
const answered = ({ loss }: Pick<Network, 'loss'>, predictions: Predictions): Predictions => ({
  ...predictions,
  outputs: answers(predictions.outputs, losses[loss.kind].output),
  target: targetUnder(predictions.target, losses[loss.kind].output),
});

export const metricOf = (network: Pick<Network, 'metric' | 'loss'>, predictions: Predictions): number =>
  (metrics[network.metric.kind] as Metric).compute(answered(network, predictions), network.metric.options);

/** All that is known of predictions; `loss` is their mean loss. */
export function reportOf(network: Pick<Network, 'metric' | 'loss'>, given: Predictions, loss: number): Report {
  const predictions = answered(network, given);
  const { target } = predictions;
  const probable = losses[network.loss.kind].output === 'logits';
  const all = Object.entries(metrics as Record<string, Metric>).flatMap(([name, metric]) => {
    const options = metric.options.safeParse({});
    if (!options.success || !metric.fits(target, options.data) || (metric.probabilistic && !probable)) return [];
    return [[name, metric.compute(predictions, options.data)]];
  });
  const metric = metricOf(network, given);
  const share = network.metric.kind === 'accuracy' && target.kind === 'classes';
  const interval = share ? wilson(metric, given.rows) : bootstrap(given, (drawn) => metricOf(network, drawn));
  return {
    loss,
    metric,
    metrics: Object.fromEntries(all),
    ...(interval && Number.isFinite(metric) && { interval }),
    ...(target.kind === 'classes' && {
      confusion: confusionMatrix(predictions),
      classes: classReport(predictions),
    }),
  };
}

/** The mean loss of answers that no single network gave, in float64. */
export async function lossOf(network: Pick<Network, 'loss' | 'target'>, predictions: Predictions): Promise<number> {
  const { rows, width, outputs, targets, target } = predictions;
  const graph = new Graph();
  const output = graph.constant({ dtype: 'float', shape: [rows, width], data: Float64Array.from(outputs) });
  const truth = graph.constant(
    target.kind === 'classes'
      ? { dtype: 'int32', shape: [rows], data: Int32Array.from(targets) }
      : { dtype: 'float', shape: [rows, target.width], data: Float64Array.from(targets) },
  );
  const { kind, options } = network.loss;
  const loss = losses[kind] as Loss;
  const perRow = loss.perRow(standardized(network, output), standardized(network, truth), options);
  graph.output('loss', weightedMean(perRow, loss.weight?.(truth, options)));
  const program = await referenceEngine.compile(graph);
  const results = await program.run(referenceEngine.memory(), {});
  return results.loss.data[0];
}
