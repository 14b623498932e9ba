import { z } from '../../base/index.ts';
import { fill, initializer } from './initializer.ts';

/** The same number everywhere. In a weight matrix it keeps all units equal for ever. */
export const constant = initializer({
  summary: 'the same number everywhere',
  options: z.strictObject({ value: z.number() }),
  draw: (target, { value }) => fill(target, () => value),
});
