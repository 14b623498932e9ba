import { short } from '../../base/index.ts';
import { type Check, type Outcome, ok, skipped } from './check.ts';
import type { Context } from './context.ts';
import { withInit } from './initialWeights.ts';
import { changeModel } from './layers.ts';

/** How far the liveliest unit of a layer may fall below that of the first layer, and rise above the inputs. */
const [least, most] = [1e-3, 300] as const;

export const activationScale: Check = {
  question: 'Do the rows still differ at the end of the network?',
  healthy: `deviation of the liveliest unit over the rows from ${least} times that of the first layer to ${most} times the inputs`,
  meaning:
    'what tells the rows apart dies out, or grows, by the same factor at every layer, and what comes back does the same',
  quick: true,
  leadsTo: ['finite', 'initialLoss', 'saturation', 'gradientScale', 'overfit', 'rates'],
  run(context) {
    const { signals, network } = context;
    const layers = Object.entries(signals.layers).map(([name, { spread }]) => ({ name, spread: spread[2] }));
    if (layers.length < 2) return skipped('there is one layer');
    const [first] = layers;
    const last = layers[layers.length - 1];
    const measured = `${short(first.spread, 2)} in "${first.name}", ${short(last.spread, 2)} in "${last.name}"`;
    if (layers.some(({ spread }) => !Number.isFinite(spread))) return skipped('the layers are not finite');
    const dying = layers.slice(0, -1).find(({ spread }) => spread < least * first.spread || spread === 0);
    if (dying)
      return {
        ...found(
          context,
          `${short(first.spread, 2)} in "${first.name}", ${short(dying.spread, 2)} in "${dying.name}"`,
          dying.name,
        ),
        verdict: dying.spread === 0 ? 'error' : 'warning',
        meaning: 'from this layer on all rows look nearly alike, whatever the inputs are',
      };
    const input = network.model.imported ? first.spread : Math.hypot(signals.input.mean, signals.input.deviation);
    const growing = layers.find(({ spread }) => spread > most * Math.max(input, 1e-6));
    if (growing)
      return found(
        context,
        `inputs of ${short(input, 2)}, ${short(growing.spread, 2)} in "${growing.name}"`,
        growing.name,
      );
    return ok(measured);
  },
};

function found(context: Context, measured: string, layer: string): Outcome {
  const named = context.network.model.layers.filter(({ parameters }) => parameters.weight).map(({ name }) => name);
  return {
    verdict: 'warning',
    measured,
    layer,
    changes: changeModel(context, 'every init -> auto, which follows the activation', (entries) =>
      entries.map((entry) => withInit(entry, new Set(named))),
    ),
    try: ['fewer layers, or batchNorm between them', 'relu in the place of sigmoid in hidden layers'],
  };
}
