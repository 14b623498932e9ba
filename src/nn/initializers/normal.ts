import { z } from '../../base/index.ts';
import { fill, initializer } from './initializer.ts';

/** Independent normal numbers, mean 0. The scale does not follow the layer's width: prefer `he` or `xavier`. */
export const normal = initializer({
  summary: 'normal numbers with a fixed standard deviation',
  options: z.strictObject({ std: z.number().positive().default(0.01) }),
  draw: (target, { std }, random) => fill(target, () => std * random.normal()),
});
