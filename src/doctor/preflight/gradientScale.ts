import { grouped, short } from '../../base/index.ts';
import { type Check, type Outcome, ok, skipped } from './check.ts';
import type { Context } from './context.ts';
import { withInit } from './initialWeights.ts';
import { changeModel } from './layers.ts';

/** The gradient at the first layer as a multiple of that at the last one. */
const [least, most] = [1e-3, 1e3] as const;

export const gradientScale: Check = {
  question: 'Does the gradient reach the first layer?',
  healthy: `${least} … ${grouped(most)} times what it is at the last layer`,
  meaning: 'layers at one end learn while those at the other stand still, or jump',
  quick: true,
  leadsTo: ['overfit', 'rates'],
  run(context) {
    const { signals } = context;
    const layers = Object.entries(signals.layers).map(([name, { gradient }]) => ({ name, gradient }));
    if (layers.length < 2) return skipped('there is one layer');
    const [first] = layers;
    const last = layers[layers.length - 1];
    if (layers.some(({ gradient }) => !Number.isFinite(gradient))) return skipped('the gradients are not finite');
    if (last.gradient === 0)
      return found(
        context,
        `0 at "${last.name}" already`,
        last.name,
        'error',
        'the loss does not change whatever the network says',
      );
    const ratio = first.gradient / last.gradient;
    const measured = `${short(first.gradient, 2)} at "${first.name}", ${short(last.gradient, 2)} at "${last.name}": ${short(ratio, 2)} times`;
    if (ratio >= least && ratio <= most) return ok(measured);
    if (ratio === 0 && opensLater(context))
      return ok(`${measured}; the last layer begins at 0 and opens with the first update`);
    const [where] = layers.filter(({ gradient }) => gradient < least * last.gradient).slice(-1);
    if (ratio < least)
      return found(
        context,
        measured,
        where.name,
        ratio === 0 ? 'error' : 'warning',
        'the gradient vanishes on its way back: the first layers learn nothing',
      );
    return found(
      context,
      measured,
      first.name,
      'warning',
      'the gradient explodes on its way back: the first layers jump while the last ones learn',
    );
  },
};

/** Whether nothing passes only because the weights of the last layer are 0, on purpose, until the first update. */
function opensLater({ network, signals }: Context): boolean {
  const weighing = network.model.layers.filter(({ parameters }) => parameters.weight);
  const zero = weighing.filter(({ name }) => signals.parameters[`${name}.weight`]?.weight === 0);
  return zero.length === 1 && zero[0] === weighing.at(-1);
}

function found(
  context: Context,
  measured: string,
  layer: string,
  verdict: 'warning' | 'error',
  meaning: string,
): Outcome {
  const named = new Set(context.network.model.layers.map(({ name }) => name));
  return {
    verdict,
    measured,
    layer,
    meaning,
    changes: changeModel(context, 'every init -> auto, which follows the activation', (entries) =>
      entries.map((entry) => withInit(entry, named)),
    ),
    try: ['relu in the place of sigmoid or tanh in hidden layers', 'batchNorm between the layers', 'fewer layers'],
  };
}
