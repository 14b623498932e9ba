import type { ModelLayer } from '../../nn/index.ts';
import { type Check, ok, skipped } from './check.ts';

/** A window of a layer: its height and width. */
const windowOf = ({ kind, options }: ModelLayer): readonly [number, number] | undefined => {
  const size =
    kind === 'conv2d' ? options.kernel : kind === 'maxPool' || kind === 'averagePool' ? options.size : undefined;
  if (typeof size === 'number') return [size, size];
  return Array.isArray(size) ? [Number(size[0]), Number(size[1])] : undefined;
};

export const featureMaps: Check = {
  question: 'Are the feature maps large enough for the windows that look at them?',
  healthy: 'no window reaches beyond its map in both directions',
  meaning:
    'most of what such a window sees is padding: the maps have shrunk too early, and the weights at its rim never learn',
  quick: true,
  leadsTo: ['overfit'],
  run({ network }) {
    const { layers } = network.model;
    const looking = layers.filter((layer) => layer.input.length === 3 && windowOf(layer));
    if (looking.length === 0) return skipped('there are no feature maps');
    const wide = looking.find(({ input: [, height, width], ...layer }) => {
      const [h, w] = windowOf({ ...layer, input: [] })!;
      return h > height && w > width;
    });
    const sizes = looking.map(({ output: [, height, width] }) => `${height}x${width}`);
    const measured = `maps of ${sizes.filter((size, i) => size !== sizes[i - 1]).join(', ')}`;
    if (!wide) return ok(measured);
    const [, height, width] = wide.input;
    return {
      verdict: 'warning',
      measured: `${measured}; "${wide.name}" looks at ${height}x${width} through a window of ${windowOf(wide)!.join('x')}`,
      layer: wide.name,
      try: ['less pooling, or smaller strides, before this layer', 'fewer layers', 'larger images'],
    };
  },
};
