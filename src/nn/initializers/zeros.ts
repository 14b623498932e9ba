import { z } from '../../base/index.ts';
import { fill, initializer } from './initializer.ts';

/** All zeros: right for biases. A weight matrix of zeros never breaks the symmetry between its units. */
export const zeros = initializer({
  summary: 'all zeros (for biases)',
  options: z.strictObject({}),
  draw: (target) => fill(target, () => 0),
});
