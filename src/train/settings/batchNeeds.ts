import { WellfitError } from '../../base/index.ts';
import { type Layer, layers, type Model, type ModelLayer } from '../../nn/index.ts';

/** The first layer that needs two rows or more to train on. */
export const needsBatch = (model: Model): ModelLayer | undefined =>
  model.layers.find(({ kind }) => (layers[kind] as Layer).needsBatch);

/** @throws WellfitError where a layer needs more than one row to train on */
export function refuseSingleRow(model: Model): void {
  const needy = needsBatch(model);
  if (needy)
    throw new WellfitError('option', `layer "${needy.name}" cannot normalize a batch of one row`, {
      expected: 'a batch of 2 rows or more',
      received: '1',
      fix: 'use a larger batch, or remove the layer',
    });
}
