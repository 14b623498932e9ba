import { expect, test } from 'vitest';
import { split } from '../../src/data/index.ts';
import { loadDataset } from '../../src/data/readers/index.ts';
import { referenceEngine } from '../../src/engine/index.ts';
import { liveNodes, verify } from '../../src/graph/index.ts';
import { resolve } from '../../src/train/settings/resolve.ts';
import { makeNetwork } from '../../src/train/step/prepare.ts';
import { evaluationGraph, trainingGraph } from '../../src/train/step/step.ts';

const digits = await loadDataset('digits');

async function networkOf(experiment: object) {
  const resolved = resolve({ data: { dataset: 'digits' }, ...experiment }, digits);
  const { train } = split(digits, resolved.settings.split);
  return (await makeNetwork(resolved, digits, train, { engine: referenceEngine })).network;
}

const experiments = {
  mlp: { model: 'mlp', optimizer: 'momentum' },
  cnn: { model: 'cnn', regularize: { l2: 0.001 } },
};

for (const [name, experiment] of Object.entries(experiments)) {
  const network = await networkOf(experiment);
  const layers = network.model.layers.map((layer) => layer.name);

  test(`${name}: every node of a training step says which part of the experiment it belongs to`, () => {
    const { graph } = trainingGraph(network, 8);
    verify(graph);
    const parts = new Set([...layers, 'batch', 'standardize', 'loss', 'metric']);
    const strangers = liveNodes(graph).filter(({ scope }) => scope !== '' && !parts.has(scope.split('/')[0]));
    expect(strangers.map(({ output }) => output.name)).toEqual([]);
    // Only taking the scalars apart belongs to no part.
    const unnamed = new Set(liveNodes(graph).flatMap(({ scope, op }) => (scope === '' ? [op.name] : [])));
    expect([...unnamed].sort()).toEqual(['Gather']);
  });

  test(`${name}: every layer with parameters has forward, gradient and update nodes`, () => {
    const scopes = new Set(liveNodes(trainingGraph(network, 8).graph).map(({ scope }) => scope));
    for (const layer of network.model.layers.filter(({ parameters }) => Object.keys(parameters).length > 0))
      for (const part of [layer.name, `${layer.name}/gradient`, `${layer.name}/update`]) expect(scopes).toContain(part);
    expect(scopes).toContain('loss/gradient');
  });

  test(`${name}: the evaluation graph has neither gradients nor updates nor randomness`, () => {
    const graph = evaluationGraph(network, 8, (name) => name);
    verify(graph);
    expect(graph.updates.size).toBe(0);
    expect([...graph.feeds.keys()]).toEqual(['indices', 'weights']);
    expect(graph.nodes.filter(({ scope }) => /gradient|update|dropout/.test(scope))).toEqual([]);
  });
}
