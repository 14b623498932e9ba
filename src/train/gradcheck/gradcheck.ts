import { checkGradient, type GradientReport, gradients } from '../../autodiff/index.ts';
import { parseOptions, type Tensor, WellfitError, z } from '../../base/index.ts';
import { checkDataset, type Dataset, epochOrder, split } from '../../data/index.ts';
import { branchesOf, type Engine, evaluate, execute, onnxRuntimeEngine, type Tensors } from '../../engine/index.ts';
import { Graph, liveNodes, type Node, type Value } from '../../graph/index.ts';
import { parametersOf, statesOf } from '../../nn/index.ts';
import { refuseSingleRow } from '../settings/batchNeeds.ts';
import { type Resolved, resolve } from '../settings/resolve.ts';
import { maskKeys, randomMask, randomUniform } from '../step/mask.ts';
import { dataTensors, type Network } from '../step/network.ts';
import { numbersOf } from '../step/numbers.ts';
import { makeNetwork, prepareMemory } from '../step/prepare.ts';
import { Trainer } from '../step/programs.ts';
import { lossOfBatch, weightedMean, withPenalties } from '../step/step.ts';
import { findGradientFault, type GradientFault } from './gradientFault.ts';

export interface GradientCheckOptions {
  /** Half the distance of the two evaluations; 1e-7. */
  readonly epsilon?: number;
  /** Rows in the batch that is checked; 8, or 4 images. */
  readonly rows?: number;
  /** Entries checked of each parameter; 40. */
  readonly perParameter?: number;
  /** Updates to train before checking; 0. A wrong gradient may only show away from the initial weights. */
  readonly after?: number;
  /** Trains the updates of `after`. */
  readonly engine?: Engine;
  readonly onProgress?: (done: number, total: number) => void;
  /** Changes the forward graph before it is differentiated; for testing that a wrong gradient is found. */
  readonly tamper?: (graph: Graph) => void;
}

export interface GradientCheck extends GradientReport {
  readonly rows: number;
  readonly after: number;
  /** What was checked: regularization, dropout, batch statistics. */
  readonly conditions: readonly string[];
  /** The operator to blame, where the verdict is not "correct" and one stands out. */
  readonly fault?: GradientFault;
}

/**
 * Compares the gradients of an experiment's whole loss (regularization included) with finite differences, in float64 on the reference engine.
 * Dropout keeps one fixed mask; batch normalization uses the statistics of the batch.
 */
export async function gradientCheckOn(
  dataset: Dataset,
  experiment: unknown,
  options: GradientCheckOptions = {},
): Promise<GradientCheck> {
  checkDataset(dataset);
  const resolved = resolve(experiment, dataset);
  const { settings } = resolved;
  const { epsilon = 1e-7, perParameter = 40, after = 0, rows = dataset.shape.length === 3 ? 4 : 8 } = options;
  parseOptions(numbers, { epsilon, perParameter, after, rows }, '');
  if (rows === 1) refuseSingleRow(resolved.model);
  const train = split(dataset, { ...settings.split, limit: settings.limit }).train;
  if (rows > train.length)
    throw new WellfitError('option', `there are ${train.length} training rows`, { received: `rows = ${rows}` });
  const engine = options.engine ?? onnxRuntimeEngine();
  const { network } = await makeNetwork(resolved, dataset, train, { engine });
  const weights = await trainedWeights(resolved, network, dataset, train, after, engine);
  const batch = epochOrder(train, settings.seed, 1).slice(0, rows);

  const { graph, total, given } = lossGraph(resolved, network, dataset, batch, train.length, weights);
  options.tamper?.(graph);
  const parameters = parametersOf(network.model);
  const nodes = liveNodes(graph);
  const slopes = gradients(
    total,
    parameters.map(({ name }) => graph.states.get(name)!),
  );
  for (const [i, slope] of slopes.entries()) graph.output(`gradient.${i}`, slope);
  const { outputs, values } = evaluate(graph, liveNodes(graph), given);
  const checked = parameters.map(({ name, spec }, i) => ({
    name,
    shape: spec.shape,
    values: given[name].data as Float64Array,
    gradient: outputs[`gradient.${i}`].data,
  }));
  const evaluators = parameters.map(({ name }) => downstream(nodes, graph.states.get(name)!, total, given, values));
  const report = checkGradient(checked, (p) => evaluators[p](), {
    epsilon,
    perParameter,
    seed: settings.seed,
    onProgress: options.onProgress,
  });
  return {
    ...report,
    rows,
    after,
    conditions: conditionsOf(resolved),
    fault:
      report.verdict === 'correct' || report.verdict === 'unchecked'
        ? undefined
        : findGradientFault(graph, total, given),
  };
}

const numbers = z.object({
  epsilon: z.number().positive(),
  perParameter: z.int().positive(),
  after: z.int().nonnegative(),
  rows: z.int().positive(),
});

