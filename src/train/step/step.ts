import { gradients } from '../../autodiff/index.ts';
import type { Shape } from '../../base/index.ts';
import { applyAugment, partners } from '../../data/index.ts';
import { Graph, type Value } from '../../graph/index.ts';
import {
  answerOf,
  forward,
  type Loss,
  losses,
  type Metric,
  type ModelLayer,
  metrics,
  parametersOf,
  type Randomness,
  statesOf,
} from '../../nn/index.ts';
import { add, cast, div, gather, mul, reduceMean, reduceSum, sub } from '../../ops/index.ts';
import { clippers, type Optimizer, optimizers, type Regularizer, regularizers } from '../../optim/index.ts';
import { applyPreprocess } from '../../preprocess/index.ts';
import { averageState } from './averaging.ts';
import { randomMask, randomUniform } from './mask.ts';
import type { Network } from './network.ts';
import { numberNames, regularizerScalar } from './numbers.ts';

export interface StepGraph {
  readonly graph: Graph;
  /** What the feed "scalars" holds, in this order. */
  readonly scalars: readonly string[];
  /** Random streams: two int32 in the feed "keys:<stream>". */
  readonly streams: readonly string[];
}

type Parameter = { readonly name: string; readonly spec: ModelLayer['parameters'][string] };
type Scalars = Readonly<Record<string, Value>>;

export const optimizerState = (parameter: string, state: string): string => `${parameter}/${state}`;

/** The tensors that the optimizer keeps for a parameter, and what fills them at first. */
export const optimizerStates = ({ optimizer: { kind, options } }: Network, { spec }: Parameter) =>
  (optimizers[kind] as Optimizer).state(spec, options);

const layerOf = (parameter: string) => parameter.slice(0, parameter.lastIndexOf('.'));

/**
 * A whole training step as one graph: gather the batch, augment, preprocess, forward, loss, backward, update.
 * Feeds: "indices" [batch], "scalars" [n], "keys:…" [2], "augment" [batch, width]. Outputs: "loss" and "metric" (where it is a mean over rows).
 */
export function trainingGraph(network: Network, batch: number): StepGraph {
  const graph = new Graph();
  const fed = feedsOf(graph, network, batch);
  const before = readValues(graph, network);
  const { loss, metric, values } = oneStep(graph, network, fed.rows, before, fed.numbers, fed.training);
  for (const [name, value] of values) if (graph.states.get(name) !== value) graph.update(name, value);
  graph.output('loss', loss);
  if (metric) graph.output('metric', metric);
  return { graph, scalars: fed.names, streams: fed.streams() };
}

/** What a step is fed. */
export function feedsOf(graph: Graph, network: Network, batch: number) {
  const names = numberNames(network);
  const rows = graph.feed('indices', 'int32', [batch]);
  const scalars = graph.feed('scalars', 'float', [names.length]);
  const draws = network.augment && graph.feed('augment', 'float', [batch, network.augment.width]);
  const keys = (stream: string) => graph.feeds.get(`keys:${stream}`) ?? graph.feed(`keys:${stream}`, 'int32', [2]);
  const number = (i: number) => gather(scalars, graph.scalar(i, 'int32'), { axis: 0 });
  const training: Training = {
    mask: (layer, shape, keep) => randomMask(keys(layer), shape, keep),
    uniform: (stream, shape) => randomUniform(keys(stream), shape, stream),
    draws,
  };
  return {
    names,
    rows,
    numbers: Object.fromEntries(names.map((name, i) => [name, number(i)])) as Scalars,
    training,
    /** Random streams that were asked for while the graph was built. */
    streams: () => [...graph.feeds.keys()].flatMap((name) => (name.startsWith('keys:') ? [name.slice(5)] : [])),
  };
}

export function readValues(graph: Graph, network: Network): Map<string, Value> {
  const values = new Map<string, Value>();
  const read = (name: string, shape: Shape) => values.set(name, graph.state(name, 'float', shape));
  for (const { name, spec } of [...parametersOf(network.model), ...statesOf(network.model)]) {
    read(name, spec.shape);
    if (network.averaged) read(averageState(name), spec.shape);
  }
  for (const parameter of parametersOf(network.model))
    for (const state of Object.keys(optimizerStates(network, parameter)))
      read(optimizerState(parameter.name, state), parameter.spec.shape);
  return values;
}

/** What a step computes on its way, for those who look. */
interface Inside {
  readonly penalties: Readonly<Record<string, Value>>;
  readonly input: Value;
  readonly outputs: ReadonlyMap<string, Value>;
  /** Of the whole loss, by parameters and by what layers give. */
  readonly slopes: ReadonlyMap<Value, Value>;
}

