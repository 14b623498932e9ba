import { z } from '../../base/index.ts';
import { add, mul } from '../../ops/index.ts';
import { normalNumbers } from './families.ts';
import { layer } from './layer.ts';

/** x + std n while training, n being independent standard normal numbers; x in evaluation. */
export const gaussianNoise = layer({
  summary: 'adds normal noise while training',
  options: z.strictObject({ std: z.number().nonnegative() }),
  output: (input) => input,
  apply(x, { options: { std }, training, uniform }) {
    return training && std > 0 ? add(x, mul(normalNumbers(x.shape, uniform), std)) : x;
  },
});
