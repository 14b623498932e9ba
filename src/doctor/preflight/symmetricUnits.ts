import { grouped } from '../../base/index.ts';
import { type Check, ok, skipped } from './check.ts';
import { withInit } from './initialWeights.ts';
import { changeModel, isActivation, isWeighing } from './layers.ts';

export const symmetricUnits: Check = {
  question: 'Do the units of a hidden layer differ from each other?',
  healthy: 'more than half of them give numbers of their own',
  meaning: 'units that begin alike get the same gradient and stay alike for ever: the layer is as good as one unit',
  quick: true,
  leadsTo: ['initialLoss', 'activationScale', 'gradientScale', 'deadUnits', 'overfit', 'rates'],
  run(context) {
    const { signals, network } = context;
    const { layers } = network.model;
    // Behind an activation that is silent for all rows nothing can differ, whatever the weights are.
    const silent = layers.findIndex((layer) => isActivation(layer) && signals.layers[layer.name]?.silent === 1);
    const output = layers.findLast(isWeighing);
    const hidden = layers
      .slice(0, silent < 0 ? layers.length : silent)
      .filter((layer) => isWeighing(layer) && layer !== output)
      .flatMap(({ name }) => {
        const signal = signals.layers[name];
        return signal && signal.units > 1 ? [{ name, units: signal.units, distinct: signal.distinct }] : [];
      });
    if (hidden.length === 0) return skipped('there is no hidden layer');
    const first = hidden.find(({ units, distinct }) => distinct <= units / 2);
    const worst = first ?? hidden.reduce((a, b) => (b.distinct / b.units < a.distinct / a.units ? b : a));
    const measured = `${grouped(worst.distinct)} of ${grouped(worst.units)} in "${worst.name}"`;
    if (!first) return ok(measured);
    const alike = new Set(hidden.filter(({ units, distinct }) => distinct <= units / 2).map(({ name }) => name));
    const names = [...alike].map((name) => `"${name}"`).join(', ');
    return {
      verdict: first.distinct <= 1 ? 'error' : 'warning',
      measured,
      layer: first.name,
      changes: changeModel(context, `init of ${names} -> auto`, (entries) =>
        entries.map((entry) => withInit(entry, alike)),
      ),
    };
  },
};
