import { z } from '../../base/index.ts';
import { conv } from '../../ops/index.ts';
import { initOption } from '../initializers/index.ts';
import { layer } from './layer.ts';
import { both, padding, padsFor, pair, requireImage, walked } from './spatial.ts';

const options = z.strictObject({
  filters: z.int().positive(),
  kernel: pair(3),
  stride: pair(1),
  padding: padding('same'),
  dilation: pair(1),
  groups: z.int().positive().default(1),
  bias: z.boolean().default(true),
  init: initOption('auto'),
  biasInit: initOption('zeros'),
});

/** Cross-correlation with learned kernels: [channels, height, width] -> [filters, height', width']. Kernels are [filters, channels/groups, h, w]. */
export const conv2d = layer({
  summary: 'convolution over images',
  options,
  output(input, o) {
    requireImage(input);
    if (input[0] % o.groups !== 0 || o.filters % o.groups !== 0)
      throw new Error(`cannot divide ${input[0]} channels and ${o.filters} filters into ${o.groups} groups`);
    return [o.filters, ...walked(input, both(o.kernel), both(o.stride), padsOf(o), both(o.dilation))];
  },
  parameters([channels], { filters, kernel, groups, bias, init, biasInit }) {
    const [h, w] = both(kernel);
    const fans = { fanIn: (channels / groups) * h * w, fanOut: (filters / groups) * h * w };
    return {
      weight: { shape: [filters, channels / groups, h, w], init, ...fans, decay: true },
      ...(bias && { bias: { shape: [filters], init: biasInit, ...fans, decay: false } }),
    };
  },
  apply(x, { options: o, parameters: { weight, bias } }) {
    const attributes = { strides: both(o.stride), pads: padsOf(o), dilations: both(o.dilation), group: o.groups };
    return bias ? conv(x, weight, bias, attributes) : conv(x, weight, attributes);
  },
});

const padsOf = (o: z.output<typeof options>) => padsFor(o.padding, both(o.kernel), both(o.dilation));
