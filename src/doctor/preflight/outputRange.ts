import { percent, short } from '../../base/index.ts';
import { type LayerName, losses } from '../../nn/index.ts';
import { type Check, ok, skipped } from './check.ts';
import type { Context } from './context.ts';
import { changeModel } from './layers.ts';

const all = Number.POSITIVE_INFINITY;
/** What an activation can give, where that is not every number. */
const ranges: Readonly<Partial<Record<LayerName, readonly [number, number]>>> = {
  sigmoid: [0, 1],
  hardSigmoid: [0, 1],
  tanh: [-1, 1],
  relu: [0, all],
  softplus: [0, all],
  exponential: [0, all],
  elu: [-1, all],
  selu: [-1.76, all],
  silu: [-0.28, all],
  gelu: [-0.17, all],
};
/** Share of the targets that may lie beyond what the output reaches. */
const most = 0.01;

export const outputRange: Check = {
  question: 'Can the output reach the targets?',
  healthy: `at most ${percent(most, 0)} of the targets beyond what the last layer gives`,
  meaning: 'answers beyond the range of the last activation are never given, and the gradient there is flat',
  quick: true,
  leadsTo: ['initialLoss', 'saturation', 'overfit', 'rates'],
  run(context) {
    const { dataset, network, resolved } = context;
    const { targets } = dataset;
    const last = network.model.layers.at(-1);
    const range = last && ranges[last.kind];
    const meaning = losses[network.loss.kind].output;
    if (targets.kind === 'classes' || meaning !== 'numbers')
      return skipped(`the loss takes ${words[meaning]} of any size`);
    if (!last || !range) return ok('the last layer gives every number');
    const seen = shareBeyond(context, range, true);
    const measured = `"${last.name}" gives ${range[1] === all ? `${short(range[0])} and more` : `${short(range[0])} … ${short(range[1])}`}; ${percent(seen, 1)} of the targets lie beyond`;
    if (seen <= most) return ok(measured);
    const fits = resolved.settings.target === 'standardize' && shareBeyond(context, range, false) <= most;
    return {
      verdict: 'error',
      measured,
      layer: last.name,
      changes: [
        ...(fits ? [{ what: 'target standardize -> raw', settings: { target: 'raw' } }] : []),
        ...changeModel(context, `without "${last.name}" at the end`, (entries) => entries.slice(0, -1)),
      ],
    };
  },
};

const words = { logits: 'logits', scores: 'scores', logRates: 'logarithms of rates', numbers: 'numbers' } as const;

/** Of the training targets, as the loss sees them or as they stand in the data. */
function shareBeyond(
  { dataset, network, rows }: Context,
  [low, high]: readonly [number, number],
  scaled: boolean,
): number {
  const { targets } = dataset;
  if (targets.kind === 'classes') return 0;
  const scale = scaled ? network.target : undefined;
  // What an activation only comes near to may as well be a target.
  const slack = 1e-6;
  let beyond = 0;
  for (const row of rows.train)
    for (let k = 0; k < targets.width; k++) {
      const raw = targets.data[row * targets.width + k];
      const value = scale ? (raw - scale.shift[k]) / scale.scale[k] : raw;
      if (value < low - slack || value > high + slack) beyond++;
    }
  return beyond / (rows.train.length * targets.width);
}
