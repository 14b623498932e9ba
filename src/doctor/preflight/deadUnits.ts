import { percent } from '../../base/index.ts';
import type { ModelLayer } from '../../nn/index.ts';
import { type Check, type Outcome, ok, skipped } from './check.ts';
import type { Context } from './context.ts';
import { changeModel, isActivation } from './layers.ts';

const most = 0.5;

export const deadUnits: Check = {
  question: 'Do the units speak?',
  healthy: `at most ${percent(most, 0)} of the units of an activation 0 for every row`,
  meaning: 'a unit that is 0 for all rows passes no gradient to its weights, so that it stays 0',
  quick: true,
  leadsTo: ['activationScale', 'gradientScale', 'overfit', 'rates', 'labels'],
  run(context) {
    const { signals, network } = context;
    const active = network.model.layers.filter((layer) => isActivation(layer) && signals.layers[layer.name]?.units > 1);
    if (active.length === 0) return skipped('there is no activation');
    const silent = active.map((layer) => ({ layer, share: signals.layers[layer.name].silent }));
    const first = silent.find(({ share }) => share > most);
    if (!first) {
      const share = Math.max(...silent.map((one) => one.share));
      return ok(`at most ${percent(share, 0)} of a layer are silent over ${signals.rows} rows`);
    }
    return outcomeOf(context, first.layer, first.share);
  },
};

function outcomeOf(context: Context, layer: ModelLayer, share: number): Outcome {
  const { layers } = context.network.model;
  const before = layers.slice(0, layers.indexOf(layer)).findLast(({ parameters }) => parameters.bias);
  const biased = before?.options.biasInit !== undefined && before.options.biasInit !== 'zeros';
  const names = new Set(layers.filter(({ parameters }) => parameters.bias).map(({ name }) => name));
  return {
    verdict: share === 1 ? 'error' : 'warning',
    measured: `${percent(share, 0)} of the units of "${layer.name}" are 0 for all ${context.signals.rows} rows`,
    layer: layer.name,
    changes: biased
      ? changeModel(context, 'every biasInit -> zeros', (entries) => entries.map((entry) => withoutBias(entry, names)))
      : [],
    try: ['leakyRelu in the place of relu', 'the initializer "auto" in the layer before', 'inputs of mean 0'],
  };
}

function withoutBias(entry: unknown, names: ReadonlySet<string>): unknown {
  const [kind, options] = Object.entries(entry as object)[0] as [string, Record<string, unknown>];
  return names.has(options.name as string) && 'biasInit' in options
    ? { [kind]: { ...options, biasInit: 'zeros' } }
    : entry;
}
