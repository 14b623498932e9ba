import { grouped, percent } from '../../base/index.ts';
import { type Check, type Outcome, ok } from './check.ts';
import type { Context } from './context.ts';

/** Numbers that are none spread from the first of them to everything after it, so that the first place is named. */
export const finite: Check = {
  question: 'Is every number that the network computes finite?',
  healthy: 'no NaN and no infinity in the inputs, the layers, the loss and the gradients',
  meaning: 'one number that is none makes the loss none, and the first update makes every weight none',
  quick: true,
  leadsTo: ['initialLoss', 'activationScale', 'gradientScale', 'symmetricUnits', 'gradients', 'overfit', 'rates'],
  run(context) {
    const { signals } = context;
    const found = firstOdd(context);
    if (found) return found;
    const layers = Object.keys(signals.layers).length;
    const { table, features } = context.dataset;
    const empty = table && features instanceof Float32Array ? shareOf(features) : 0;
    const gaps = empty > 0 ? `; ${percent(empty, 1)} of the table is missing and is filled in` : '';
    return ok(
      `all finite, in ${grouped(layers)} ${layers === 1 ? 'layer' : 'layers'} over ${grouped(signals.rows)} rows${gaps}`,
    );
  },
};

function firstOdd({ signals, network }: Context): Outcome | undefined {
  const { input, layers, loss, parameters } = signals;
  const odd = ({ mean, deviation }: typeof input) => !Number.isFinite(mean) || !Number.isFinite(deviation);
  // An imported model may fill what is missing by itself.
  if (odd(input) && !network.model.imported)
    return {
      verdict: 'error',
      measured: 'the inputs hold NaN or infinity after preprocessing',
      meaning: 'a value is too large for 32 bits, or a step divides by zero or takes a logarithm of what has none',
      layer: 'input',
      try: ['look for a value far above all others', 'add { "clip": … } before the other preprocessing steps'],
    };
  const layer = Object.entries(layers).find(([, signal]) => odd(signal))?.[0];
  const remedies = ['smaller first weights: the initializer that suits the activation', 'inputs of deviation 1'];
  if (layer !== undefined)
    return { verdict: 'error', measured: `"${layer}" gives NaN or infinity`, layer, try: remedies };
  if (!Number.isFinite(loss))
    return { verdict: 'error', measured: `the first loss is ${loss}`, layer: 'loss', try: remedies };
  const parameter = Object.entries(parameters).find(([, { gradient }]) => !Number.isFinite(gradient))?.[0];
  if (parameter !== undefined)
    return { verdict: 'error', measured: `the gradient of ${parameter} is no number`, layer: parameter, try: remedies };
  return undefined;
}

function shareOf(features: Float32Array): number {
  let missing = 0;
  for (const x of features) if (Number.isNaN(x)) missing++;
  return missing / features.length;
}
