import { type Layer, layers, type Model, type ModelLayer } from '../../nn/index.ts';
import type { Change } from '../finding.ts';
import type { Context } from './context.ts';

const entryOf = ({ kind }: ModelLayer): Layer => layers[kind];

/** A function of each number alone, "linear" left out, which is none. */
export const isActivation = (layer: ModelLayer): boolean =>
  entryOf(layer).suits !== undefined && layer.kind !== 'linear';

/** Layers that weigh and add what comes in. */
export const isWeighing = ({ kind }: ModelLayer): boolean => kind === 'dense' || kind === 'conv2d';

/** Whether two weighing layers with this between them are more than one. */
export const bends = (layer: ModelLayer): boolean =>
  isActivation(layer) ||
  layer.kind === 'maxPool' ||
  layer.kind === 'maxout' ||
  /^(layer|group|instance|rms)Norm$/.test(layer.kind);

/** Noise that only training has. */
const noisy = new Set<string>(['dropout', 'spatialDropout', 'gaussianNoise', 'gaussianDropout']);

/** The same network without what makes learning harder on purpose. */
export const withoutNoise = (model: Model): Model => ({
  ...model,
  layers: model.layers.filter(({ kind }) => !noisy.has(kind)),
});

/** The layers as an experiment writes them, changed; none where an imported model stands before them. */
export function changeModel(
  { resolved: { settings } }: Context,
  what: string,
  change: (entries: readonly unknown[]) => readonly unknown[],
): Change[] {
  if (settings.from) return [];
  return [{ what, settings: { model: change(settings.model) } }];
}