/** `looked`: whose gradients are wanted beside those of the parameters. */
export function oneStep(
  graph: Graph,
  network: Network,
  rows: Value,
  values: Map<string, Value>,
  scalars: Scalars,
  training: Training,
  looked: (outputs: ReadonlyMap<string, Value>) => readonly Value[] = () => [],
): { loss: Value; metric?: Value; values: Map<string, Value>; inside: Inside } {
  const { output, target, perRow, weight, updates, input, outputs } = lossOfBatch(
    graph,
    network,
    rows,
    values,
    training,
  );
  const loss = graph.scope('loss', () => weightedMean(perRow, weight));
  const next = new Map([...values, ...updates]);
  const penalties = penaltiesOf(graph, network, values, scalars);
  const total = Object.values(penalties).reduce((sum, penalty) => add(sum, penalty), loss);
  const parameters = parametersOf(network.model);
  const wanted = [...parameters.map(({ name }) => values.get(name)!), ...looked(outputs)];
  const all = gradients(total, wanted);
  const raw = all.slice(0, parameters.length);
  const { clip } = network;
  const slopes = clip ? graph.scope('clip', () => clippers[clip].clip(raw, scalars['clip.limit'])) : raw;
  parameters.forEach((parameter, i) => {
    graph.scope(`${layerOf(parameter.name)}/update`, () => move(network, parameter, slopes[i], values, next, scalars));
  });
  if (network.averaged)
    graph.scope('average', () => {
      for (const { name } of [...parameters, ...statesOf(network.model)])
        next.set(
          averageState(name),
          add(
            mul(values.get(averageState(name))!, scalars['average.kept']),
            mul(next.get(name)!, scalars['average.taken']),
          ),
        );
    });
  const { running } = metrics[network.metric.kind] as Metric;
  const metric =
    running &&
    graph.scope('metric', () => {
      const answer = answerOf(inUnits(network, output), (losses[network.loss.kind] as Loss).output);
      return reduceMean(running.perRow(answer, target, network.metric.options), { axes: [0], keepdims: 0 });
    });
  const inside = { penalties, input, outputs, slopes: new Map(wanted.map((value, i) => [value, all[i]])) };
  return { loss, metric, values: next, inside };
}

/** The optimizer's update of one parameter, and what regularizers do after it. */
function move(
  network: Network,
  parameter: Parameter,
  gradient: Value,
  values: ReadonlyMap<string, Value>,
  next: Map<string, Value>,
  scalars: Scalars,
): void {
  const { name, spec } = parameter;
  const { kind, options } = network.optimizer;
  const before = values.get(name)!;
  const states = Object.keys(optimizerStates(network, parameter));
  const state = Object.fromEntries(states.map((s) => [s, values.get(optimizerState(name, s))!]));
  const updated = (optimizers[kind] as Optimizer).step({
    parameter: before,
    gradient,
    state,
    scalars,
    decay: spec.decay,
    options,
  });
  const constrained = network.regularizers.reduce((moved, entry) => {
    const { after } = regularizers[entry.kind] as Regularizer;
    return after && regularizes(entry, spec) ? after(moved, before, ownScalars(entry, scalars), entry.options) : moved;
  }, updated.parameter);
  next.set(name, constrained);
  for (const s of states) next.set(optimizerState(name, s), updated.state[s]);
}

type RegularizerEntry = Network['regularizers'][number];

const regularizes = ({ options }: RegularizerEntry, { decay }: Parameter['spec']) => decay || options.biases === true;

/** The scalars of one regularizer under its own names. */
function ownScalars(entry: RegularizerEntry, scalars: Scalars): Scalars {
  const prefix = regularizerScalar(entry, '');
  return Object.fromEntries(
    Object.entries(scalars).flatMap(([name, value]) =>
      name.startsWith(prefix) ? [[name.slice(prefix.length), value]] : [],
    ),
  );
}

/** Σ perRow / Σ weight; the rows' losses already carry their weights. Without weights the plain mean. */
export const weightedMean = (perRow: Value, weight: Value | undefined): Value => {
  const over = { axes: [0], keepdims: 0 } as const;
  return weight ? div(reduceSum(perRow, over), reduceSum(weight, over)) : reduceMean(perRow, over);
};

/** What each regularizer adds to the loss, all tensors together. */
function penaltiesOf(
  graph: Graph,
  network: Network,
  values: ReadonlyMap<string, Value>,
  scalars: Scalars,
): Record<string, Value> {
  const penalties: Record<string, Value> = {};
  for (const entry of network.regularizers) {
    const { penalty } = regularizers[entry.kind] as Regularizer;
    if (!penalty) continue;
    const each = parametersOf(network.model)
      .filter(({ spec }) => regularizes(entry, spec))
      .map(({ name }) =>
        graph.scope(`${layerOf(name)}/${entry.kind}`, () =>
          penalty(values.get(name)!, ownScalars(entry, scalars), entry.options),
        ),
      );
    if (each.length > 0) penalties[entry.kind] = graph.scope(entry.kind, () => each.reduce((a, b) => add(a, b)));
  }
  return penalties;
}

