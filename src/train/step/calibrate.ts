import { epochOrder } from '../../data/index.ts';
import type { Engine, Memory } from '../../engine/index.ts';
import { Graph, type Value } from '../../graph/index.ts';
import { type Initializer, initializers, type ModelLayer, type UnitMoments, unitOf } from '../../nn/index.ts';
import { mul, reduceMean, sub } from '../../ops/index.ts';
import type { Network } from './network.ts';
import { lossOfBatch, weightStates } from './step.ts';

/** Rows that initializers look at. */
const looked = 256;
/** More corrections than any initializer asks for. */
const most = 20;

const calibrated = ({ parameters }: ModelLayer) =>
  parameters.weight &&
  (initializers[parameters.weight.initializer.kind as keyof typeof initializers] as Initializer).calibrate;

/**
 * Lets initializers that depend on data (LSUV, data-dependent) correct the first weights, layer after layer from the input, so that each sees the
 * corrected layers before it. Evaluation mode: no dropout, running statistics as they begin.
 */
export async function calibrate(
  engine: Engine,
  memory: Memory,
  network: Network,
  train: Int32Array,
  seed: number,
): Promise<void> {
  const asking = network.model.layers.filter(calibrated);
  if (asking.length === 0) return;
  const rows = epochOrder(train, seed, 0).slice(0, looked);
  const program = await engine.compile(momentsGraph(network, asking, rows));
  const measure = async (layer: ModelLayer): Promise<UnitMoments> => {
    const results = await program.run(memory, {});
    const [mean, variance] = ['mean', 'variance'].map((what) =>
      Float64Array.from(results[`${layer.name}.${what}`].data),
    );
    return { mean, variance };
  };
  for (const layer of asking) {
    const { options } = layer.parameters.weight.initializer;
    for (let corrections = 0; corrections < most; corrections++) {
      const correction = calibrated(layer)!(await measure(layer), options, corrections);
      if (!correction) break;
      await correct(memory, layer, correction);
    }
  }
  await program.release();
}

function momentsGraph(network: Network, layers: readonly ModelLayer[], rows: Int32Array): Graph {
  const graph = new Graph();
  const indices = graph.constant({ dtype: 'int32', shape: [rows.length], data: rows });
  const values = weightStates(graph, network);
  const { outputs } = lossOfBatch(graph, network, indices, values);
  for (const { name } of layers) {
    const { mean, variance } = unitMoments(outputs.get(name)!);
    graph.output(`${name}.mean`, mean);
    graph.output(`${name}.variance`, variance);
  }
  return graph;
}

/** Units stand on axis 1 of every output. */
function unitMoments(x: Value): { mean: Value; variance: Value } {
  const axes = x.shape.map((_, axis) => axis).filter((axis) => axis !== 1);
  const wide = reduceMean(x, { axes, keepdims: 1 });
  const centered = sub(x, wide);
  return {
    mean: reduceMean(x, { axes, keepdims: 0 }),
    variance: reduceMean(mul(centered, centered), { axes, keepdims: 0 }),
  };
}

async function correct(
  memory: Memory,
  layer: ModelLayer,
  { factor, shift }: { factor: Float64Array; shift: Float64Array },
): Promise<void> {
  const change = async (key: string, to: (value: number, unit: number) => number) => {
    const name = `${layer.name}.${key}`;
    const tensor = await memory.get(name);
    memory.set(name, {
      ...tensor,
      data: Float64Array.from(tensor.data, (value, i) => to(value, unitOf(tensor.shape, i))),
    });
  };
  // The pieces of maxout stand one after the other, each with all units.
  const of = (numbers: Float64Array, unit: number) => numbers[unit % numbers.length];
  await change('weight', (value, unit) => value * of(factor, unit));
  if (layer.parameters.bias) await change('bias', (value, unit) => value * of(factor, unit) + of(shift, unit));
}
