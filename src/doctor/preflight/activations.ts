import type { ModelLayer } from '../../nn/index.ts';
import { type Check, type Outcome, ok, skipped } from './check.ts';
import type { Context } from './context.ts';
import { bends, changeModel, isActivation, isWeighing } from './layers.ts';

export const activations: Check = {
  question: 'Does one activation stand between any two layers of weights?',
  healthy: 'one, and no two in a row',
  meaning: 'layers of weights without anything between them are one linear map, however many they are',
  quick: true,
  leadsTo: ['overfit'],
  run(context) {
    const { layers } = context.network.model;
    const weighing = layers.filter(isWeighing);
    if (weighing.length === 0) return skipped('there is no layer of weights');
    const missing = missingAfter(layers);
    if (missing.length > 0) return withoutActivation(context, missing);
    const at = layers.findIndex((layer, i) => i > 0 && isActivation(layer) && isActivation(layers[i - 1]));
    if (at > 0) return doubled(context, layers, at);
    const hidden = layers.filter(isActivation).length;
    return ok(
      weighing.length === 1
        ? 'one layer of weights, with nothing to stand between'
        : `${hidden} between ${weighing.length} layers of weights`,
    );
  },
};

/** Layers of weights that another one follows with nothing between them that bends. */
function missingAfter(layers: readonly ModelLayer[]): ModelLayer[] {
  let before: ModelLayer | undefined;
  const found: ModelLayer[] = [];
  for (const layer of layers) {
    if (bends(layer)) before = undefined;
    else if (isWeighing(layer)) {
      if (before) found.push(before);
      before = layer;
    }
  }
  return found;
}

function withoutActivation(context: Context, missing: readonly ModelLayer[]): Outcome {
  const { layers } = context.network.model;
  const names = missing.map(({ name }) => `"${name}"`).join(', ');
  const places = new Set(missing.map((layer) => layers.indexOf(layer)));
  return {
    verdict: 'warning',
    measured: `no activation after ${names}`,
    layer: missing[0].name,
    changes: changeModel(context, `"relu" after ${names}`, (entries) =>
      entries.flatMap((entry, i) =>
        places.has(i) ? [entry, { relu: { name: `relu-after-${layers[i].name}` } }] : [entry],
      ),
    ),
  };
}

function doubled(context: Context, layers: readonly ModelLayer[], at: number): Outcome {
  const [first, second] = [layers[at - 1], layers[at]];
  return {
    verdict: 'warning',
    measured: `"${second.name}" stands right after "${first.name}"`,
    meaning:
      'the second activation can only take away from what the first one gives: a sigmoid of a ReLU is never below one half',
    layer: second.name,
    changes: changeModel(context, `without "${second.name}"`, (entries) => entries.filter((_, i) => i !== at)),
  };
}
