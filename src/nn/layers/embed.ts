import { z } from '../../base/index.ts';
import { add, cast, concat, gather, reshape, slice } from '../../ops/index.ts';
import { initOption } from '../initializers/index.ts';
import { layer } from './layer.ts';

/**
 * Learned vectors for categories: the last numbers of a row, one for each of `slots`, are whole numbers 0 … slots - 1 and become vectors of `units`
 * numbers; the numbers before them stay. [features] -> [features - categories + categories * units]. A weight table of [Σ slots, units] holds the
 * vectors of all categories (entity embeddings: Guo and Berkhahn 2016, https://arxiv.org/abs/1604.06737).
 */
export const embed = layer({
  summary:
    'learned vectors for the categories that the preprocessing step "columns" gives as the last numbers of a row',
  options: z.strictObject({
    slots: z.array(z.int().positive()).min(1),
    units: z.int().positive().default(8),
    init: initOption({ normal: { std: 0.5 } }),
  }),
  output(input, { slots, units }) {
    if (input.length !== 1 || input[0] < slots.length)
      throw new Error(`needs rows of one axis with ${slots.length} numbers or more, one for each of its slots`);
    return [input[0] - slots.length + slots.length * units];
  },
  parameters: (_, { slots, units, init }) => {
    const rows = slots.reduce((sum, n) => sum + n, 0);
    return { weight: { shape: [rows, units], init, fanIn: rows, fanOut: units, decay: true } };
  },
  apply(x, { options: { slots, units }, parameters: { weight } }) {
    const [batch, width] = x.shape;
    const first = width - slots.length;
    const part = (from: number, to: number) => slice(x, { starts: [from], ends: [to], axes: [1], steps: [1] });
    let before = 0;
    const starts = Int32Array.from(slots, (n) => (before += n) - n);
    const offsets = x.graph.constant({ dtype: 'int32', shape: [1, slots.length], data: starts }, 'offsets');
    const vectors = gather(weight, add(cast(part(first, width), { to: 'int32' }), offsets), { axis: 0 });
    const flat = reshape(vectors, { shape: [batch, slots.length * units] });
    return first === 0 ? flat : concat(part(0, first), flat, { axis: 1 });
  },
});
