import { z } from '../../base/index.ts';
import { fill, initializer } from './initializer.ts';

/** All ones: right for the scales of normalizations. */
export const ones = initializer({
  summary: 'all ones (for scales)',
  options: z.strictObject({}),
  draw: (target) => fill(target, () => 1),
});
