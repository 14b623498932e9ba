import type { Tensor } from '../../base/index.ts';
import type { Engine, Memory } from '../../engine/index.ts';
import { Graph } from '../../graph/index.ts';
import { statesOf } from '../../nn/index.ts';
import { RunningMean } from './averaging.ts';
import { maskKeys, randomMask, randomUniform } from './mask.ts';
import type { Network } from './network.ts';
import { lossOfBatch, weightStates } from './step.ts';

/**
 * Measures running statistics again for weights that no update has made, such as an average: the mean of the batch statistics over the training
 * rows (PyTorch's torch.optim.swa_utils.update_bn). Returns the new states; a last batch that is not full is left out.
 */
export async function remeasured(
  engine: Engine,
  memory: Memory,
  network: Network,
  train: Int32Array,
  batch: number,
  seed: number,
): Promise<Map<string, Tensor>> {
  const states = statesOf(network.model);
  if (states.length === 0) return new Map();
  const program = await engine.compile(statisticsGraph(network, batch, seed));
  const mean = new RunningMean();
  let latest = new Map<string, Tensor>();
  for (let start = 0; start + batch <= train.length; start += batch) {
    const results = await program.run(memory, {
      indices: { dtype: 'int32', shape: [batch], data: train.subarray(start, start + batch) },
    });
    latest = new Map(states.map(({ name }) => [name, results[measured(name)]]));
    mean.add(latest);
  }
  await program.release();
  return mean.mean(latest);
}

const measured = (state: string) => `batch ${state}`;

/** The statistics of one batch: what a momentum of 1 would make of the running ones. */
function statisticsGraph(network: Network, batch: number, seed: number): Graph {
  const layers = network.model.layers.map((layer) =>
    'momentum' in layer.options ? { ...layer, options: { ...layer.options, momentum: 1 } } : layer,
  );
  const graph = new Graph();
  const values = weightStates(graph, network);
  const keys = (stream: string) =>
    graph.constant({ dtype: 'int32', shape: [2], data: Int32Array.from(maskKeys(seed, 0, stream)) });
  const indices = graph.feed('indices', 'int32', [batch]);
  const { updates } = lossOfBatch(graph, { ...network, model: { ...network.model, layers } }, indices, values, {
    mask: (layer, shape, keep) => randomMask(keys(layer), shape, keep),
    uniform: (stream, shape) => randomUniform(keys(stream), shape, stream),
  });
  for (const [name, value] of updates) graph.output(measured(name), value);
  return graph;
}