/** The mean loss plus what each regularizer adds for each tensor. */
export const withPenalties = (
  graph: Graph,
  network: Network,
  loss: Value,
  values: ReadonlyMap<string, Value>,
  scalars: Scalars,
): Value =>
  Object.values(penaltiesOf(graph, network, values, scalars)).reduce((sum, penalty) => add(sum, penalty), loss);

/** What happens in training mode alone: random numbers of layers, and the numbers of the augmentation, [batch, width]. */
export interface Training extends Randomness {
  readonly draws?: Value;
}

/** Gathers rows, preprocesses them and runs the network over them, in training mode or (without `training`) in evaluation mode. */
export function lossOfBatch(
  graph: Graph,
  network: Network,
  rows: Value,
  values: ReadonlyMap<string, Value>,
  training?: Training,
) {
  const { data, model, augment } = network;
  const features = graph.state('data.features', data.bytes ? 'uint8' : 'float', [data.rows, ...data.shape]);
  const targets = graph.state(
    'data.targets',
    data.target.kind === 'classes' ? 'int32' : 'float',
    data.target.kind === 'classes' ? [data.rows] : [data.rows, data.target.width],
  );
  const [x, target] = graph.scope('batch', () => [
    toFloat(gather(features, rows, { axis: 0 })),
    gather(targets, rows, { axis: 0 }),
  ]);
  const draws = training?.draws;
  const seen: { x: Value; mix?: Value } =
    augment && draws ? graph.scope('augment', () => applyAugment(augment, x, draws)) : { x };
  const input = applyPreprocess(network.preprocess, seen.x);
  const { output, updates, outputs } = forward(model, input, {
    values,
    training: training !== undefined,
    randomness: training,
  });
  const { perRow, weight } = graph.scope('loss', () => rowLosses(network, output, target, seen.mix));
  return { output, target, perRow, weight, updates, input, outputs };
}

/** The losses of the rows; a mixed row has the losses of both its targets, each by its share. */
function rowLosses(network: Network, output: Value, target: Value, mix: Value | undefined) {
  const { kind, options } = network.loss;
  const loss = losses[kind] as Loss;
  const measure = (truth: Value) => ({
    perRow: loss.perRow(output, standardized(network, truth), options),
    weight: loss.weight?.(truth, options),
  });
  const own = measure(target);
  if (!mix) return own;
  const other = measure(partners(target));
  const blend = (a: Value, b: Value) => add(mul(a, mix), mul(b, sub(1, mix)));
  return {
    perRow: blend(own.perRow, other.perRow),
    weight: own.weight && other.weight && blend(own.weight, other.weight),
  };
}

/** What the network gives, in the unit of the target. */
export const inUnits = ({ target }: Pick<Network, 'target'>, output: Value): Value =>
  target ? add(mul(output, rowOf(output, target.scale)), rowOf(output, target.shift)) : output;

/** The way back. */
export const standardized = ({ target }: Pick<Network, 'target'>, truth: Value): Value =>
  target ? div(sub(truth, rowOf(truth, target.shift)), rowOf(truth, target.scale)) : truth;

const rowOf = ({ graph }: Value, numbers: readonly number[]): Value =>
  numbers.length === 1
    ? graph.scalar(numbers[0], 'float')
    : graph.constant({ dtype: 'float', shape: [1, numbers.length], data: Float64Array.from(numbers) });

export const toFloat = (x: Value): Value => (x.dtype === 'float' ? x : cast(x, { to: 'float' }));

/** Parameters and running statistics as values of a graph, by name; `nameOf` says which states hold them. */
export const weightStates = (graph: Graph, { model }: Network, nameOf = (name: string) => name): Map<string, Value> =>
  new Map(
    [...parametersOf(model), ...statesOf(model)].map(({ name, spec }) => [
      name,
      graph.state(nameOf(name), 'float', spec.shape),
    ]),
  );

/**
 * Evaluation mode over the rows of "indices", each counted "weights" times (0 for padding). Outputs: "output" [batch, …], and the sums "loss" and
 * "weight". `nameOf` says which states hold the weights: the current ones, or their average.
 */
export function evaluationGraph(network: Network, batch: number, nameOf: (name: string) => string): Graph {
  const graph = new Graph();
  const indices = graph.feed('indices', 'int32', [batch]);
  const weights = graph.feed('weights', 'float', [batch]);
  const values = weightStates(graph, network, nameOf);
  const { output, perRow, weight } = lossOfBatch(graph, network, indices, values);
  const sum = (rows: Value) => reduceSum(rows, { axes: [0], keepdims: 0 });
  graph.output('output', inUnits(network, output));
  graph.output('loss', sum(mul(perRow, weights)));
  graph.output('weight', sum(weight ? mul(weight, weights) : weights));
  return graph;
}
