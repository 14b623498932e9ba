import { z } from '../../base/index.ts';
import { maxPool as op } from '../../ops/index.ts';
import { layer } from './layer.ts';
import { both, optionalPair, padding, padsFor, pair, walked } from './spatial.ts';

const options = z.strictObject({ size: pair(2), stride: optionalPair, padding: padding('valid') });

/** Largest number of each window: [channels, height, width] -> [channels, height', width']. The stride is the window's size unless said. */
export const maxPool = layer({
  summary: 'largest number of each window',
  options,
  output: (input, o) => [input[0], ...walked(input, both(o.size), strideOf(o), padsOf(o))],
  apply: (x, { options: o }) =>
    op(x, { kernel_shape: both(o.size), strides: strideOf(o), pads: padsOf(o), dilations: [1, 1] }),
});

const strideOf = (o: z.output<typeof options>) => both(o.stride ?? o.size);
const padsOf = (o: z.output<typeof options>) => padsFor(o.padding, both(o.size), [1, 1]);