function conditionsOf({ regularizers, model }: Resolved): string[] {
  const has = (kind: string) => model.layers.some((layer) => layer.kind === kind);
  return [
    regularizers.length > 0
      ? `the loss includes ${regularizers.map(({ kind, options }) => `${kind} ${numbersIn(options)}`).join(', ')}`
      : 'no regularization',
    ...(has('dropout') || has('spatialDropout') ? ['dropout is on, with one fixed mask'] : []),
    ...(has('gaussianNoise') || has('gaussianDropout') ? ['noise is on, the same at every evaluation'] : []),
    ...(has('batchNorm') ? ['batch normalization uses the statistics of the batch'] : []),
  ];
}

/** "strength 0.001" */
const numbersIn = (options: Readonly<Record<string, unknown>>): string =>
  Object.entries(options)
    .filter(([, value]) => typeof value === 'number')
    .map(([name, value]) => `${name} ${value}`)
    .join(', ');

async function trainedWeights(
  resolved: Resolved,
  network: Network,
  dataset: Dataset,
  train: Int32Array,
  updates: number,
  engine: Engine,
): Promise<Map<string, Tensor>> {
  const { settings } = resolved;
  const memory = prepareMemory(engine, network, dataset, settings.seed);
  const trainer = new Trainer(engine, memory, network, settings.seed);
  const batch = Math.min(settings.batchSize, train.length);
  if (batch === 1 && updates > 0) refuseSingleRow(network.model);
  const perEpoch = Math.ceil(train.length / batch);
  const length = { total: settings.epochs * perEpoch, perEpoch, losses: [], rows: train.length };
  const numbers = numbersOf(resolved, length);
  let order = new Int32Array(0);
  for (let update = 0, epoch = 0, at = 0; update < updates; update++, at += batch) {
    if (at + batch > order.length) {
      order = epochOrder(train, settings.seed, ++epoch) as Int32Array<ArrayBuffer>;
      at = 0;
    }
    await trainer.run(order.subarray(at, at + batch), 1, numbers);
  }
  await trainer.release();
  const names = [...parametersOf(network.model), ...statesOf(network.model)].map(({ name }) => name);
  const weights = new Map<string, Tensor>();
  for (const name of names) {
    const tensor = await memory.get(name);
    weights.set(name, { ...tensor, data: Float64Array.from(tensor.data) });
  }
  return weights;
}

/** The whole loss of one batch in training mode, and everything it reads. */
function lossGraph(
  resolved: Resolved,
  network: Network,
  dataset: Dataset,
  batch: Int32Array,
  trainRows: number,
  weights: ReadonlyMap<string, Tensor>,
): { graph: Graph; total: Value; given: Tensors } {
  const { settings } = resolved;
  const graph = new Graph();
  const given: Record<string, Tensor> = { ...dataTensors(dataset), ...Object.fromEntries(weights) };
  const values = new Map([...weights].map(([name, { shape }]) => [name, graph.state(name, 'float', shape)]));
  const indices = graph.constant({ dtype: 'int32', shape: [batch.length], data: batch });
  const keys = (stream: string) =>
    graph.constant({ dtype: 'int32', shape: [2], data: Int32Array.from(maskKeys(settings.seed, 1, stream)) });
  const { perRow, weight } = lossOfBatch(graph, network, indices, values, {
    mask: (layer, shape, keep) => randomMask(keys(layer), shape, keep),
    uniform: (stream, shape) => randomUniform(keys(stream), shape, stream),
  });
  const loss = graph.scope('loss', () => weightedMean(perRow, weight));
  const numbers = numbersOf(resolved, { total: 1, perEpoch: 1, losses: [], rows: trainRows })(1);
  const scalars = Object.fromEntries(Object.entries(numbers).map(([name, n]) => [name, graph.scalar(n, 'float')]));
  const total = withPenalties(graph, network, loss, values, scalars);
  graph.output('loss', total);
  return { graph, total, given };
}

/** Evaluates the loss again after one parameter has changed: only the nodes that depend on it. */
function downstream(
  nodes: readonly Node[],
  parameter: Value,
  total: Value,
  given: Tensors,
  values: ReadonlyMap<Value, Tensor>,
): () => { loss: number; branches: number } {
  const moved = new Set<Value>([parameter]);
  const affected = nodes.filter((node) => {
    const depends = node.inputs.some((input) => moved.has(input));
    if (depends) moved.add(node.output);
    return depends;
  });
  const still = Object.fromEntries(
    [...values].filter(([value]) => !moved.has(value)).map(([value, tensor]) => [value.name, tensor]),
  );
  const known = { ...given, ...still };
  return () => {
    const now = execute(affected, known);
    const read = (value: Value): Tensor =>
      value.source.kind === 'constant' ? value.source.tensor : (now.get(value) ?? known[value.name]);
    return { loss: now.get(total)!.data[0], branches: branchesOf(affected, read) };
  };
}
