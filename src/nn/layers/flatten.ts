import { sizeOf, z } from '../../base/index.ts';
import { reshape } from '../../ops/index.ts';
import { layer } from './layer.ts';

/** All axes of a row in one, in row-major order. */
export const flatten = layer({
  summary: 'all axes of a row in one',
  options: z.strictObject({}),
  output: (input) => [sizeOf(input)],
  apply: (x) => reshape(x, { shape: [x.shape[0], sizeOf(x.shape.slice(1))] }),
});
